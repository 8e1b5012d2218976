"""Reference outputs of batchgeneratorsv2 with fixed parameters.

Needs a Python 3.11 environment with nnunetv2==2.8.1 (batchgeneratorsv2==0.3.6, torch==2.13.0).
    python make.py > augmentation.json
Inputs are formulas that tests/training/golden_inputs.h repeats.
"""
import json
from importlib.metadata import version

import numpy as np
import torch
from batchgeneratorsv2.transforms.intensity.brightness import MultiplicativeBrightnessTransform
from batchgeneratorsv2.transforms.intensity.contrast import ContrastTransform
from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
from batchgeneratorsv2.transforms.noise.gaussian_blur import GaussianBlurTransform
from batchgeneratorsv2.transforms.spatial.low_resolution import SimulateLowResolutionTransform
from batchgeneratorsv2.transforms.spatial.mirroring import MirrorTransform
from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform
from nnunetv2.training.data_augmentation.compute_initial_patch_size import get_patch_size

SMALL = (5, 7, 6)


def texture(channels, size):
    c, z, y, x = np.meshgrid(*[np.arange(n) for n in (channels, *size)], indexing="ij")
    values = (z * 37 + y * 101 + x * 53 + c * 17 + z * y * 7 + x * y * 3) % 97
    return torch.from_numpy((values / 48.5 - 1).astype(np.float32))


def labels(size):
    z, y, x = np.meshgrid(*[np.arange(n) for n in size], indexing="ij")
    values = (z // 4 + y // 5 + 2 * (x // 4)) % 5 - 1
    return torch.from_numpy(values.astype(np.int16))[None]


def numbers(tensor):
    return [round(float(v), 6) for v in tensor.flatten()]


def spatial(initial, patch, angles, scale):
    """3-D where both are 3-D; slices folded into channels where `patch` is 2-D."""
    image, seg = texture(1, initial), labels(initial)
    planar = len(patch) == 2
    if planar:
        image, seg = image[0], seg[0]
    transform = SpatialTransform(
        patch, 0, False, p_rotation=1 if angles else 0, rotation=lambda image, dim: angles[dim - len(patch)],
        p_scaling=1 if scale != 1 else 0, scaling=(scale, scale), p_synchronize_scaling_across_axes=1,
        border_mode_seg="constant", padding_value_seg=-1, seg_tiebreak="lowest")
    out = transform(image=image, segmentation=seg)
    return {"initial": initial, "patch": (initial[0], *patch) if planar else patch, "planar": planar,
            "angles": angles or [0, 0, 0], "rotate": bool(angles), "scale": scale, "image": numbers(out["image"]),
            "labels": [int(v) for v in out["segmentation"].flatten()]}


def intensity(transform, **parameters):
    return numbers(transform._apply_to_image(texture(1, SMALL), **parameters))


def one(value):
    return {"apply_to_channel": torch.tensor([0]), "multipliers": torch.tensor([value])}


def gamma(value, invert):
    return {"gamma": value, "inverted": invert, "image": intensity(
        GammaTransform(1, 0, False, 1, 1), apply_to_channel=torch.tensor([0]), gamma=torch.tensor([value]),
        retain_stats=torch.tensor([True]), invert_image=torch.tensor([invert]))}


def blur(sigma):
    return {"sigma": sigma, "image": intensity(GaussianBlurTransform(), apply_to_channel=[True], sigmas=[sigma])}


def low_resolution(scale):
    return {"scale": scale, "image": intensity(SimulateLowResolutionTransform(1, False, True, None),
                                               apply_to_channel=[0], scales=torch.tensor([scale]))}


def initial_patch(patch, degrees):
    angle = np.deg2rad(degrees)
    return [int(v) for v in get_patch_size(patch, (-angle, angle), (-angle, angle), (-angle, angle), (0.85, 1.25))]


def main():
    result = {
        "made_with": {name: version(name) for name in ("batchgeneratorsv2", "nnunetv2", "torch", "numpy")},
        "spatial": [
            spatial((12, 16, 15), (9, 12, 10), [0.31, -0.42, 0.5], 1.21),
            spatial((13, 15, 15), (9, 12, 10), [-0.2, 0.1, 0.37], 1),
            spatial((12, 16, 15), (9, 12, 10), None, 1.39),
            spatial((12, 15, 16), (9, 12, 11), None, 1),
            spatial((3, 17, 16), (11, 9), [0, 0, 1.9], 0.83),
            spatial((1, 14, 15), (12, 13), [0, 0, -0.7], 1.31),
        ],
        "blur": [blur([0.52, 0.7, 0.97]), blur([0.93, 0.55, 0.6])],
        "brightness": {"factor": 0.83, "image": intensity(MultiplicativeBrightnessTransform(1, False), **one(0.83))},
        "contrast": [{"factor": f, "image": intensity(ContrastTransform(1, True, False), **one(f))}
                     for f in (0.78, 1.22)],
        "low_resolution": [low_resolution([0.55, 0.55, 0.55]), low_resolution([1, 0.71, 0.71])],
        "gamma": [gamma(0.73, False), gamma(1.42, False), gamma(1.3, True)],
        "mirror": {"axes": [0, 2], "image": numbers(MirrorTransform((0, 2))._apply_to_image(texture(1, SMALL),
                                                                                           axes=[0, 2]))},
        "initial_patch": [{"patch": p, "degrees": d, "initial": initial_patch(p, d)} for p, d in (
            ((128, 128, 128), 30), ((40, 56, 40), 30), ((64, 160, 160), 30), ((512, 512), 180), ((56, 40), 180),
            ((320, 192), 15), ((20, 320, 256), 180), ((112, 160, 128), 30), ((48, 224, 192), 180))],
    }
    print(json.dumps(result).replace('}, {', '},\n{').replace('], "', '],\n"'))


if __name__ == "__main__":
    main()
