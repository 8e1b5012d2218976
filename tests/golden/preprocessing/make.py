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


# ---------------------------------------------------------------- preprocessing


def phantom(shape, channel=0):
    """A smooth image with texture; the C++ tests evaluate the same formula."""
    z, y, x = np.meshgrid(*[np.arange(n, dtype=np.float64) for n in shape], indexing="ij")
    return (np.sin(0.7 * z + 0.3 * channel) + np.cos(0.35 * y) * 1.5 + np.sin(0.21 * x * (1 + 0.1 * y)) +
            ((z * 31 + y * 17 + x * 7) % 11) / 11)


def label_phantom(shape):
    """Labels 0..3 in stripes and blocks, -1 in a corner."""
    z, y, x = np.meshgrid(*[np.arange(n, dtype=np.int64) for n in shape], indexing="ij")
    label = ((z // 2 + y // 3 + x // 4) % 3 + (x * y * (z + 1) % 7 == 3)).astype(np.int16)
    label[(y < 2) & (x < 3)] = -1
    return label


def probes(array, count=24):
    """Every n-th voxel in C order, and sums that any error would change."""
    flat = np.asarray(array, dtype=np.float64).ravel()
    step = max(1, flat.size // count)
    return {"shape": list(array.shape[-3:]), "step": step, "values": [float(v) for v in flat[::step]],
            "sum": float(flat.sum()), "squares": float((flat ** 2).sum())}


def digest(array):
    """FNV-1a over little-endian int32."""
    h = 14695981039346656037
    for byte in np.ascontiguousarray(array, dtype="<i4").tobytes():
        h = ((h ^ byte) * 1099511628211) % 2 ** 64
    return str(h)


RESAMPLE = {  # old shape, old spacing, new spacing
    "isotropic-up": ((9, 11, 13), (2.0, 1.5, 1.1), (1.0, 1.0, 1.0)),
    "isotropic-down": ((20, 23, 17), (0.7, 0.8, 0.9), (1.3, 1.1, 1.0)),
    "even-factor": ((6, 8, 7), (2.0, 2.0, 2.0), (1.0, 1.0, 1.0)),
    "thick-z": ((5, 18, 16), (8.0, 1.2, 1.0), (5.0, 1.0, 1.0)),
    "thick-z-kept": ((4, 18, 16), (8.0, 1.2, 1.0), (8.0, 1.0, 1.1)),
    "thick-y": ((14, 4, 12), (1.0, 9.0, 1.1), (1.2, 4.0, 1.0)),
    "thick-x-in-target": ((12, 14, 9), (1.0, 1.0, 2.0), (1.1, 0.9, 4.0)),
    "two-thick-axes": ((7, 8, 20), (4.0, 4.0, 1.0), (3.0, 2.0, 1.0)),
    "one-slice": ((1, 15, 14), (999.0, 1.3, 1.0), (999.0, 1.0, 1.1)),
    "one-axis": ((8, 9, 10), (1.0, 1.4, 1.0), (1.0, 1.0, 1.0)),
}


def make_resampling():
    from nnunetv2.preprocessing.resampling.default_resampling import compute_new_shape, resample_data_or_seg_to_shape
    out = []
    for name, (shape, old, new) in RESAMPLE.items():
        target = compute_new_shape(shape, old, new)
        data = phantom(shape).astype(np.float32)[None]
        seg = label_phantom(shape)[None]
        kwargs = {"order_z": 0, "force_separate_z": None}
        out.append({
            "name": name, "size": shape, "old": old, "new": new,
            "cubic": probes(resample_data_or_seg_to_shape(data, target, old, new, False, 3, **kwargs)[0]),
            "linear": probes(resample_data_or_seg_to_shape(data, target, old, new, False, 1, **kwargs)[0], 8),
            "seg": digest(resample_data_or_seg_to_shape(seg, target, old, new, True, 1, **kwargs)[0])})
    return out


def case_image(shape, channels):
    """Zero border, a hole of zeros inside, a second hole open to the outside."""
    image = np.stack([phantom(shape, c) * 100 + 300 for c in range(channels)]).astype(np.float32)
    image[:, :2] = 0
    image[:, :, -3:] = 0
    image[:, :, :, :1] = 0
    image[:, 4:6, 5:8, 5:8] = 0
    image[:, 5, 10:, 9] = 0
    label = label_phantom(shape)
    label[label < 0] = 0
    label[image[0] == 0] = 0
    label[5, 12, 9] = 1  # foreground outside the nonzero region keeps its label
    return image, label


CASES = {
    "zscore": dict(shape=(12, 20, 18), spacing=(1.5, 1.0, 1.0), target=[1.0, 1.0, 1.1], transpose=[0, 1, 2],
                   schemes=["ZScoreNormalization"], mask=[False]),
    "zscore-mask-transposed": dict(shape=(14, 20, 12), spacing=(1.0, 1.0, 5.0), target=[4.0, 1.2, 0.9],
                                   transpose=[2, 0, 1], schemes=["ZScoreNormalization", "CTNormalization"],
                                   mask=[True, False]),
    "2d": dict(shape=(10, 20, 18), spacing=(3.0, 1.0, 1.2), target=[0.8, 1.0], transpose=[0, 1, 2],
               schemes=["RescaleTo01Normalization", "NoNormalization"], mask=[False, False]),
}
CT = {"mean": 310.5, "std": 120.25, "percentile_00_5": 60.5, "percentile_99_5": 600.75, "max": 700.0, "min": 1.0,
      "median": 300.0}


def make_cases():
    from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
    from nnunetv2.utilities.label_handling.label_handling import LabelManager
    from nnunetv2.preprocessing.resampling.default_resampling import resample_data_or_seg_to_shape

    class PlansManager:
        def __init__(self, transpose, channels):
            self.transpose_forward = transpose
            self.foreground_intensity_properties_per_channel = {str(c): CT for c in range(channels)}

        @staticmethod
        def get_label_manager(dataset):
            return LabelManager(dataset["labels"], dataset.get("regions_class_order"))

    class ConfigurationManager:
        def __init__(self, case):
            self.spacing, self.normalization_schemes = case["target"], case["schemes"]
            self.use_mask_for_norm = case["mask"]

        @staticmethod
        def resampling_fn_data(data, shape, old, new):
            return resample_data_or_seg_to_shape(data, shape, old, new, False, 3, 0, None)

        @staticmethod
        def resampling_fn_seg(seg, shape, old, new):
            return resample_data_or_seg_to_shape(seg, shape, old, new, True, 1, 0, None)

    label_sets = {
        "labels": {"labels": {"background": 0, "a": 1, "b": 2, "c": 3}},
        "regions": {"labels": {"background": 0, "whole": [1, 2, 3], "core": [3, 1], "inner": 3},
                    "regions_class_order": [1, 2, 3]},
        "ignore": {"labels": {"background": 0, "a": 1, "b": 2, "ignore": 3}},
    }
    out = []
    for name, case in CASES.items():
        image, label = case_image(case["shape"], len(case["schemes"]))
        entry = {"name": name, **case}
        for set_name, dataset in label_sets.items():
            properties = {"spacing": case["spacing"]}
            data, seg, properties = DefaultPreprocessor(False).run_case_npy(
                image, label[None], properties, PlansManager(case["transpose"], len(case["schemes"])),
                ConfigurationManager(case), dataset)
            entry[set_name] = [[len(v), digest(np.asarray(v)[:, 1:]) if len(v) else ""]
                               for v in properties["class_locations"].values()]
        entry["data"] = [probes(channel) for channel in data]
        entry["seg"] = digest(seg)
        entry["crop"] = [[int(i) for i in pair] for pair in properties["bbox_used_for_cropping"]]
        out.append(entry)
    return out


def make_samples():
    """Intensities as the fingerprint draws them: two channels in sequence from one random state."""
    from nnunetv2.experiment_planning.dataset_fingerprint.fingerprint_extractor import DatasetFingerprintExtractor
    shape = (6, 7, 9)
    images = np.stack([phantom(shape, c) for c in range(2)]).astype(np.float32)
    seg = label_phantom(shape)[None]
    draws = 5000
    channels, _ = DatasetFingerprintExtractor.collect_foreground_intensities(seg, images, num_samples=draws)
    out = {"size": shape, "draws": draws, "channels": []}
    for values in channels:
        low, median, high = np.percentile(values, np.array((0.5, 50.0, 99.5)))
        out["channels"].append({"mean": float(np.mean(values, dtype=np.float64)), "median": float(median),
                                "std": float(np.std(values, dtype=np.float64)), "min": float(values.min()),
                                "max": float(values.max()), "percentile_00_5": float(low),
                                "percentile_99_5": float(high)})
    return out


def make_large_class():
    """More than 10 000 voxels a class, and one per cent of a very large one."""
    from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
    seg = np.ones((1, 110, 120, 100), dtype=np.int16)
    seg[:, :20] = 2
    locations = DefaultPreprocessor._sample_foreground_locations(seg, [1, 2, 3])
    return [[len(v), digest(np.asarray(v)[:, 1:]) if len(v) else ""] for v in locations.values()]


if __name__ == "__main__":
    if sys.argv[1] == "planner":
        make_planner(sys.argv[2] if len(sys.argv) > 2 else None)
    if sys.argv[1] == "preprocessing":
        save("preprocessing.json", {"resampling": make_resampling(), "cases": make_cases(), "ct": CT,
                                    "samples": make_samples(), "large_class": make_large_class()})
