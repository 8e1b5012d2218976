"""Plans that nnU-Net's five planners make for synthetic and real fingerprints.

Runs in a python 3.11 venv with nnunetv2==2.8.1 (numpy 2.4.6, dynamic-network-architectures 0.4.4).

  python make_plans.py [RAW_DATA_FOLDER]   -> plans.json, nnUNetPlans.json, resenc_l_plans.json

plans.json holds per fingerprint what every planner shares (spacing, shapes, normalisation) and per planner and
configuration [batch size, patch, index into `architectures`, batch dice], for a lowres stage also spacing and shape.
The real data sets are left out where no folder is named.
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

os.environ["nnUNet_n_proc_DA"] = "1"

import numpy as np  # noqa: E402
import torch  # noqa: E402
from nnunetv2.experiment_planning.experiment_planners import default_experiment_planner as default  # noqa: E402
from nnunetv2.experiment_planning.experiment_planners.resencUNet_planner import ResEncUNetPlanner  # noqa: E402
from nnunetv2.experiment_planning.experiment_planners.residual_unets import \
    residual_encoder_unet_planners as resenc  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PLANNERS = [default.ExperimentPlanner, ResEncUNetPlanner, resenc.nnUNetPlannerResEncM, resenc.nnUNetPlannerResEncL,
            resenc.nnUNetPlannerResEncXL]
NAME = "Dataset999_Golden"
INTENSITY = {"max": 1000.0, "mean": 100.25, "median": 90.0, "min": -10.0, "percentile_00_5": -5.5,
             "percentile_99_5": 800.125, "std": 33.0}


def count_quickly(planner):
    """Networks are built to count their feature maps only: each once, with layers that hold no weights."""
    estimate, known = planner.static_estimate_VRAM_usage, {}
    for dimensions in "23":
        for layer in ("Conv", "ConvTranspose", "InstanceNorm"):
            getattr(torch.nn, f"{layer}{dimensions}d").__init__ = \
                lambda self, *args, **kwargs: torch.nn.Module.__init__(self)

    def count(*args):
        key = str(args)
        if key not in known:
            known[key] = estimate(*args)
        return known[key]

    planner.static_estimate_VRAM_usage = staticmethod(count)


count_quickly(default.ExperimentPlanner)


def write(path, content):
    with open(path, "w") as file:
        json.dump(content, file)


def plan(planner, fingerprint, channels, labels, training, **options):
    raw, prep = (os.path.join(os.environ[v], NAME) for v in ("nnUNet_raw", "nnUNet_preprocessed"))
    for folder in (raw, prep):
        os.makedirs(folder, exist_ok=True)
    write(os.path.join(raw, "dataset.json"),
          {"channel_names": {str(i): c for i, c in enumerate(channels)}, "numTraining": training,
           "labels": {"background" if i == 0 else f"l{i}": i for i in range(labels)},
           "file_ending": ".nii.gz", "dataset": {"a": {"images": ["a_0000.nii.gz"], "label": "a.nii.gz"}},
           "overwrite_image_reader_writer": "SimpleITKIO"})
    write(os.path.join(prep, "dataset_fingerprint.json"),
          {**fingerprint, "foreground_intensity_properties_per_channel":
           {str(i): INTENSITY for i in range(len(channels))}})
    one = planner(NAME, **options)
    plans_file = os.path.join(prep, one.plans_identifier + ".json")
    if os.path.exists(plans_file):
        os.remove(plans_file)
    with contextlib.redirect_stdout(io.StringIO()):
        one.plan_experiment()
    with open(plans_file) as file:
        return json.load(file)


# ---------------------------------------------------------------- what is kept of plans


def digits(lists):
    return ",".join("".join(str(i) for i in entry) for entry in lists)


def numbers(values):
    return ",".join(str(v) for v in values)


def architecture(configuration):
    """One line: strides | kernels | features | convolutions or blocks | convolutions of the decoder."""
    a = configuration["architecture"]["arch_kwargs"]
    blocks = a["n_blocks_per_stage"] if "n_blocks_per_stage" in a else a["n_conv_per_stage"]
    return "|".join((digits(a["strides"]), digits(a["kernel_sizes"]), numbers(a["features_per_stage"]),
                     numbers(blocks), numbers(a["n_conv_per_stage_decoder"])))


class Architectures:
    def __init__(self):
        self.lines = []

    def index(self, line):
        if line not in self.lines:
            self.lines.append(line)
        return self.lines.index(line)


def shared(plans):
    """The part of plans that does not depend on the planner."""
    configurations = plans["configurations"]
    full = configurations.get("3d_fullres", configurations["2d"])
    out = {"median_spacing": plans["original_median_spacing_after_transp"],
           "median_shape": plans["original_median_shape_after_transp"],
           "transpose": [plans["transpose_forward"], plans["transpose_backward"]],
           "spacing": full["spacing"], "shape": full["median_image_size_in_voxels"],
           "norm": full["normalization_schemes"], "mask": full["use_mask_for_norm"]}
    for name, c in configurations.items():
        if "inherits_from" in c:
            assert c == {"inherits_from": "3d_fullres", "previous_stage": "3d_lowres"}
            continue
        assert (c["normalization_schemes"], c["use_mask_for_norm"]) == (out["norm"], out["mask"])
        dimensions = len(c["spacing"])
        assert name == "3d_lowres" or c["spacing"] == out["spacing"][-dimensions:]
    return out


def per_planner(plans, architectures):
    out = {}
    for name, c in plans["configurations"].items():
        if "inherits_from" in c:
            continue
        out[name] = [c["batch_size"], c["patch_size"], architectures.index(architecture(c)), c["batch_dice"]]
        if name == "3d_lowres":
            out[name] += [c["spacing"], c["median_image_size_in_voxels"]]
            assert c["next_stage"] == "3d_cascade_fullres" and "3d_cascade_fullres" in plans["configurations"]
    return out


# ---------------------------------------------------------------- fingerprints

# The data sets whose plans are published (spacing, median shape, cases, labels).
KNOWN = {
    "hippocampus": ([1, 1, 1], [36, 50, 35], 260, 3, ["MRI"]),
    "prostate": ([3.6, .625, .625], [20, 320, 319], 32, 3, ["T2", "ADC"]),
    "liver": ([1, .7676, .7676], [482, 512, 512], 131, 3, ["CT"]),
    "brats": ([1, 1, 1], [138, 169, 138], 484, 4, ["FLAIR", "T1w", "T1gd", "T2w"]),
    "two-thick-axes": ([2, 2, .5], [60, 60, 200], 40, 3, ["CT"]),
    "single-slice": ([999, 1, 1], [1, 300, 280], 40, 2, ["xray"]),
    "tiny": ([1, 1, 1], [5, 6, 7], 10, 2, ["MRI"]),
    "tiny-many-cases": ([1, 1, 1], [5, 6, 7], 100000, 2, ["MRI"]),
    "one-pool": ([1, 1, 4], [12, 7, 3], 5000, 3, ["MRI"]),
    "cube": ([1, 1, 1], [256, 256, 256], 50, 2, ["CT"]),
    "even-pair": ([3, 1, 1], [40, 256, 256], 50, 2, ["CT"]),
    "huge": ([.3, .3, .3], [1000, 1024, 900], 30, 3, ["CT"]),
    "huge-thick": ([.2, .2, 1.5], [1500, 1400, 300], 300, 5, ["CT"]),
    "whole-body": ([1.5, 1.5, 1.5], [310, 250, 330], 1204, 118, ["CT"]),
    "every-label": ([1, 1, 1], [128, 140, 120], 60, 256, ["T1"]),
    "many-labels-2d": ([999, .1, .1], [1, 1024, 900], 300, 60, ["rgb_to_0_1"] * 3),
    "small-photograph": ([999, 1, 1], [1, 28, 28], 60000, 11, ["rgb_to_0_1"] * 3),
    "large-photograph": ([999, 1, 1], [1, 3000, 2000], 120, 2, ["rgb_to_0_1"] * 4),
    "thin-strip": ([999, 1, 1], [1, 40, 2000], 120, 2, ["noNorm"]),
    "needle": ([1, 1, 1], [600, 20, 22], 50, 2, ["CT", "PET"]),
    "plate": ([.5, .5, .5], [9, 700, 650], 50, 2, ["CT", "PET"]),
}


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


# What users override (planner's argument → value), for synthetic fingerprints and the planner of that number.
OPTIONS = [
    {"gpu_memory_target_in_gb": 4}, {"gpu_memory_target_in_gb": 12.5}, {"gpu_memory_target_in_gb": 80},
    {"overwrite_target_spacing": [1.0, 1.0, 1.0]}, {"overwrite_target_spacing": [0.8, 3.0, 0.7]},
    {"overwrite_target_spacing": [5.0, 0.75, 0.8], "gpu_memory_target_in_gb": 16},
]


def real(folder, name):
    """Fingerprint of a real data set: geometry only, the intensities play no role in planning."""
    from nnunetv2.experiment_planning.dataset_fingerprint.fingerprint_extractor import DatasetFingerprintExtractor
    os.symlink(os.path.join(folder, name), os.path.join(os.environ["nnUNet_raw"], name))
    fingerprint = DatasetFingerprintExtractor(name, 1).run()
    with open(os.path.join(folder, name, "dataset.json")) as file:
        dataset = json.load(file)
    return {"shapes_after_crop": [[int(i) for i in s] for s in fingerprint["shapes_after_crop"]],
            "spacings": [[float(i) for i in s] for s in fingerprint["spacings"]],
            "median_relative_size_after_cropping": float(fingerprint["median_relative_size_after_cropping"])}, \
        list(dataset["channel_names"].values()), len(dataset["labels"]), dataset["numTraining"]


def fingerprints(folder):
    for name, (spacing, shape, cases, labels, channels) in KNOWN.items():
        yield name, {"spacings": [[float(s) for s in spacing]], "shapes_after_crop": [shape],
                     "median_relative_size_after_cropping": 1.0}, channels, labels, cases
    for seed in range(45):
        yield f"synthetic-{seed}", *synthetic(seed)
    for name in ("Dataset004_Hippocampus", "Dataset027_ACDC") if folder else ():
        yield name, *real(folder, name)


# ---------------------------------------------------------------- files


def save(name, content):
    """One entry of a list a line."""
    lines = [f'"{key}":' + (json.dumps(value, separators=(",", ":")) if not isinstance(value, list) else
                            "[\n" + ",\n".join(json.dumps(v, separators=(",", ":")) for v in value) + "\n]")
             for key, value in content.items()]
    with open(os.path.join(HERE, name), "w") as file:
        file.write("{" + ",\n".join(lines) + "}\n")


def main(folder):
    architectures, entries, options = Architectures(), [], []
    for name, fingerprint, channels, labels, training in fingerprints(folder):
        entry = {"name": name, "spacings": fingerprint["spacings"], "shapes": fingerprint["shapes_after_crop"],
                 "relative_size": fingerprint["median_relative_size_after_cropping"], "channels": channels,
                 "labels": labels, "training": training, "planners": {}}
        for planner in PLANNERS:
            plans = plan(planner, fingerprint, channels, labels, training)
            entry["planners"][planner.__name__] = per_planner(plans, architectures)
            assert entry.setdefault("shared", shared(plans)) == shared(plans)
            if name == "liver" and planner is default.ExperimentPlanner:
                with open(os.path.join(HERE, "nnUNetPlans.json"), "w") as file:  # as nnU-Net's save_json does
                    json.dump(plans, file, indent=4)
                    file.write("\n")
            if name == "liver" and planner is resenc.nnUNetPlannerResEncL:
                write(os.path.join(HERE, "resenc_l_plans.json"), plans)
        entries.append(entry)
        print(name, entry["planners"], flush=True)
    for i, option in enumerate(OPTIONS):
        for planner in (PLANNERS[i % 5], PLANNERS[(i + 3) % 5]):
            for seed in (3 * i + 1, 3 * i + 17):
                plans = plan(planner, *synthetic(seed), **option)
                options.append({"name": f"synthetic-{seed}", "planner": planner.__name__, **option,
                                "shared": shared(plans), "plans": per_planner(plans, architectures)})
                print(options[-1], flush=True)
    save("plans.json", {"architectures": architectures.lines, "fingerprints": entries, "options": options})


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1] if len(sys.argv) > 1 else None)
