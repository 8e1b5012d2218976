"""Golden numbers of FATE-SAM: a second implementation on the functions of the package sam2, with weights from a formula, on a phantom of
twelve slices and three classes. Run in a Python 3.11 venv with sam2==1.1.0, torch==2.13.0, hydra-core==1.3.8, Pillow==13.0.0 and
numpy==2.4.6:

    python make.py > fatesam.json
"""
import json
import sys
from pathlib import Path

import torch

sys.path[:0] = [str(Path(__file__).parent.parent / "sam2"), str(Path(__file__).parent.parent / "sam")]
from noise import noise, samples  # noqa: E402
from reference import filled  # noqa: E402
from fate_sam import FateSam  # noqa: E402

SLICES, HEIGHT, WIDTH, OBJECTS = 12, 48, 64, 3


def phantom(stream, shift):
    """Image (S, H, W) and labels: boxes that move from slice to slice; class k is there on every slice but some. tests/plugins/fatesam
    has it too."""
    image = noise((SLICES, HEIGHT, WIDTH), stream)
    labels = torch.zeros(SLICES, HEIGHT, WIDTH, dtype=torch.int64)
    for s in range(SLICES):
        for k in range(1, OBJECTS + 1):
            if (s + k + shift) % (k + 3) < 2:
                continue
            top, left = 4 + 2 * ((s + shift) % 6) + 4 * k, 18 * (k - 1) + (s + 2 * shift) % 5
            labels[s, top:top + 16, left:left + 14] = k
    return image + labels, labels


def run(version, released):
    images, _ = phantom(700, 3)
    support_images, support_labels = (torch.cat(x) for x in zip(phantom(701, 0), phantom(702, 1)))
    volumes = [x.transpose(1, 2).contiguous() if released else x for x in [images, support_images, support_labels]]
    with torch.no_grad():
        steps, table = FateSam(filled("micro", version), OBJECTS, released).segment(*volumes)
    for step in steps:
        step["logits"] = samples(step["logits"], 31)
    return {"version": version, "variant": "as_released" if released else "clean", "steps": steps,
            "distances": [[round(x, 6) for x in row] for row in table]}


def main():
    print(json.dumps([run("2.0", False), run("2.0", True), run("2.1", True)], separators=(",", ":")))


if __name__ == "__main__":
    main()
