#!/usr/bin/env python3
"""Reference numbers for sliding window and export, from nnU-Net itself.

Python 3.11 venv with nnunetv2==2.8.1, torch==2.13.0, scipy, scikit-image:  python make.py
Writes inference.json beside this script.
"""
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from nnunetv2.inference.export_prediction import convert_predicted_logits_to_segmentation_with_correct_shape
from nnunetv2.inference import predict_from_raw_data
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.inference.sliding_window_prediction import compute_gaussian, compute_steps_for_sliding_window
from nnunetv2.preprocessing.resampling.default_resampling import resample_data_or_seg_to_shape
from nnunetv2.utilities.label_handling.label_handling import LabelManager


def noise(shape):
    """Numbers in [-0.5, 0.5) that C++ makes as well: a multiplicative hash of the index, exact in float32."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint64) + 1
    bits = (index * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    bits ^= bits >> np.uint64(15)
    bits = (bits * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    return ((bits >> np.uint64(8)).astype(np.float32) / np.float32(1 << 24) - np.float32(0.5)).reshape(shape)


def positions():
    cases = [(40, 40, 0.5), (41, 40, 0.5), (110, 64, 0.5), (35, 16, 0.5), (101, 14, 0.5), (97, 20, 0.3), (50, 7, 1.0),
             (133, 28, 0.25), (29, 28, 0.5), (75, 10, 0.5)]
    return [{"size": s, "patch": p, "step": t, "positions": compute_steps_for_sliding_window((s,), (p,), t)[0]}
            for s, p, t in cases]


def gaussians():
    result = []
    for patch in [(12, 9, 16), (5, 32, 8), (1, 14, 11), (3, 3, 3), (40, 6, 7)]:
        full = compute_gaussian(tuple(patch), 1. / 8, 10, torch.float16, torch.device("cpu"))
        bits = full.numpy().view(np.uint16)
        result.append({"patch": patch, "half_bits": bits.ravel()[:: max(1, bits.size // 600)].tolist(),
                       "stride": max(1, bits.size // 600)})
    return result


class Ramp(torch.nn.Module):
    """Answers depend on the place within the patch, so that positions, weights and mirroring all show."""

    def forward(self, x):
        place = torch.arange(int(np.prod(x.shape[2:])), dtype=torch.float32).reshape(x.shape[2:]) / np.prod(x.shape[2:])
        return torch.cat([x[:, :1] * (1 + place), x[:, :1] - 2 * place], 1)


class SinglePrecision:
    """torch as nnU-Net's predictor sees it, except that it accumulates in float32 instead of half: in corners, where
    importances are a few of the smallest halves, its own sums have no correct digit."""
    half = torch.float32

    def __getattr__(self, name):
        return getattr(torch, name)


def windows():
    predict_from_raw_data.torch = SinglePrecision()
    result = []
    for size, patch, axes in [((1, 10, 13, 9), (4, 8, 6), None), ((1, 10, 7, 9), (8, 8, 6), (0, 1, 2)),
                              ((1, 3, 6, 5), (4, 8, 6), (1,)), ((1, 3, 13, 9), (8, 6), (0, 1)),
                              ((1, 1, 12, 5), (6, 6), None)]:
        predictor = nnUNetPredictor(tile_step_size=0.5, use_gaussian=True, use_mirroring=axes is not None,
                                    perform_everything_on_device=False, device=torch.device("cpu"), allow_tqdm=False)
        predictor.network = Ramp()
        predictor.configuration_manager = SimpleNamespace(patch_size=patch)
        predictor.label_manager = SimpleNamespace(num_segmentation_heads=2)
        predictor.allowed_mirroring_axes = axes
        logits = predictor.predict_sliding_window_return_logits(torch.from_numpy(noise(size)))
        result.append({"size": size, "patch": patch, "mirror_axes": axes or [],
                       "logits": [round(float(v), 5) for v in logits.float().numpy().ravel()]})
    return result


def exports():
    cases = [
        dict(name="isotropic", logits=(3, 6, 8, 7), spacing=[1.0, 1.0, 1.0], original=[0.7, 0.8, 1.1],
             shape=(9, 10, 6), before=(12, 11, 9), lo=(1, 0, 2), forward=[0, 1, 2]),
        dict(name="unchanged", logits=(3, 6, 8, 7), spacing=[1.0, 1.0, 1.0], original=[1.0, 1.0, 1.0],
             shape=(6, 8, 7), before=(6, 9, 9), lo=(0, 1, 1), forward=[0, 1, 2]),
        dict(name="thick slices", logits=(4, 5, 8, 9), spacing=[4.0, 1.0, 1.0], original=[5.0, 0.8, 0.9],
             shape=(4, 10, 10), before=(4, 12, 10), lo=(0, 1, 0), forward=[0, 1, 2]),
        dict(name="thick original only, transposed", logits=(3, 9, 6, 7), spacing=[1.0, 1.0, 1.0],
             original=[3.2, 0.9, 1.0], shape=(3, 7, 7), before=(5, 7, 8), lo=(1, 0, 1), forward=[2, 0, 1]),
        dict(name="reversed axes", logits=(3, 6, 5, 7), spacing=[1.5, 1.0, 1.0], original=[1.2, 1.0, 0.7],
             shape=(7, 5, 10), before=(8, 6, 11), lo=(1, 1, 0), forward=[2, 1, 0]),
        dict(name="2d", logits=(3, 4, 8, 7), spacing=[1.0, 1.2], original=[2.0, 0.8, 0.9],
             shape=(4, 10, 9), before=(5, 10, 9), lo=(1, 0, 0), forward=[0, 1, 2]),
        dict(name="2d thin in plane", logits=(3, 3, 8, 7), spacing=[1.0, 1.0], original=[5.0, 0.6, 0.9],
             shape=(3, 13, 8), before=(3, 13, 8), lo=(0, 0, 0), forward=[1, 0, 2]),
        dict(name="regions", logits=(2, 6, 8, 7), spacing=[1.0, 1.0, 1.0], original=[0.7, 0.8, 1.1],
             shape=(9, 10, 6), before=(12, 11, 9), lo=(1, 0, 2), forward=[0, 1, 2], regions=True),
    ]
    result = []
    for case in cases:
        heads = case["logits"][0]
        if case.get("regions"):
            manager = LabelManager({"background": 0, "whole": [1, 2], "core": 2}, [1, 2])
        else:
            manager = LabelManager({"background": 0, **{f"organ{i}": i for i in range(1, heads)}}, None)
        forward = case["forward"]
        backward = [forward.index(i) for i in range(3)]
        original = [case["original"][forward.index(i)] for i in range(3)]  # in the file's order
        box = [[l, l + s] for l, s in zip(case["lo"], case["shape"])]
        how = lambda d, s, c, n: resample_data_or_seg_to_shape(d, s, c, n, is_seg=False, order=1, order_z=0,
                                                               force_separate_z=None)
        labels, probabilities = convert_predicted_logits_to_segmentation_with_correct_shape(
            noise(case["logits"]), SimpleNamespace(transpose_forward=forward, transpose_backward=backward),
            SimpleNamespace(spacing=case["spacing"], resampling_fn_probabilities=how), manager,
            {"spacing": original, "shape_after_cropping_and_before_resampling": case["shape"],
             "shape_before_cropping": case["before"], "bbox_used_for_cropping": box}, return_probabilities=True,
            num_threads_torch=1)
        stride = 97  # of the probabilities that are kept
        result.append({**case, "regions": bool(case.get("regions")), "size": list(labels.shape),
                       "labels": "".join(map(str, np.asarray(labels).ravel().tolist())), "stride": stride,
                       "probabilities": [round(float(v), 7) for v in probabilities.ravel()[::stride]]})
    return result


def main():
    golden = {"made_with": {"nnunetv2": "2.8.1", "torch": torch.__version__, "numpy": np.__version__},
              "positions": positions(), "gaussians": gaussians(), "windows": windows(), "exports": exports()}
    lines = ["{"]
    for i, (key, value) in enumerate(golden.items()):
        comma = "," if i + 1 < len(golden) else ""
        if isinstance(value, list):
            entries = ",\n  ".join(json.dumps(entry, separators=(",", ":")) for entry in value)
            lines.append(f'"{key}": [\n  {entries}\n]{comma}')
        else:
            lines.append(f'"{key}": {json.dumps(value)}{comma}')
    Path(__file__).with_name("inference.json").write_text("\n".join(lines + ["}"]) + "\n")


if __name__ == "__main__":
    main()
