"""Logits of 25 classes at 1.5 mm to labels of 512 x 512 x 300 voxels, beside nnU-Net's export: seconds and peak memory.

    python perf/label_export.py build/release/bin/label_export [--rounds N] [--quick]
Python needs 20 GiB; --quick takes an eighth of that.
"""
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import peers

CLASSES, SPACING, NETWORK = 25, (1.0, 0.7, 0.7), 1.5


def network_shape(shape):
    return tuple(round(n * s / NETWORK) for n, s in zip(shape, SPACING))


def python(source, target, shape):
    import torch
    from nnunetv2.inference.export_prediction import convert_predicted_logits_to_segmentation_with_correct_shape
    from nnunetv2.utilities.label_handling.label_handling import LabelManager
    from nnunetv2.utilities.plans_handling.plans_handler import ConfigurationManager, PlansManager
    how = {"is_seg": False, "order": 1, "order_z": 0, "force_separate_z": None}
    plans = PlansManager({"plans_name": "p", "transpose_forward": [0, 1, 2], "transpose_backward": [0, 1, 2], "configurations": {}})
    configuration = ConfigurationManager({"spacing": [NETWORK] * 3, "architecture": {},
                                          "resampling_fn_probabilities": "resample_data_or_seg_to_shape",
                                          "resampling_fn_probabilities_kwargs": how})
    labels = LabelManager({"background": 0, **{f"class {k}": k for k in range(1, CLASSES)}}, None)
    properties = {"spacing": list(SPACING), "shape_before_cropping": shape, "shape_after_cropping_and_before_resampling": shape,
                  "bbox_used_for_cropping": [[0, n] for n in shape]}
    logits = torch.from_numpy(np.fromfile(source, np.float16).reshape(CLASSES, *network_shape(shape)))
    start, cpu = time.perf_counter(), time.process_time()
    segmentation = convert_predicted_logits_to_segmentation_with_correct_shape(logits, plans, configuration, labels, properties,
                                                                               num_threads_torch=int(peers.THREADS))
    peers.print_measured(start, cpu)
    segmentation.astype(np.int16).tofile(target)


def write_logits(half, single, shape):
    """Smooth random fields, a class after the other."""
    rng = np.random.default_rng(1)
    with open(half, "wb") as first, open(single, "wb") as second:
        for _ in range(CLASSES):
            coarse = rng.normal(scale=4, size=[n // 8 + 1 for n in shape]).astype(np.float32)
            field = coarse.repeat(8, 0).repeat(8, 1).repeat(8, 2)[:shape[0], :shape[1], :shape[2]]
            values = (field + rng.normal(scale=0.5, size=shape).astype(np.float32)).astype(np.float16)
            values.tofile(first)
            values.astype(np.float32).tofile(second)


def main():
    options = peers.arguments(__doc__, "program")
    shape = (150, 256, 256) if options.quick else (300, 512, 512)
    text, network = ",".join(map(str, shape)), network_shape(shape)
    with tempfile.TemporaryDirectory() as folder:
        half, single, ours, pythons = (Path(folder) / name for name in ("half", "single", "ours", "python"))
        write_logits(half, single, network)
        theirs, mine = peers.take_turns(
            options.rounds, lambda: peers.measured([sys.executable, __file__, "python", half, pythons, text]),
            lambda: peers.measured([options.program, single, ours, CLASSES, ",".join(map(str, network)), text,
                                    ",".join(map(str, SPACING)), NETWORK, peers.THREADS]))
        wrong = int((np.fromfile(ours, np.int16) != np.fromfile(pythons, np.int16)).sum())
    print(f"{wrong} of {np.prod(shape)} labels differ")
    assert wrong <= 1e-3 * np.prod(shape), wrong  # values that are equal in half precision, in which Python stores them
    what = f"export of {CLASSES} classes to {shape[2]}×{shape[1]}×{shape[0]}, {peers.THREADS} threads"
    peers.row(what, "s", [t["seconds"] for t in theirs], [t["seconds"] for t in mine], 10)
    peers.row(f"{what}: peak memory of the process", "GiB", [t["peak_mib"] / 1024 for t in theirs], [t["peak_mib"] / 1024 for t in mine], 4)


if __name__ == "__main__":
    if sys.argv[1] == "python":
        python(*sys.argv[2:4], tuple(map(int, sys.argv[4].split(","))))
    else:
        main()
