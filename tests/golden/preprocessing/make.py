"""Reference numbers of fingerprint, planning and preprocessing.

Runs in a python 3.11 venv with nnunetv2==2.8.1 (numpy 2.4.6, scipy 1.17.1, scikit-image 0.26.0, batchgenerators 0.25.5).

  python make.py planner [RAW_DATA_FOLDER]   -> planner.json, plans.json
  python make.py preprocessing               -> preprocessing.json
"""
import contextlib
import io
import json
import os
import sys
import tempfile

WORK = tempfile.mkdtemp()
for name in ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results"):
    os.environ[name] = os.path.join(WORK, name)
    os.makedirs(os.environ[name])

import numpy as np  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def save(name, content, indent=None):
    with open(os.path.join(HERE, name), "w") as file:
        if isinstance(content, list):  # one entry a line
            file.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in content) + "\n]\n")
        else:
            json.dump(content, file, indent=indent)
            file.write("\n")


# ---------------------------------------------------------------- planner


def plan(fingerprint, channels, labels, training, name="Dataset999_Golden"):
    from nnunetv2.experiment_planning.experiment_planners.default_experiment_planner import ExperimentPlanner
    raw, prep = (os.path.join(os.environ[v], name) for v in ("nnUNet_raw", "nnUNet_preprocessed"))
    for folder in (os.path.join(raw, "imagesTr"), os.path.join(raw, "labelsTr"), prep):
        os.makedirs(folder, exist_ok=True)
    with open(os.path.join(raw, "dataset.json"), "w") as file:
        json.dump({"channel_names": {str(i): c for i, c in enumerate(channels)}, "numTraining": training,
                   "labels": {"background" if i == 0 else f"l{i}": i for i in range(labels)},
                   "file_ending": ".nii.gz", "overwrite_image_reader_writer": "SimpleITKIO"}, file)
    for c in range(len(channels)):
        open(os.path.join(raw, "imagesTr", f"a_{c:04d}.nii.gz"), "w").close()
    open(os.path.join(raw, "labelsTr", "a.nii.gz"), "w").close()
    with open(os.path.join(prep, "dataset_fingerprint.json"), "w") as file:
        json.dump(fingerprint, file)
    plans_file = os.path.join(prep, "nnUNetPlans.json")
    if os.path.exists(plans_file):
        os.remove(plans_file)
    with contextlib.redirect_stdout(io.StringIO()):
        ExperimentPlanner(name).plan_experiment()
    with open(plans_file) as file:
        return file.read()


def digits(lists):
    return ",".join("".join(str(i) for i in entry) for entry in lists)


def facts(plans):
    out = {k: plans[k] for k in ("original_median_spacing_after_transp", "original_median_shape_after_transp",
                                 "transpose_forward", "transpose_backward")}
    out["configurations"] = {}
    for name, c in plans["configurations"].items():
        if "inherits_from" in c:
            out["configurations"][name] = c
            continue
        a = c["architecture"]["arch_kwargs"]
        out["configurations"][name] = {
            "batch": c["batch_size"], "patch": c["patch_size"], "median": c["median_image_size_in_voxels"],
            "spacing": c["spacing"], "norm": c["normalization_schemes"], "mask": c["use_mask_for_norm"],
            "batch_dice": c["batch_dice"], "features": a["features_per_stage"], "strides": digits(a["strides"]),
            "kernels": digits(a["kernel_sizes"])}
    return out


def synthetic(seed):
    """Fingerprints from small isotropic to large and very anisotropic, thick axis anywhere."""
    r = np.random.RandomState(seed)
    cases = int(r.randint(1, 8))
    fine = float(np.round(np.exp(r.uniform(np.log(0.3), np.log(2.0))), 4))
    thick = float(np.round(fine * r.choice([1, 1, 1.5, 2.5, 4, 8]), 4))
    axis = int(r.randint(3))
    side = int(r.choice([24, 48, 96, 180, 320, 512]))
    depth = max(1, int(side * fine / thick * r.choice([1, 1, 0.3])))
    spacings, shapes = [], []
    for _ in range(cases):
        spacing = [fine] * 3
        shape = [int(s) for s in np.maximum(side * r.uniform(0.8, 1.25, 3), 1)]
        spacing[axis] = thick
        shape[axis] = max(1, int(depth * r.uniform(0.7, 1.3)))
        if r.rand() < 0.5:
            spacing = [float(np.round(s * r.uniform(0.8, 1.3), 5)) for s in spacing]
        spacings.append(spacing)
        shapes.append(shape)
    names = [["CT"], ["T1", "T2"], ["noNorm"], ["rescale_to_0_1", "ZScore"], ["rgb_to_0_1"] * 3][int(r.randint(5))]
    return {"spacings": spacings, "shapes_after_crop": shapes,
            "median_relative_size_after_cropping": float(r.choice([1.0, 0.9, 0.75, 0.5]))}, names, \
        int(r.choice([2, 3, 5, 20])), int(r.choice([cases, 20, 100, 500]))


