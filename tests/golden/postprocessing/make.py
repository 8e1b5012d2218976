#!/usr/bin/env python3
"""What nnU-Net's search for postprocessing chooses on label maps made of boxes, and the files it writes.

Python 3.11 venv with nnunetv2==2.8.1, SimpleITK:  python make.py
Writes search.json, labels.pkl and regions.pkl beside this script.
"""
import json
import os
import shutil
import tempfile
from pathlib import Path

ROOT = Path(tempfile.mkdtemp())
for root in ("raw", "preprocessed", "results"):
    os.environ[f"nnUNet_{root}"] = str(ROOT / root)

import numpy as np
import SimpleITK as sitk
from nnunetv2.postprocessing.remove_connected_components import determine_postprocessing

HERE = Path(__file__).resolve().parent
SIZE = (8, 12, 12)
PLANS = {"dataset_name": "Dataset902_Boxes", "plans_name": "nnUNetPlans", "image_reader_writer": "SimpleITKIO",
         "configurations": {}, "label_manager": "LabelManager", "transpose_forward": [0, 1, 2]}
SETS = {
    "labels": {"labels": {"background": 0, "a": 1, "b": 2, "c": 3}},
    "regions": {"labels": {"background": 0, "whole": [1, 2, 3], "core": [2, 3], "rim": 3}, "regions_class_order": [1, 2, 3]},
    "nothing": {"labels": {"background": 0, "a": 1, "b": 2, "c": 3}},
}


def cases(kind):
    """Boxes [z, y, x, dz, dy, dx, label], later ones over earlier ones: two bodies, and what a network adds."""
    out = []
    for i in range(3):
        body = [[1, 1, 1, 5, 6, 6, 1], [2, 2, 2, 3, 3, 3, 2], [2, 2, 2, 1, 2, 1 + i, 3]]
        far = [[6, 10, 9 - i, 2, 2, 2, 1], [7, 0, 10, 1, 1, 2, 2]]  # away from the body
        reference = body + ([far[0]] if kind == "nothing" else [])
        prediction = [[1, 1, 1, 5, 6, 7, 1], [2, 2, 2, 3, 3, 3, 2], [2, 2, 2, 1, 2, 2, 3]]
        prediction += far + [[5, 6, 6, 1, 1, 1, 2], [4, 5 + i % 2, 1, 1, 1, 1, 3]]
        if kind == "nothing":
            prediction = reference
        out.append({"reference": reference, "prediction": prediction})
    return out


def volume(boxes):
    image = np.zeros(SIZE, np.uint8)
    for z, y, x, dz, dy, dx, label in boxes:
        image[z:z + dz, y:y + dy, x:x + dx] = label
    return image


def main():
    result = {"size": SIZE, "sets": []}
    for kind, labels in SETS.items():
        folder = ROOT / kind
        made = cases(kind)
        for i, case in enumerate(made):
            for role in ("reference", "prediction"):
                (folder / role).mkdir(parents=True, exist_ok=True)
                sitk.WriteImage(sitk.GetImageFromArray(volume(case[role])), str(folder / role / f"case_{i}.nii.gz"))
        dataset = {"channel_names": {"0": "MR"}, "numTraining": 3, "file_ending": ".nii.gz", **labels}
        _, kwargs = determine_postprocessing(str(folder / "prediction"), str(folder / "reference"), PLANS, dataset, 1)
        written = json.loads((folder / "prediction/postprocessing.json").read_text())
        flat = [k["labels_or_regions"] if isinstance(k["labels_or_regions"], (list, tuple)) else [k["labels_or_regions"]]
                for k in kwargs]
        result["sets"].append({"name": kind, **labels, "cases": made, "chosen": [[int(i) for i in k] for k in flat],
                               "before": written["input_folder"]["mean"], "after": written["postprocessed"]["mean"]})
        if kind != "nothing":
            shutil.copy(folder / "prediction/postprocessing.pkl", HERE / f"{kind}.pkl")
    for entry in result["sets"]:
        for when in ("before", "after"):
            entry[when] = {key: value["Dice"] for key, value in entry[when].items()}
    (HERE / "search.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    shutil.rmtree(ROOT)


if __name__ == "__main__":
    main()
