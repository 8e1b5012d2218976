#!/usr/bin/env python3
"""A small data set of pictures for scripts/parity.sh: discs of two kinds on coloured noise.

    make_pictures.py FOLDER      writes FOLDER/Dataset120_Pictures: 12 RGB images (.png), labels 0 to 2

Run with an interpreter that has scikit-image, such as that of nnunetv2==2.8.1.
"""
import json
import sys
from pathlib import Path

import numpy as np
from skimage import draw, io

folder = Path(sys.argv[1]) / "Dataset120_Pictures"
for part in ("imagesTr", "labelsTr"):
    (folder / part).mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(120)
for case in range(12):
    shape = height, width = int(rng.integers(90, 140)), int(rng.integers(100, 170))
    labels = np.zeros(shape, np.uint8)
    for label in (1, 2):
        centre = rng.integers(20, height - 20), rng.integers(20, width - 20)
        labels[draw.disk(centre, rng.integers(8, 18), shape=shape)] = label
    image = np.stack([rng.normal(90 + 40 * (labels == channel) + 25 * (labels > 0), 18) for channel in range(3)], -1)
    io.imsave(folder / "imagesTr" / f"picture_{case:02}_0000.png", image.clip(0, 255).astype(np.uint8), check_contrast=False)
    io.imsave(folder / "labelsTr" / f"picture_{case:02}.png", labels, check_contrast=False)
(folder / "dataset.json").write_text(json.dumps(
    {"channel_names": {"0": "R", "1": "G", "2": "B"}, "labels": {"background": 0, "a": 1, "b": 2}, "numTraining": 12, "file_ending": ".png"}))
