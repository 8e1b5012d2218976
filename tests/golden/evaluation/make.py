"""Small label maps and what nnU-Net's own evaluation says about them.

Writes golden.json beside this file: for every scene the label maps (run-length coded, z y x), the labels or regions,
the ignore label and the summary of nnunetv2.evaluation.evaluate_predictions.compute_metrics_on_folder; and
summary.json, the very bytes that nnU-Net writes for the scene "regions".

Made with python 3.11, nnunetv2==2.8.1, numpy and SimpleITK as its dependencies: python make.py
"""
import importlib.metadata
import json
import os
import tempfile
from itertools import groupby

import numpy as np
import SimpleITK as sitk
from nnunetv2.evaluation.evaluate_predictions import compute_metrics_on_folder, label_or_region_to_key, save_summary_json
from nnunetv2.imageio.simpleitk_reader_writer import SimpleITKIO

HERE = os.path.dirname(os.path.abspath(__file__))
SCENES = {
    "labels": dict(classes=[1, 2, 3], ignore=None, values=[0, 1, 2, 3]),
    "ignore": dict(classes=[1, 2], ignore=3, values=[0, 1, 2, 3]),
    "regions": dict(classes=[(1, 2, 3), (2, 3), (3,)], ignore=4, values=[0, 1, 2, 3, 4]),
}


def blocky(rng, shape, values):
    """Labels in blocks of 2 voxels, so that run lengths are short but not 1."""
    coarse = rng.choice(values, size=[(s + 1) // 2 for s in shape])
    for axis in range(3):
        coarse = np.repeat(coarse, 2, axis)
    return coarse[: shape[0], : shape[1], : shape[2]].astype(np.uint8)


def run_lengths(array):
    return [[int(value), len(list(run))] for value, run in groupby(array.ravel())]


def make_case(rng, index, scene):
    shape = [(3, 5, 7), (4, 4, 6), (1, 8, 8)][index]
    reference = blocky(rng, shape, scene["values"])
    predicted_values = [v for v in scene["values"] if v != scene["ignore"]]
    prediction = np.where(rng.random(shape) < 0.7, np.where(reference == scene["ignore"], 0, reference),
                          rng.choice(predicted_values, size=shape)).astype(np.uint8)
    last = max(predicted_values)
    if index == 1:  # the last class is absent from the reference but predicted
        reference[reference == last] = 0
    if index == 2:  # absent from both
        reference[reference == last] = 0
        prediction[prediction == last] = 0
    return reference, prediction


def evaluate(scene, cases, folder):
    for part in ("reference", "prediction"):
        os.makedirs(os.path.join(folder, part))
    for name, (reference, prediction) in cases.items():
        for part, array in (("reference", reference), ("prediction", prediction)):
            sitk.WriteImage(sitk.GetImageFromArray(array), os.path.join(folder, part, name + ".nii.gz"))
    return compute_metrics_on_folder(os.path.join(folder, "reference"), os.path.join(folder, "prediction"), None,
                                     SimpleITKIO(), ".nii.gz", scene["classes"], scene["ignore"], num_processes=2)


def main():
    rng = np.random.default_rng(7)
    golden = {"made_with": {p: importlib.metadata.version(p) for p in ("nnunetv2", "numpy", "SimpleITK")}, "scenes": {}}
    for name, scene in SCENES.items():
        cases = {f"case_{i}": make_case(rng, i, scene) for i in range(3)}
        with tempfile.TemporaryDirectory() as folder:
            summary = evaluate(scene, cases, folder)
            for entry in summary["metric_per_case"]:
                for key in ("reference_file", "prediction_file"):
                    entry[key] = os.path.relpath(entry[key], folder)
            text_file = os.path.join(folder, "summary.json")
            save_summary_json(summary, text_file)
            with open(text_file) as file:
                text = file.read()
        if name == "regions":
            with open(os.path.join(HERE, "summary.json"), "w") as file:
                file.write(text)
        golden["scenes"][name] = {
            "classes": [{"key": label_or_region_to_key(c), "values": list(c) if isinstance(c, tuple) else [c]}
                        for c in scene["classes"]],
            "ignore": scene["ignore"],
            "cases": {case: {"size": list(reference.shape), "reference": run_lengths(reference),
                             "prediction": run_lengths(prediction)} for case, (reference, prediction) in cases.items()},
            "summary": json.loads(text),
        }
    with open(os.path.join(HERE, "golden.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
