"""Writes losses.json: the value and gradient of nnU-Net's own loss on inputs that the C++ test computes by formula.

Made with: python 3.11, nnunetv2 2.8.1, torch 2.13.0.
"""
import json
import math
import pathlib

import torch
from nnunetv2.training.loss.compound_losses import DC_and_BCE_loss, DC_and_CE_loss
from nnunetv2.training.loss.dice import MemoryEfficientSoftDiceLoss
from nnunetv2.utilities.helpers import softmax_helper_dim1


def inputs(shape):
    """logits 3 sin(0.37 i + 0.011 i^2 mod 7), classes (i * i / 3) mod K in blocks of three voxels."""
    batch, classes, *space = shape
    count = math.prod(shape)
    logits = torch.tensor([3 * math.sin(0.37 * i + (0.011 * i * i) % 7) for i in range(count)], dtype=torch.float64)
    voxels = batch * math.prod(space)
    target = torch.tensor([(i // 3) ** 2 % classes for i in range(voxels)])
    return logits.to(torch.float32).reshape(shape), target.reshape(batch, 1, *space)


def ignored(target, label):
    """Every eleventh voxel, from the fourth."""
    flat = target.flatten().clone()
    flat[4::11] = label
    return flat.reshape(target.shape)


def facts(loss, logits, target):
    logits.requires_grad_(True)
    total = loss(logits, target)
    total.backward()
    gradient = logits.grad.flatten()
    return {"total": total.item(), "gradient_norm": gradient.norm().item(),
            "gradient": {str(i): gradient[i].item() for i in (0, 7, gradient.numel() // 2, gradient.numel() - 1)}}


def rules(shape, batch_dice):
    """The losses of data sets with regions or an ignore label. Region r holds the labels r + 1 to K of K regions."""
    heads = shape[1]
    dice = {"batch_dice": batch_dice, "smooth": 1e-5, "ddp": False}
    plain = DC_and_CE_loss({**dice, "do_bg": False}, {}, ignore_label=heads, dice_class=MemoryEfficientSoftDiceLoss)
    logits, target = inputs(shape)
    yield "ignore", facts(plain, logits, ignored(target, heads))
    logits, target = inputs(shape)
    yield "all ignored", facts(plain, logits, torch.full_like(target, heads))
    for both in (False, True):
        loss = DC_and_BCE_loss({}, {**dice, "do_bg": True}, use_ignore_label=both,
                               dice_class=MemoryEfficientSoftDiceLoss)
        logits, _ = inputs(shape)
        _, labels = inputs((shape[0], heads + 1, *shape[2:]))
        if both:
            labels = ignored(labels, heads + 1)
        channels = [(labels > r) & (labels <= heads) for r in range(heads)]
        if both:
            channels.append(labels == heads + 1)
        yield "both" if both else "regions", facts(loss, logits, torch.cat(channels, 1))


cases = []
for shape in [(2, 3, 4, 5, 6), (1, 2, 3, 4, 5), (3, 5, 7, 9)]:
    for batch_dice in (False, True):
        loss = DC_and_CE_loss(
            {"batch_dice": batch_dice, "smooth": 1e-5, "do_bg": False, "ddp": False}, {},
            weight_ce=1, weight_dice=1, ignore_label=None, dice_class=MemoryEfficientSoftDiceLoss)
        logits, target = inputs(shape)
        logits.requires_grad_(True)
        total = loss(logits, target)
        total.backward()
        dice = MemoryEfficientSoftDiceLoss(
            apply_nonlin=softmax_helper_dim1, batch_dice=batch_dice, smooth=1e-5, do_bg=False, ddp=False)(logits, target)
        gradient = logits.grad.flatten()
        cases.append({
            "shape": shape, "batch_dice": batch_dice, "total": total.item(), "dice": dice.item(),
            "gradient_norm": gradient.norm().item(),
            "gradient": {str(i): gradient[i].item() for i in (0, 7, gradient.numel() // 2, gradient.numel() - 1)},
        })

# Targets of deep supervision: nearest-exact, as nnU-Net's DownsampleSegForDSTransform.
resize = []
for size, smaller in [((5, 6, 7), (3, 3, 4)), ((8, 9, 4), (8, 5, 2)), ((9, 6), (5, 3))]:
    _, target = inputs((2, 4, *size))
    small = torch.nn.functional.interpolate(target.float(), smaller, mode="nearest-exact").long()
    resize.append({"size": size, "smaller": smaller, "classes": small.flatten().tolist()})

with_rules = [{"rules": name, "shape": shape, "batch_dice": batch_dice, **values}
              for shape in [(2, 3, 4, 5, 6), (3, 5, 7, 9)] for batch_dice in (False, True)
              for name, values in rules(shape, batch_dice)]

file = pathlib.Path(__file__).with_name("losses.json")
file.write_text(json.dumps({"losses": cases, "rules": with_rules, "resize": resize}) + "\n")
