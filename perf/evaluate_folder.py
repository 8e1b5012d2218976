#!/usr/bin/env python3
"""`voxarena evaluate` of 200 cases beside `nnUNetv2_evaluate_folder`, whole commands that take turns in one run.

    perf/evaluate_folder.py VOXARENA NNUNET DATASET [--threads N] [--rounds R]

NNUNET is nnUNetv2_evaluate_folder of a python 3.11 venv with nnunetv2==2.8.1 (whose python also runs this script); DATASET a folder in
raw layout (Dataset004_Hippocampus). Predictions are its labels, moved by up to two voxels. VoxArena also computes HD95, ASSD and NSD.
nnU-Net runs with N processes and, a second time, with as many as it starts by itself (8).
"""
import argparse
import itertools
import json
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk


def perturb(source, target, rng):
    image = sitk.ReadImage(str(source))
    moved = sitk.GetImageFromArray(np.roll(sitk.GetArrayFromImage(image), rng.integers(-2, 3, 3), (0, 1, 2)))
    moved.CopyInformation(image)
    sitk.WriteImage(moved, str(target))


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("voxarena")
    parser.add_argument("nnunet")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--threads", default="2")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    labels, ending = options.dataset / "labelsTr", json.loads((options.dataset / "dataset.json").read_text())["file_ending"]
    cases = list(itertools.islice(itertools.cycle(sorted(labels.glob("*" + ending))), 200))
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name in ("reference", "prediction", "out"):
            (folder / name).mkdir()
        for i, case in enumerate(cases):
            (folder / "reference" / f"case_{i:03}{ending}").symlink_to(case.resolve())
            perturb(case, folder / "prediction" / f"case_{i:03}{ending}", rng)
        (folder / "prediction" / "dataset.json").write_text((options.dataset / "dataset.json").read_text())
        (folder / "plans.json").write_text(json.dumps({"image_reader_writer": "SimpleITKIO"}))
        truth, prediction = folder / "reference", folder / "prediction"
        nnunet = [options.nnunet, truth, prediction, "-djfile", prediction / "dataset.json", "-pfile", folder / "plans.json",
                  "-o", folder / "nnunet.json"]
        commands = {
            "voxarena evaluate": [options.voxarena, "evaluate", truth, prediction, "-o", folder / "out", "--threads", options.threads],
            f"nnUNetv2_evaluate_folder -np {options.threads}": [*nnunet, "-np", options.threads],
            "nnUNetv2_evaluate_folder": nnunet,
        }
        seconds, cpu = {name: [] for name in commands}, dict.fromkeys(commands, 0)
        for _ in range(options.rounds):
            for name, command in commands.items():
                start, used = time.perf_counter(), cpu_seconds()
                subprocess.run(command, check=True, capture_output=True)
                seconds[name].append(time.perf_counter() - start)
                cpu[name] += (cpu_seconds() - used) / options.rounds
        ours = json.loads((folder / "out" / "summary.json").read_text())["foreground_mean"]["Dice"]
        theirs = json.loads((folder / "nnunet.json").read_text())["foreground_mean"]["Dice"]
    assert abs(ours - theirs) < 1e-9, f"mean Dice {ours} and {theirs}"
    for name, times in seconds.items():
        print(f"{name:<31} {statistics.median(times):7.2f} s ({min(times):.2f} to {max(times):.2f}), {len(cases)} cases, {options.threads} threads, "
              f"{cpu[name]:.2f} s of processor time")
    ours, *theirs = seconds.values()
    for name, times in zip(list(commands)[1:], theirs):
        print(f"{name}: ratio of medians {statistics.median(times) / statistics.median(ours):.1f}, of best {min(times) / min(ours):.1f}")


if __name__ == "__main__":
    main()
