"""What four packages say about 276 pairs of masks; the masks come from a formula that the test evaluates too.

Writes surfaces.json beside this file: names of columns and, for each pair, one number a column (null where a mask is
empty). Distances in mm, the spacing and the tolerance of NSD are part of the formula.

Made with python 3.11, medpy==0.5.2, surface-distance==0.1, monai==1.6.1, torch==2.13.0, scikit-image==0.26.0 and
github.com/Project-MONAI/MetricsReloaded at cb38dfc0a5ed: python surfaces.py
"""
import importlib.metadata
import json
import os
import warnings

import numpy as np
from scipy import ndimage

# surface-distance 0.1 still asks for names that numpy and scipy have dropped.
np.Inf, np.NaN = np.inf, np.nan
ndimage.filters = ndimage.morphology = ndimage

import surface_distance as sd  # noqa: E402
import torch  # noqa: E402
from medpy.metric import binary as medpy  # noqa: E402
from MetricsReloaded.metrics.pairwise_measures import BinaryPairwiseMeasures  # noqa: E402
from monai.metrics import compute_average_surface_distance, compute_hausdorff_distance, compute_surface_dice  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PAIRS = 276
KINDS = ("blobs", "small", "single voxels", "touching borders", "empty", "anisotropic")
SPACINGS = ((1, 1, 1), (3, 1, 1), (0.5, 0.5, 0.5), (2.5, 0.7, 0.7), (1, 4, 2), (1.25, 1, 0.8), (5, 0.75, 0.75))
ANISOTROPIC = ((10, 1, 1), (1, 10, 1), (1, 1, 10), (8, 0.8, 0.8))
TOLERANCES = (0.55, 1.3, 2.2, 3.1)
COLUMNS = ("HD:medpy", "HD95:medpy", "ASSD:medpy", "HD:surface-distance", "HD95:surface-distance",
           "MASD:surface-distance", "NSD:surface-distance", "HD:monai", "HD95:monai", "ASSD:monai", "NSD:monai",
           "HD:metricsreloaded", "HD95:metricsreloaded", "ASSD:metricsreloaded", "MASD:metricsreloaded",
           "NSD:metricsreloaded", "Boundary IoU", "clDice", "PQ", "Lesion F1", "Lesion Dice")


def draw(pair, counter, limit):
    """splitmix64 of (pair, counter), reduced to [0, limit)."""
    mask = (1 << 64) - 1
    z = (pair * 1000003 + counter + 1) * 0x9E3779B97F4A7C15 & mask
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
    return (z ^ z >> 31) % limit


def blobs(pair, kind, size, prediction):
    """Ellipsoids in half voxels; those of the prediction are moved and resized a little."""
    mask = np.zeros(size, bool)
    grid = np.indices(size, dtype=np.int64)
    for blob in range(1 + draw(pair, 10, 3)):
        at = 100 * (blob + 1)
        centre, radius = [0] * 3, [0] * 3
        for axis in range(3):
            centre[axis] = draw(pair, at + axis, 2 * size[axis])
            if kind == "touching borders" and draw(pair, at + 10 + axis, 2) == 0:
                centre[axis] = 0 if draw(pair, at + 20 + axis, 2) == 0 else 2 * size[axis] - 2
            radius[axis] = 1 + draw(pair, at + 30 + axis, 3 if kind == "small" else size[axis])
            if prediction:
                centre[axis] += draw(pair, at + 40 + axis, 5) - 2
                radius[axis] = max(1, radius[axis] + draw(pair, at + 50 + axis, 3) - 1)
        a, b, c = (r * r for r in radius)
        d = [(2 * grid[axis] - centre[axis]) ** 2 for axis in range(3)]
        mask |= d[0] * b * c + d[1] * a * c + d[2] * a * b <= a * b * c
    return mask


