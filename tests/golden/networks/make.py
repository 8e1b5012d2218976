"""Golden numbers of nnU-Net's networks: parameter counts, names and, for small networks whose weights come from a formula,
outputs. Run in a Python 3.11 venv with dynamic_network_architectures==0.4.4 and torch==2.13.0:

    python make.py > networks.json
"""
import json
import math

import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet, ResidualEncoderUNet
from torch import nn


def build(kind, channels, classes, features, kernels, strides, blocks, decoder):
    dims = len(strides[0])
    conv = nn.Conv3d if dims == 3 else nn.Conv2d
    norm = nn.InstanceNorm3d if dims == 3 else nn.InstanceNorm2d
    shape = dict(input_channels=channels, num_classes=classes, n_stages=len(features), features_per_stage=features, conv_op=conv,
                 kernel_sizes=kernels, strides=strides, n_conv_per_stage_decoder=decoder, conv_bias=True, norm_op=norm,
                 norm_op_kwargs={"eps": 1e-5, "affine": True}, nonlin=nn.LeakyReLU, nonlin_kwargs={"inplace": True},
                 deep_supervision=True)
    if kind == "plain":
        return PlainConvUNet(n_conv_per_stage=blocks, **shape)
    return ResidualEncoderUNet(n_blocks_per_stage=blocks, **shape)


def canonical(network):
    """Parameters without the aliases that the released modules register as well."""
    return {k: v for k, v in network.state_dict().items() if ".all_modules." not in k and not k.startswith("decoder.encoder.")}


def fill(weights):
    """Element i of the k-th tensor: base + scale sin(0.1 + 0.37 k + 0.73 i)."""
    for k, (name, tensor) in enumerate(weights.items()):
        n = tensor.numel()
        scale = math.sqrt(2 / (n / tensor.shape[0])) if tensor.dim() > 1 else 0.1
        base = 1.0 if name.endswith("norm.weight") else 0.0
        values = base + scale * torch.sin(0.1 + 0.37 * k + 0.73 * torch.arange(n, dtype=torch.float64))
        tensor.copy_(values.reshape(tensor.shape).float())


def outputs(spec, patch):
    network = build(**spec).eval()
    weights = canonical(network)
    size = [2, spec["channels"], *patch]
    x = torch.sin(0.05 * torch.arange(math.prod(size), dtype=torch.float64)).reshape(size).float()
    with torch.no_grad():
        fill(weights)
        scales = network(x)
    return {**spec, "patch": patch, "names": list(weights),
            "scales": [{"shape": list(s.shape), "every_31st": [round(v, 6) for v in s.flatten()[::31].tolist()]} for s in scales]}


def count(spec):
    with torch.device("meta"):
        network = build(**spec)
    return {**spec, "parameters": sum(v.numel() for v in canonical(network).values()), "tensors": len(canonical(network)),
            "keys_with_aliases": len(network.state_dict())}


def spec(kind, channels, classes, features, strides, blocks, decoder, kernels=None):
    kernels = kernels or [[3] * len(strides[0])] * len(features)
    return dict(kind=kind, channels=channels, classes=classes, features=features, kernels=kernels, strides=strides, blocks=blocks,
                decoder=decoder)


def cubes(stages, dims=3):
    return [[1] * dims] + [[2] * dims] * (stages - 1)


F6 = [32, 64, 128, 256, 320, 320]
PROSTATE = [[1, 1, 1], [1, 2, 2], [1, 2, 2], [2, 2, 2], [2, 2, 2], [1, 2, 2], [1, 2, 2]]
counts = [
    spec("plain", 1, 2, F6, cubes(6), [2] * 6, [2] * 5),
    spec("plain", 4, 4, F6, cubes(6), [2] * 6, [2] * 5),
    spec("plain", 1, 3, F6[:4], cubes(4), [2] * 4, [2] * 3),
    spec("plain", 1, 3, [32, 64, 128, 256, 512, 512, 512, 512], cubes(8, 2), [2] * 8, [2] * 7),
    spec("plain", 2, 3, F6 + [320], PROSTATE, [2] * 7, [2] * 6, [[1, 3, 3]] * 2 + [[3, 3, 3]] * 5),
    spec("residual", 1, 3, F6, cubes(6), [1, 3, 4, 6, 6, 6], [1] * 5),
    spec("residual", 4, 4, F6, cubes(6), [1, 3, 4, 6, 6, 6], [1] * 5),
]
ANISOTROPIC = [[1, 1, 1], [1, 2, 2], [2, 2, 2]]
small = [
    (spec("plain", 2, 3, [4, 6, 8], ANISOTROPIC, [2, 2, 2], [2, 2], [[1, 3, 3], [3, 3, 3], [3, 3, 3]]), [6, 16, 12]),
    (spec("plain", 1, 2, [4, 8, 8], cubes(3, 2), [2, 1, 2], [1, 2]), [20, 24]),
    (spec("residual", 2, 3, [4, 6, 6], ANISOTROPIC, [1, 3, 2], [1, 1], [[1, 3, 3], [3, 3, 3], [3, 3, 3]]), [6, 16, 12]),
    (spec("residual", 1, 2, [4, 8, 8], [[1, 1], [1, 1], [2, 2]], [1, 2, 2], [1, 1]), [20, 24]),
]
print(json.dumps({"counts": [count(s) for s in counts], "outputs": [outputs(s, p) for s, p in small]}, separators=(",", ":")))
