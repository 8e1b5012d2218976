"""A volume to 0.8 mm and back, cubic, beside nnU-Net's resampling; one thread each, processor time is compared.

    python perf/resampling.py build/release/bin/resampling [--rounds N] [--quick]
"""
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import peers

SPACING, TARGET = (1.0, 0.7, 0.7), 0.8


def python(source, target, shape):
    from nnunetv2.preprocessing.resampling.default_resampling import compute_new_shape, resample_data_or_seg_to_shape
    data = np.fromfile(source, np.float32).reshape(1, *shape)
    how = dict(is_seg=False, order=3, order_z=0, force_separate_z=None)
    start, cpu = time.perf_counter(), time.process_time()
    there = resample_data_or_seg_to_shape(data, compute_new_shape(shape, SPACING, [TARGET] * 3), SPACING, [TARGET] * 3, **how)
    back = resample_data_or_seg_to_shape(there, shape, [TARGET] * 3, SPACING, **how)
    peers.print_measured(start, cpu)
    back.tofile(target)


def main():
    options = peers.arguments(__doc__, "program")
    shape = (75, 128, 128) if options.quick else (300, 512, 512)
    size = ",".join(map(str, shape))
    with tempfile.TemporaryDirectory() as folder:
        source, ours, pythons = (Path(folder) / name for name in ("source", "ours", "python"))
        coarse = np.random.default_rng(1).normal(size=[n // 4 + 1 for n in shape]).astype(np.float32)
        coarse.repeat(4, 0).repeat(4, 1).repeat(4, 2)[:shape[0], :shape[1], :shape[2]].tofile(source)
        one_thread = {"OMP_NUM_THREADS": "1"}
        theirs, mine = peers.take_turns(
            options.rounds, lambda: peers.measured([sys.executable, __file__, "python", source, pythons, size], **one_thread),
            lambda: peers.measured([options.program, source, ours, size, ",".join(map(str, SPACING)), TARGET, 1], **one_thread))
        worst = float(np.abs(np.fromfile(ours, np.float32) - np.fromfile(pythons, np.float32)).max())
    assert worst < 1e-5, worst
    print(f"largest difference {worst:.1e}; peak memory {theirs[0]['peak_mib']} and {mine[0]['peak_mib']} MiB")
    peers.row(f"resampling {shape[2]}×{shape[1]}×{shape[0]}, cubic, to {TARGET} mm and back, one core", "s", [t["cpu_seconds"] for t in theirs],
              [t["cpu_seconds"] for t in mine], 15)


if __name__ == "__main__":
    if sys.argv[1] == "python":
        python(*sys.argv[2:4], tuple(map(int, sys.argv[4].split(","))))
    else:
        main()
