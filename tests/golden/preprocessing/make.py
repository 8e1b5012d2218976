"""Reference numbers of fingerprint and preprocessing; those of planning are made by ../nnunet/make_plans.py.

Runs in a python 3.11 venv with nnunetv2==2.8.1 (numpy 2.4.6, scipy 1.17.1, scikit-image 0.26.0, batchgenerators 0.25.5).

  python make.py   -> preprocessing.json
"""
import json
import os
import tempfile

WORK = tempfile.mkdtemp()
for name in ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results"):
    os.environ[name] = os.path.join(WORK, name)
    os.makedirs(os.environ[name])

import numpy as np  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def save(name, content):
    with open(os.path.join(HERE, name), "w") as file:
        json.dump(content, file)
        file.write("\n")


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
    save("preprocessing.json", {"resampling": make_resampling(), "cases": make_cases(), "ct": CT,
                                "samples": make_samples(), "large_class": make_large_class()})
