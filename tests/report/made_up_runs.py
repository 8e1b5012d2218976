#!/usr/bin/env python3
"""Writes runs of made-up methods: manifests, records, logs, predictions, and the raw data set they belong to.

    made_up_runs.py FOLDER [--methods 10 --cases 100]

FOLDER/results and FOLDER/raw are what `voxarena leaderboard FOLDER/results --raw FOLDER/raw` takes. The same arguments
give the same files.
"""
import argparse
import gzip
import hashlib
import json
import math
import os
import random
import struct
from pathlib import Path

DATASET = "Dataset950_MadeUp"
CLASSES = ["liver", "left kidney", "right kidney"]
SIZE = (24, 160, 160)  # z, y, x
SPACING = (5.0, 1.0, 1.0)
VARIANTS = 4  # of images; cases share them
PROTOCOL = {
    "dataset": DATASET, "configuration": "3d_fullres", "mirror_axes": [2], "augmentation": "nnU-Net", "seed": 1,
    "budget": {"name": "cpu", "iterations": 1000, "batch_size": 2},
    "inference": {"step_size": 0.5, "weighting": "gaussian", "mirroring": True}}
PROTOCOL_ID = hashlib.sha256(json.dumps(PROTOCOL, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:12]
METRICS = {"Dice": "voxel", "NSD": "subvoxel", "HD95": "subvoxel"}


def nifti(voxels, code, bits):
    """A NIfTI-1 file, gzip-compressed, with the voxels (bytes, x fastest) and patient-oriented axes."""
    z, y, x = SIZE
    sz, sy, sx = SPACING
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, x, y, z, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, code, bits)
    struct.pack_into("<8f", header, 76, 1, sx, sy, sz, 1, 1, 1, 1)
    struct.pack_into("<f", header, 108, 352)
    struct.pack_into("<ff", header, 112, 1, 0)
    header[123] = 2  # mm
    struct.pack_into("<hh", header, 252, 0, 1)
    # NIfTI's axes point right and forward, ITK's left and back.
    struct.pack_into("<12f", header, 280, -sx, 0, 0, 0, 0, -sy, 0, 0, 0, 0, sz, 0)
    header[344:348] = b"n+1\0"
    return gzip.compress(bytes(header) + bytes(voxels), 1, mtime=0)


def ellipsoids(shift, scale):
    """Three organs as a label map."""
    z_size, y_size, x_size = SIZE
    labels = bytearray(z_size * y_size * x_size)
    organs = [(1, 12, 70, 55, 9, 38, 34), (2, 11, 105, 110, 7, 18, 14), (3, 13, 60, 118, 6, 15, 13)]
    for value, cz, cy, cx, rz, ry, rx in organs:
        for z in range(z_size):
            for y in range(y_size):
                rest = 1 - ((z - cz) / (rz * scale)) ** 2 - ((y - cy - shift) / (ry * scale)) ** 2
                if rest <= 0:
                    continue
                half = rx * scale * math.sqrt(rest)
                first, last = max(0, round(cx + shift - half)), min(x_size, round(cx + shift + half))
                if last > first:
                    start = (z * y_size + y) * x_size
                    labels[start + first:start + last] = bytes([value]) * (last - first)
    return labels


def noisy_image(labels, seed):
    noise = random.Random(seed).randbytes(len(labels))
    return b"".join(struct.pack("<h", 100 + 130 * label + (byte >> 1)) for label, byte in zip(labels, noise))


def write_variants(folder):
    folder.mkdir(parents=True)
    for v in range(VARIANTS):
        labels = ellipsoids(2 * v, 1 + 0.04 * v)
        (folder / f"label_{v}.nii.gz").write_bytes(nifti(labels, 2, 8))
        (folder / f"image_{v}.nii.gz").write_bytes(nifti(noisy_image(labels, v), 4, 16))
        (folder / f"prediction_{v}.nii.gz").write_bytes(nifti(ellipsoids(2 * v + 3, 0.97 + 0.04 * v), 2, 8))


