"""Writes reference.safetensors with the format's reference library, and small files of torch.save.

Made with: python 3.11, safetensors 0.8.0, torch 2.13.0, numpy 2.4.6.
"""
import pathlib
from collections import OrderedDict

import numpy
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

here = pathlib.Path(__file__).parent
names = {"Double": torch.float64, "Float": torch.float32, "Half": torch.float16, "BFloat16": torch.bfloat16, "Long": torch.int64,
         "Int": torch.int32, "Short": torch.int16, "Char": torch.int8, "Byte": torch.uint8, "Bool": torch.bool}
state = OrderedDict((f"type.{name}", torch.arange(6).reshape(2, 3).to(dtype)) for name, dtype in names.items())
state["parameter"] = torch.nn.Parameter(torch.full((3,), 0.5))
twelve = torch.arange(12.0).reshape(3, 4)
state["transposed"], state["slice"] = twelve.t(), twelve[1]  # of one storage
state["scalar"] = torch.tensor(2.0)
torch.save(state, here / "state_dict.pth")

linear = torch.nn.Linear(3, 2)
linear.weight.data = torch.arange(6.0).reshape(2, 3)
optimizer = torch.optim.SGD(linear.parameters(), lr=0.01, momentum=0.99)
linear(torch.ones(1, 3)).sum().backward()
optimizer.step()
linear.weight.data = torch.arange(6.0).reshape(2, 3)
torch.save({
    "network_weights": OrderedDict((f"_orig_mod.{k}", v) for k, v in linear.state_dict().items()),
    "optimizer_state": optimizer.state_dict(),
    "grad_scaler_state": None,
    "logging": {"mean_fg_dice": [numpy.float64(0.5), numpy.float32(0.25), numpy.int64(-3)], "lrs": [0.01]},
    "_best_ema": numpy.float64(0.3),
    "current_epoch": 7,
    "init_args": {"device": torch.device("cuda", 0), "fold": 0, "unpack": True, "set": {1, 2}, "bytes": b"a\xe9\xff"},
    "trainer_name": "nnUNetTrainer",
    "inference_allowed_mirroring_axes": (0, 1, 2),
}, here / "checkpoint.pth")
torch.save({"model": {"module.a": torch.ones(2)}}, here / "protocol5.pth", pickle_protocol=5)
