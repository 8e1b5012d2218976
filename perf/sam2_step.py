#!/usr/bin/env python3
"""SAM 2.1 Hiera-T on one slice of 1024 pixels beside Python's sam2, in one run with the same number of threads.

    perf/sam2_step.py PROGRAM [--python PYTHON] [--threads N] [--rounds R] [--memories M]

PROGRAM is the built sam2_step; PYTHON an interpreter with sam2==1.1.0 and torch. The two take turns; the table gives the median and
range of the image encoder's and of one object's tracking step, and the peak memory of the process.
"""
import argparse
import os
import statistics
import sys

import peers

PEER = """
import json, logging, resource, sys, time, warnings
warnings.filterwarnings("ignore")
logging.disable()
import torch
import sam2
from hydra import compose
from hydra.utils import instantiate
model = instantiate(compose(config_name="configs/sam2.1/sam2.1_hiera_t.yaml").model, _recursive_=True).eval()
runs, memories = int(sys.argv[1]), int(sys.argv[2])
image = torch.randn(1, 3, 1024, 1024)
code = model.memory_encoder.position_encoding(torch.zeros(1, 64, 64, 64))
given = {i: {"maskmem_features": torch.randn(1, 64, 64, 64), "maskmem_pos_enc": [code], "obj_ptr": torch.randn(1, 256)}
         for i in range(memories)}
encode, track = [], []
with torch.no_grad():
    for i in range(runs + 1):
        start = time.perf_counter()
        _, feats, codes, sizes = model._prepare_backbone_features(model.forward_image(image))
        encoded = time.perf_counter()
        model.track_step(frame_idx=memories, is_init_cond_frame=False, current_vision_feats=feats, current_vision_pos_embeds=codes,
                         feat_sizes=sizes, point_inputs=None, mask_inputs=None, num_frames=100,
                         output_dict={"cond_frame_outputs": given, "non_cond_frame_outputs": {}})
        end = time.perf_counter()
        encode.append(encoded - start)
        track.append(end - encoded)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"encode": encode[1:], "track": track[1:], "peak_mb": peak, "threads": torch.get_num_threads()}))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memories", type=int, default=5)
    args = parser.parse_args()
    commands = {"VoxArena": [args.program], "sam2": [args.python, "-c", PEER]}
    threads = {"OMP_NUM_THREADS": str(args.threads), "MKL_NUM_THREADS": str(args.threads)}
    results = {name: [] for name in commands}
    for _ in range(args.rounds):
        for name, command in commands.items():
            results[name].append(peers.measured([*command, "2", str(args.memories)], **threads))
    print(f"{args.threads} threads, {args.memories} memories; seconds: median (range)\n")
    print("| | encoder | tracking step | peak MB |\n| --- | --- | --- | --- |")
    medians = {}
    for name, runs in results.items():
        cells = []
        for part in ["encode", "track"]:
            seconds = sorted(s for run in runs for s in run[part])
            medians[name, part] = statistics.median(seconds)
            cells.append(f"{medians[name, part]:.2f} ({seconds[0]:.2f} - {seconds[-1]:.2f})")
        print(f"| {name} | {' | '.join(cells)} | {max(run['peak_mb'] for run in runs)} |")
    ratios = [medians["sam2", part] / medians["VoxArena", part] for part in ["encode", "track"]]
    print(f"\nencoder {ratios[0]:.2f} times, tracking step {ratios[1]:.2f} times as fast")


if __name__ == "__main__":
    main()