def link(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    os.link(source, target)


def write_raw(folder, variants, cases):
    raw = folder / "raw" / DATASET
    for i, case in enumerate(cases):
        link(variants / f"image_{i % VARIANTS}.nii.gz", raw / "imagesTr" / f"{case}_0000.nii.gz")
        link(variants / f"label_{i % VARIANTS}.nii.gz", raw / "labelsTr" / f"{case}.nii.gz")
    (raw / "dataset.json").write_text(json.dumps({
        "channel_names": {"0": "CT"}, "labels": {"background": 0, **{name: i + 1 for i, name in enumerate(CLASSES)}},
        "numTraining": len(cases), "file_ending": ".nii.gz"}))


def manifest(name, index, fold, cases):
    number = index + 1
    deviations = []
    if index % 4 == 1:
        deviations.append("batch_size: 4 instead of 2")
    if index % 3 == 1:
        deviations.append("recipe.optimiser: AdamW instead of SGD")
    return {
        "name": name, "dataset": DATASET, "fold": fold, "protocol_id": PROTOCOL_ID,
        "protocol": PROTOCOL,
        "deviations": deviations, "classes": CLASSES, "cases": cases,
        "parameters": {"total": 1_400_000 * number, "trained": 1_400_000 * number // (1 + index % 2)},
        "gflop_per_patch": 9.6 * number ** 1.3,
        "seconds": {"train": 860.0 * (11 - number + 6 * (number % 3)) ** 1.1, "predict": 31.0 * (index + 2)},
        "peak_memory_mib": {"train": 530.0 * (1 + 0.7 * index)}, "status": "finished"}


def records_text(rng, skill, fold, cases, difficulty):
    lines = ["dataset,fold,case,class,metric,flavour,value"]
    for case in cases:
        for c, cls in enumerate(CLASSES):
            miss = min(0.95, max(0.005, (1 - skill) * difficulty[case] * (1 + 0.3 * c) * rng.lognormvariate(0, 0.25)))
            values = {"Dice": 1 - miss, "NSD": 1 - 0.8 * miss, "HD95": 60 * miss}
            lines += [f"{DATASET},{fold},{case},{cls},{m},{METRICS[m]},{values[m]!r}" for m in sorted(METRICS)]
    return "\n".join(lines) + "\n"


def log_text(rng, skill, epochs=40):
    lines = []
    for epoch in range(epochs):
        learned = 1 - math.exp(-4 * (epoch + 1) / epochs)
        lines.append(json.dumps({"epoch": epoch, "loss": 1.2 - (0.6 + skill) * learned + rng.gauss(0, 0.02),
                                 "mean_dice": max(0, skill * learned + rng.gauss(0, 0.01))}))
    return "\n".join(lines) + "\n"


def write_runs(folder, methods, case_count):
    cases = [f"case_{i:03d}" for i in range(case_count)]
    variants = folder / "variants"
    write_variants(variants)
    write_raw(folder, variants, cases)
    rng = random.Random(7)
    difficulty = {case: rng.lognormvariate(0, 0.4) for case in cases}
    names = ["plain_unet", "resenc_unet", "MedNeXt (k3)", "SwinUNETR", "MaskSAM (mini encoder)"]
    for m in range(methods):
        name = names[m] if m < len(names) else f"method {m}"
        for fold in range(2):
            chosen = cases[fold::2]
            run = folder / "results" / DATASET / PROTOCOL_ID / f"method_{m}" / f"fold_{fold}"
            skill = 0.9 - 0.006 * m
            run.mkdir(parents=True)
            (run / "manifest.json").write_text(json.dumps(manifest(name, m, fold, chosen), indent=1))
            (run / "records.csv").write_text(records_text(rng, skill, fold, chosen, difficulty))
            (run / "log.jsonl").write_text(log_text(rng, skill))
            for case in chosen:
                if not (m == methods - 1 and case == cases[0]):  # one prediction is missing
                    variant = cases.index(case) % VARIANTS
                    link(variants / f"prediction_{variant}.nii.gz", run / "predictions" / f"{case}.nii.gz")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--methods", type=int, default=10)
    parser.add_argument("--cases", type=int, default=100)
    options = parser.parse_args()
    write_runs(options.folder, options.methods, options.cases)