# The data sets whose plans are published (spacing, median shape, cases, labels).
KNOWN = {
    "hippocampus": ([1, 1, 1], [36, 50, 35], 260, 3, ["MRI"]),
    "prostate": ([3.6, .625, .625], [20, 320, 319], 32, 3, ["T2", "ADC"]),
    "liver": ([1, .7676, .7676], [482, 512, 512], 131, 3, ["CT"]),
    "brats": ([1, 1, 1], [138, 169, 138], 484, 4, ["FLAIR", "T1w", "T1gd", "T2w"]),
    "two-thick-axes": ([2, 2, .5], [60, 60, 200], 40, 3, ["CT"]),
    "single-slice": ([999, 1, 1], [1, 300, 280], 40, 2, ["xray"]),
    "tiny": ([1, 1, 1], [5, 6, 7], 10, 2, ["MRI"]),
    "cube": ([1, 1, 1], [256, 256, 256], 50, 2, ["CT"]),
    "even-pair": ([3, 1, 1], [40, 256, 256], 50, 2, ["CT"]),
}


def real(folder, name):
    """Fingerprint of a real data set: geometry only, the intensities play no role in planning."""
    from nnunetv2.experiment_planning.dataset_fingerprint.fingerprint_extractor import DatasetFingerprintExtractor
    os.symlink(os.path.join(folder, name), os.path.join(os.environ["nnUNet_raw"], name))
    fingerprint = DatasetFingerprintExtractor(name, 2).run()
    with open(os.path.join(folder, name, "dataset.json")) as file:
        dataset = json.load(file)
    return {**fingerprint, "shapes_after_crop": [[int(i) for i in s] for s in fingerprint["shapes_after_crop"]],
            "spacings": [[float(i) for i in s] for s in fingerprint["spacings"]],
            "median_relative_size_after_cropping": float(fingerprint["median_relative_size_after_cropping"])}, \
        list(dataset["channel_names"].values()), len(dataset["labels"]), dataset["numTraining"]


INTENSITY = {"max": 1000.0, "mean": 100.25, "median": 90.0, "min": -10.0, "percentile_00_5": -5.5,
             "percentile_99_5": 800.125, "std": 33.0}


def make_planner(folder):
    out = []

    def add(name, fingerprint, channels, labels, training):
        fingerprint = {**fingerprint, "foreground_intensity_properties_per_channel":
                       {str(i): INTENSITY for i in range(len(channels))}}
        text = plan(fingerprint, channels, labels, training)
        out.append({"name": name, "spacings": fingerprint["spacings"], "shapes": fingerprint["shapes_after_crop"],
                    "relative_size": fingerprint["median_relative_size_after_cropping"], "channels": channels,
                    "labels": labels, "training": training, "plans": facts(json.loads(text))})
        print(name, {k: v.get("patch") for k, v in out[-1]["plans"]["configurations"].items()}, flush=True)
        return text

    for name, (spacing, shape, cases, labels, channels) in KNOWN.items():
        text = add(name, {"spacings": [[float(s) for s in spacing]], "shapes_after_crop": [shape],
                          "median_relative_size_after_cropping": 1.0}, channels, labels, cases)
        if name == "liver":
            with open(os.path.join(HERE, "plans.json"), "w") as file:
                file.write(text + "\n")
    for seed in range(30):
        add(f"synthetic-{seed}", *synthetic(seed))
    for name in ("Dataset004_Hippocampus", "Dataset027_ACDC") if folder else ():
        add(name, *real(folder, name))
    save("planner.json", out)


if __name__ == "__main__":
    if sys.argv[1] == "planner":
        make_planner(sys.argv[2] if len(sys.argv) > 2 else None)
