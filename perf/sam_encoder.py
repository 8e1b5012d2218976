#!/usr/bin/env python3
"""SAM's ViT-B encoder at 1024 pixels beside Python's segment-anything, in one run with the same number of threads.

    perf/sam_encoder.py PROGRAM [--python PYTHON] [--threads N] [--rounds R]

PROGRAM is the built sam_encoder; PYTHON an interpreter with segment-anything==1.0 and torch. The two take turns; the table gives the
median and range of all runs and the peak memory of the process.
"""
import argparse
import os
import statistics
import sys

import peers

PEER = """
import json, resource, sys, time
from functools import partial
from unittest.mock import MagicMock
import torch
for name in ["torchvision", "torchvision.ops", "torchvision.ops.boxes", "torchvision.transforms", "torchvision.transforms.functional"]:
    sys.modules[name] = MagicMock()  # only its image transforms need it
from segment_anything.modeling.image_encoder import ImageEncoderViT
encoder = ImageEncoderViT(depth=12, embed_dim=768, num_heads=12, global_attn_indexes=(2, 5, 8, 11), window_size=14, use_rel_pos=True,
                          norm_layer=partial(torch.nn.LayerNorm, eps=1e-6)).eval()
image, seconds = torch.randn(1, 3, 1024, 1024), []
with torch.no_grad():
    for i in range(int(sys.argv[1]) + 1):
        start = time.perf_counter()
        encoder(image)
        seconds.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"seconds": seconds[1:], "peak_mb": peak, "threads": torch.get_num_threads()}))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    commands = {"VoxArena": [args.program, "2"], "segment-anything": [args.python, "-c", PEER, "2"]}
    threads = {"OMP_NUM_THREADS": str(args.threads), "MKL_NUM_THREADS": str(args.threads)}
    results = {name: [] for name in commands}
    for _ in range(args.rounds):
        for name, command in commands.items():
            results[name].append(peers.measured(command, **threads))
    medians, peaks = {}, {}
    print(f"{args.threads} threads\n\n| | seconds, median (range) | peak MB |\n| --- | --- | --- |")
    for name, runs in results.items():
        seconds = sorted(s for run in runs for s in run["seconds"])
        medians[name], peaks[name] = statistics.median(seconds), max(run["peak_mb"] for run in runs)
        print(f"| {name} | {medians[name]:.2f} ({seconds[0]:.2f} - {seconds[-1]:.2f}) | {peaks[name]} |")
    ours, peer = commands
    print(f"\n{medians[peer] / medians[ours]:.2f} times as fast, {peaks[ours] / peaks[peer]:.2f} times the memory")


if __name__ == "__main__":
    main()
