"""Weights and images by a formula, and samples of tensors: tests/plugins/sam/noise.h and golden.h have them too."""
import math

import torch


def noise(shape, stream):
    """Uniform in -1/2 ... 1/2: element i is a hash of i and the stream, in 32-bit arithmetic."""
    mask = 0xFFFFFFFF
    h = (torch.arange(math.prod(shape), dtype=torch.int64) + 0x9E3779B9 * (stream + 1)) & mask
    h = ((h ^ (h >> 16)) * 0x7FEB352D) & mask
    h = ((h ^ (h >> 15)) * 0x846CA68B) & mask
    h = h ^ (h >> 16)
    return (h.double() / 2**32 - 0.5).float().reshape(shape)


def fill(module):
    """Tensors by sorted name: matrices and kernels uniform with variance 1 / inputs, tables with variance 1/12, others near 0, norms'
    weights near 1."""
    with torch.no_grad():
        for k, (name, tensor) in enumerate(sorted(module.state_dict().items())):
            values = noise(tensor.shape, k)
            if tensor.dim() == 1:
                norm = name.endswith("weight")
                tensor.copy_(0.2 * values + (1.0 if norm else 0.0))
            elif any(part in name for part in ["pos", "token.", "tokens.", "embed.", "embeddings"]):
                tensor.copy_(values)
            else:
                tensor.copy_(values * math.sqrt(12 / (tensor.numel() / tensor.shape[0])))


def samples(tensor, step):
    """Every step-th value, and the mean of all and of their squares."""
    flat = tensor.detach().flatten().double()
    return {"shape": list(tensor.shape), "step": step, "values": [round(v, 6) for v in flat[::step].tolist()],
            "mean": round(flat.mean().item(), 7), "square": round((flat**2).mean().item(), 7)}