def make_mask(pair, prediction):
    kind = KINDS[pair % 6]
    size = (3 + draw(pair, 0, 10), 4 + draw(pair, 1, 14), 4 + draw(pair, 2, 14))
    if kind == "empty" and pair // 6 % 3 in (2, 1 if prediction else 0):
        return np.zeros(size, bool)
    if kind == "single voxels" and (not prediction or pair // 6 % 2 == 0):
        mask = np.zeros(size, bool)
        mask[tuple(draw(pair, 20 + axis + (3 if prediction else 0), size[axis]) for axis in range(3))] = True
        return mask
    return blobs(pair, kind, size, prediction)


def spacing_of(pair):
    if KINDS[pair % 6] == "anisotropic":
        return tuple(map(float, ANISOTROPIC[draw(pair, 3, len(ANISOTROPIC))]))
    return tuple(map(float, SPACINGS[draw(pair, 3, len(SPACINGS))]))


def lesions(reference, prediction):
    """Panoptic quality, detection F1 and lesion Dice from scipy's connected components, as their docs define them."""
    whole = np.ones((3, 3, 3))
    r, n_r = ndimage.label(reference, whole)
    p, n_p = ndimage.label(prediction, whole)
    iou = [np.sum((r == i) & (p == j)) / np.sum((r == i) | (p == j)) for i in range(1, n_r + 1) for j in range(1, n_p + 1)]
    matched = [v for v in iou if v > 0.5]
    pq = sum(matched) / (len(matched) + (n_r - len(matched)) / 2 + (n_p - len(matched)) / 2)
    found = sum(bool(np.any(prediction[r == i])) for i in range(1, n_r + 1)) / n_r
    right = sum(bool(np.any(reference[p == j])) for j in range(1, n_p + 1)) / n_p
    f1 = 2 * found * right / (found + right) if found + right else 0
    dice = []
    for i in range(1, n_r + 1):
        touching = np.isin(p, [j for j in range(1, n_p + 1) if np.any((p == j) & (r == i))])
        dice.append(2 * np.sum(touching & (r == i)) / (np.sum(touching) + np.sum(r == i)))
    dice += [0] * sum(not np.any(reference[p == j]) for j in range(1, n_p + 1))
    return [pq, f1, np.mean(dice)]


def distances(reference, prediction, spacing, tolerance):
    """The columns up to NSD:metricsreloaded, and the measures of Metrics Reloaded."""
    values = [f(prediction, reference, spacing) for f in (medpy.hd, medpy.hd95, medpy.assd)]

    surfaces = sd.compute_surface_distances(reference, prediction, spacing)
    values += [sd.compute_robust_hausdorff(surfaces, 100), sd.compute_robust_hausdorff(surfaces, 95),
               np.mean(sd.compute_average_surface_distance(surfaces)),
               sd.compute_surface_dice_at_tolerance(surfaces, tolerance)]

    r, p = (torch.from_numpy(m[None, None]) for m in (reference, prediction))
    common = dict(include_background=True, spacing=spacing)
    values += [compute_hausdorff_distance(p, r, **common), compute_hausdorff_distance(p, r, percentile=95, **common),
               compute_average_surface_distance(p, r, symmetric=True, **common),
               compute_surface_dice(p, r, class_thresholds=[tolerance], **common)]

    measures = BinaryPairwiseMeasures(prediction.astype(np.uint8), reference.astype(np.uint8), pixdim=spacing,
                                      dict_args={"nsd": tolerance, "hd_perc": 95})
    values += [measures.measured_hausdorff_distance(), measures.measured_hausdorff_distance_perc(),
               measures.measured_average_distance(), measures.measured_masd(), measures.normalised_surface_distance()]
    return values, measures


def rounded(values):
    return [None if np.isnan(v) else float("%.9g" % v) for v in map(float, values)]  # clDice may be 0/0


def evaluate(pair):
    reference, prediction = make_mask(pair, False), make_mask(pair, True)
    if not reference.any() or not prediction.any():
        return [None] * len(COLUMNS)
    values, measures = distances(reference, prediction, spacing_of(pair), TOLERANCES[draw(pair, 4, len(TOLERANCES))])
    return rounded(values + [measures.boundary_iou(), measures.centreline_dsc()] + lesions(reference, prediction))


def main():
    warnings.simplefilter("ignore")
    packages = ("medpy", "surface-distance", "monai", "torch", "scikit-image", "scipy", "numpy")
    golden = {"made_with": {p: importlib.metadata.version(p) for p in packages}, "columns": COLUMNS,
              "voxels": [[int(make_mask(i, prediction).sum()) for prediction in (False, True)] for i in range(PAIRS)],
              "values": [evaluate(i) for i in range(PAIRS)]}
    with open(os.path.join(HERE, "surfaces.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
