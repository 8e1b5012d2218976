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
from batchgeneratorsv2.transforms.nnunet.random_binary_operator import (
    ApplyRandomBinaryOperatorTransform, binary_closing_torch, binary_dilation_torch, binary_erosion_torch,
    binary_opening_torch)
from batchgeneratorsv2.transforms.nnunet.remove_connected_components import (
    RemoveRandomConnectedComponentFromOneHotEncodingTransform)
from batchgeneratorsv2.transforms.nnunet.seg_to_onehot import MoveSegAsOneHotToDataTransform
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


OPERATORS = {"dilation": binary_dilation_torch, "erosion": binary_erosion_torch, "closing": binary_closing_torch,
             "opening": binary_opening_torch}
STAGE = (9, 14, 13)


def previous_stage():
    """Labels -1 to 3: blocks of 3 and 2 with islands of 1."""
    z, y, x = np.meshgrid(*[np.arange(n) for n in STAGE], indexing="ij")
    values = np.where((x + 2 * z) % 9 > 4, 3, np.where(y % 7 > 2, 2, 0))
    values[(z * 37 + y * 101 + x * 53 + z * y * 7) % 97 < 8] = 1
    values[0, :2] = -1
    return torch.from_numpy(values.astype(np.int16))


def one_hot():
    """An image channel of noise and the three of the labels."""
    data = {"image": texture(1, STAGE), "segmentation": torch.stack((torch.zeros(STAGE, dtype=torch.int16), previous_stage()))}
    return MoveSegAsOneHotToDataTransform(1, [1, 2, 3])(**data)["image"]


def as_labels(image):
    """The label of each voxel as a digit; channels do not overlap."""
    assert torch.equal(image[0], texture(1, STAGE)[0]) and image[1:].sum(0).max() <= 1
    return "".join(str(int(v)) for v in (image[1] + 2 * image[2] + 3 * image[3]).flatten())


def binary_operators(*operations):
    transform = ApplyRandomBinaryOperatorTransform(channel_idx=list(range(-3, 0)), strel_size=(1, 8), p_per_label=0.5)
    image = transform._apply_to_image(one_hot(), apply_to_channels=[channel - 3 for channel, _, _ in operations],
                                      operators=[OPERATORS[what] for _, what, _ in operations],
                                      strel_size=[radius for _, _, radius in operations])
    return {"operations": operations, "labels": as_labels(image)}


def removed_components(*removals, largest=0.15):
    image = one_hot()
    for channel, which in removals:
        np.random.choice = lambda valid: valid[int(which * len(valid))]
        transform = RemoveRandomConnectedComponentFromOneHotEncodingTransform(
            channel_idx=list(range(-3, 0)), fill_with_other_class_p=0, dont_do_if_covers_more_than_x_percent=largest)
        image = transform._apply_to_image(image, apply_to_channels=[channel - 3])
    return {"removals": removals, "largest": largest, "labels": as_labels(image)}


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
        "one_hot": as_labels(one_hot()),
        "binary_operators": [
            binary_operators((0, "dilation", 1)), binary_operators((1, "dilation", 2.3)), binary_operators((2, "erosion", 1.5)),
            binary_operators((2, "closing", 1.7)), binary_operators((1, "opening", 1.2)), binary_operators((0, "closing", 3.6)),
            binary_operators((0, "dilation", 4)), binary_operators((2, "dilation", 7.9)),
            binary_operators((1, "closing", 2), (0, "dilation", 1.6), (2, "opening", 1)),
        ],
        "removed_components": [
            removed_components((0, 0.0)), removed_components((0, 0.55), (1, 0.3)), removed_components((2, 0.99)),
            removed_components((2, 0.5), (0, 0.9), largest=0.05), removed_components((0, 0.5), largest=0.001),
        ],
        "initial_patch": [{"patch": p, "degrees": d, "initial": initial_patch(p, d)} for p, d in (
            ((128, 128, 128), 30), ((40, 56, 40), 30), ((64, 160, 160), 30), ((512, 512), 180), ((56, 40), 180),
            ((320, 192), 15), ((20, 320, 256), 180), ((112, 160, 128), 30), ((48, 224, 192), 180))],
    }
    print(json.dumps(result).replace('}, {', '},\n{').replace('], "', '],\n"'))


if __name__ == "__main__":
    main()
