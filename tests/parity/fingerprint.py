"""Fingerprint and folds of a data set, both sides.

usage: fingerprint.py WORK DATASET   after `voxarena plan` and reference.py
"""
import sys

from side_by_side import differences, finish, largest_difference, load, row, use_folders

work, name = use_folders(sys.argv[1], "python"), sys.argv[2]
ours = load(work / "ours/preprocessed" / name / "dataset_fingerprint.json")
pythons = load(work / "python/preprocessed" / name / "dataset_fingerprint.json")

for key in ("shapes_after_crop", "spacings"):
    wrong = list(differences(ours[key], pythons[key], tolerance=0))
    row(f"fingerprint: {key.replace('_', ' ')}, {len(pythons[key])} cases", "exact",
        f"{len(wrong)} values differ" if wrong else "equal", not wrong)

key = "foreground_intensity_properties_per_channel"
worst = largest_difference(ours[key], pythons[key])
row("fingerprint: intensities", "≤ 1e-5 relative", f"{worst:.1e}", worst <= 1e-5)
key = "median_relative_size_after_cropping"
worst = largest_difference(ours[key], pythons[key])
row("fingerprint: size after cropping", "≤ 1e-12 relative", f"{worst:.1e}", worst <= 1e-12 and set(ours) == set(pythons))

from nnunetv2.utilities.crossval_split import generate_crossval_split  # noqa: E402
from nnunetv2.utilities.utils import get_filenames_of_train_images_and_targets  # noqa: E402

cases = sorted(get_filenames_of_train_images_and_targets(str(work / "raw" / name)))
pythons = [{half: list(map(str, ids)) for half, ids in fold.items()} for fold in generate_crossval_split(cases)]
ours = load(work / "ours/preprocessed" / name / "splits_final.json")
row(f"splits_final.json, {len(cases)} cases", "exact", "equal" if ours == pythons else "differs", ours == pythons)
finish()
