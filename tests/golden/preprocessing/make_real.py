"""What nnU-Net plans for data sets that are not part of this project: the numbers of real_data.json.

  nnUNetv2_plan_and_preprocess -d 4 27 --no_pp       (nnunetv2==2.8.1)
  python make_real.py $nnUNet_preprocessed/Dataset004_Hippocampus $nnUNet_preprocessed/Dataset027_ACDC > real_data.json
"""

import json
import pathlib
import sys

FIELDS = ("batch_size", "patch_size", "median_image_size_in_voxels", "spacing", "batch_dice")

out = {}
for folder in map(pathlib.Path, sys.argv[1:]):
    fingerprint = json.loads((folder / "dataset_fingerprint.json").read_text())
    plans = json.loads((folder / "nnUNetPlans.json").read_text())
    shapes = fingerprint["shapes_after_crop"]
    out[folder.name] = {
        "cases": len(shapes),
        "voxels": sum(z * y * x for z, y, x in shapes),
        "spacing_sums": [sum(axis) for axis in zip(*fingerprint["spacings"])],
        "intensities": fingerprint["foreground_intensity_properties_per_channel"],
        "transpose_forward": plans["transpose_forward"],
        "configurations": {
            name: {key: plans["configurations"][name][key] for key in FIELDS}
            | {
                "strides": plans["configurations"][name]["architecture"]["arch_kwargs"]["strides"],
                "features": plans["configurations"][name]["architecture"]["arch_kwargs"]["features_per_stage"],
            }
            for name in ("2d", "3d_fullres")
        },
    }
json.dump(out, sys.stdout, indent=1)
print()
