"""What four packages say about labels of real data sets and perturbed copies of them.

Writes real_surfaces.json beside this file: for each pair the case, the class, the perturbation, how many voxels both masks
have and the distances of surfaces.py. Perturbations are simple rules, which the test follows too: the labels themselves are
not written. DATA is a folder with Dataset004_Hippocampus and Dataset027_ACDC in nnU-Net's raw layout.

Made with the packages of surfaces.py: python real_surfaces.py DATA
"""
import json
import os
import sys
import warnings
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from scipy import ndimage
from surfaces import COLUMNS, distances, rounded

HERE = os.path.dirname(os.path.abspath(__file__))
DATASETS = {"Dataset004_Hippocampus": (18, 1.3), "Dataset027_ACDC": (40, 2.2)}  # every 18th case, tolerance of NSD in mm
DISTANCES = COLUMNS[: COLUMNS.index("Boundary IoU")]


def shifted(mask, steps):
    """What leaves the image is lost."""
    out = np.zeros_like(mask)
    to = tuple(slice(max(s, 0), n + min(s, 0)) for s, n in zip(steps, mask.shape))
    of = tuple(slice(max(-s, 0), n + min(-s, 0)) for s, n in zip(steps, mask.shape))
    out[to] = mask[of]
    return out


def index(mask):
    return np.arange(mask.size).reshape(mask.shape)


PERTURBATIONS = {
    "shifted": lambda m: shifted(m, (1, -1, 2)),
    "dilated": lambda m: ndimage.binary_dilation(m),  # by the six neighbours
    "eroded": lambda m: ndimage.binary_erosion(m),  # beyond the image is background
    "with holes": lambda m: m & (index(m) % 7 != 0),
    "with specks": lambda m: shifted(m, (0, 2, -1)) | (index(m) % 9973 == 0),
}


def box_of(mask):
    """The metrics do not depend on empty space around both masks, their time does."""
    return tuple(slice(max(i.min() - 2, 0), i.max() + 3) for i in np.nonzero(mask))


def main():
    warnings.simplefilter("ignore")
    pairs = []
    for dataset, (step, tolerance) in DATASETS.items():
        for file in sorted((Path(sys.argv[1]) / dataset / "labelsTr").glob("*.nii.gz"))[::step]:
            image = sitk.ReadImage(str(file))
            labels, spacing = sitk.GetArrayFromImage(image), image.GetSpacing()[::-1]
            for label in np.unique(labels)[1:]:
                for name, perturb in PERTURBATIONS.items():
                    reference = labels == label
                    prediction = perturb(reference)
                    if not prediction.any():
                        continue
                    box = box_of(reference | prediction)
                    values, _ = distances(reference[box], prediction[box], spacing, tolerance)
                    pairs.append([dataset, file.name[: -len(".nii.gz")], int(label), name,
                                  [int(reference.sum()), int(prediction.sum())], rounded(values)])
            print(dataset, file.name, len(pairs), flush=True)
    golden = {"columns": DISTANCES, "tolerances": {name: tolerance for name, (_, tolerance) in DATASETS.items()}, "pairs": pairs}
    with open(os.path.join(HERE, "real_surfaces.json"), "w") as file:
        file.write(json.dumps(golden, separators=(",", ":")).replace('["Dataset', '\n["Dataset') + "\n")


if __name__ == "__main__":
    main()
