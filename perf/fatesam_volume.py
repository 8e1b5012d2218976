#!/usr/bin/env python3
"""FATE-SAM with SAM 2 Hiera-T on one made-up volume beside the same steps on Python's sam2 (tests/golden/fatesam), in one run with the
same number of threads; supports are encoded in both.

    perf/fatesam_volume.py PROGRAM [--python PYTHON] [--threads N] [--rounds R] [--slices S] [--side PIXELS] [--supports K] [--image-size P]

PROGRAM is the built fatesam_volume; PYTHON an interpreter with sam2==1.1.0, torch and Pillow. The two take turns.
"""
import argparse
import os
import statistics
import sys
from pathlib import Path

import peers

PEER = """
import json, logging, resource, sys, time, warnings
warnings.filterwarnings("ignore")
logging.disable()
sys.path.insert(0, sys.argv[1])
import torch
import sam2
from hydra import compose
from hydra.utils import instantiate
from fate_sam import FateSam
slices, side, supports, image = map(int, sys.argv[2:])
overrides = [f"model.image_size={image}"] + [f"model.memory_attention.layer.{kind}.feat_sizes=[{image // 16},{image // 16}]"
                                             for kind in ["self_attention", "cross_attention"]]
model = instantiate(compose(config_name="configs/sam2/sam2_hiera_t.yaml", overrides=overrides).model, _recursive_=True).eval()

def volume(seed):
    images, labels = torch.rand(slices, side, side, generator=torch.Generator().manual_seed(seed)), torch.zeros(slices, side, side).long()
    for k in range(1, 4):
        left = k * side // 5
        labels[slices // 4: slices - slices // 4, side // 4: side // 2, left: left + side // 6] = k
    return images + labels, labels

given = [volume(i) for i in range(supports)]
shown = [(x, y) for images, labels in given for x, y in zip(images, labels) if y.any()]
start = time.perf_counter()
with torch.no_grad():
    FateSam(model, 3, False).segment(volume(99)[0], torch.stack([x for x, _ in shown]), torch.stack([y for _, y in shown]))
print(json.dumps({"seconds": time.perf_counter() - start, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                  "threads": torch.get_num_threads()}))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--slices", type=int, default=64)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--supports", type=int, default=5)
    parser.add_argument("--image-size", type=int, default=1024)
    args = parser.parse_args()
    sizes = [args.slices, args.side, args.supports, args.image_size]
    reference = Path(__file__).parent.parent / "tests" / "golden" / "fatesam"
    commands = {"sam2": [args.python, "-c", PEER, reference, *sizes], "VoxArena": [args.program, *sizes]}
    threads = {"OMP_NUM_THREADS": str(args.threads), "MKL_NUM_THREADS": str(args.threads)}
    results = {name: [] for name in commands}
    for _ in range(args.rounds):
        for name, command in commands.items():
            results[name].append(peers.measured(command, **threads))
    print(f"{args.slices} slices of {args.side} x {args.side} at {args.image_size} pixels, {args.supports} supports, 3 classes, "
          f"{args.threads} threads\n\n| | seconds: median (range) | peak MB |\n| --- | --- | --- |")
    medians = {}
    for name, runs in results.items():
        seconds = sorted(run["seconds"] for run in runs)
        medians[name] = statistics.median(seconds)
        print(f"| {name} | {medians[name]:.1f} ({seconds[0]:.1f} - {seconds[-1]:.1f}) | {max(run['peak_mb'] for run in runs)} |")
    print(f"\n{medians['sam2'] / medians['VoxArena']:.2f} times as fast")


if __name__ == "__main__":
    main()
