"""Writes reference.safetensors with the format's reference library.

Made with: python 3.11, safetensors 0.8.0, torch 2.13.0, numpy 2.
"""
import pathlib

import torch
from safetensors.torch import save_file

save_file(
    {
        "encoder.weight": torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4,
        "encoder.half": torch.tensor([1.5, -2.0], dtype=torch.float16),
        "encoder.brain": torch.tensor([0.5, -3.0], dtype=torch.bfloat16),
        "steps": torch.tensor(1234567890123, dtype=torch.int64),
        "mask": torch.tensor([True, False, True]),
        "bytes": torch.tensor([0, 7, 255], dtype=torch.uint8),
        "empty": torch.zeros(0, 4),
    },
    pathlib.Path(__file__).with_name("reference.safetensors"),
    metadata={"format": "pt"},
)
