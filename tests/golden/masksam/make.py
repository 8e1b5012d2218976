"""Golden numbers of MaskSAM: adapters, prompt generator, boxes, matching, losses and three small networks. Run in a Python
3.11 venv with torch==2.13.0, numpy==2.4.6 and scipy==1.17.1:

    python make.py > masksam.json
"""
import json

import losses
import model
import torch
from model import wave


def rounded(t):
    return [float(f"{v:.7g}") for v in t.detach().flatten().tolist()]


def every(step, t):
    return {"shape": list(t.shape), "step": step, "values": rounded(t.flatten()[::step])}


def adapters():
    x = wave(0.3, 0.37, (2, 3, 2, 3, 4, 8))  # volumes, slices, parts, h, w, C
    tokens = wave(0.1, 0.41, (2, 3, 2, 5, 8))
    return {"dconv_after": every(7, model.dconv("dconv", x, True)), "dconv_beside": every(7, model.dconv("dconv", x, False)),
            "dconv_released": every(7, model.dconv("dconv", x, True, released=True)),
            "dmlp_after": every(3, model.dmlp("dmlp", tokens, True)), "dmlp_beside": every(3, model.dmlp("dmlp", tokens, False))}


def generator():
    c = {"channels": [8, 6, 4], "kernels": [[3, 3, 3], [1, 3, 3], [3, 3, 3]], "extra_fusions": 2, "queries": 5, "token_grid": [4, 2]}
    embedding = wave(0.2, 0.13, (2, 8, 3, 3, 2))
    taps = [wave(0.5 * i, 0.19, (2, 12, 3, 3, 2)) for i in range(4)]
    masks, boxes, tokens = model.generator("generator", embedding, taps, c)
    return {"config": c, "masks": every(37, masks), "boxes": every(5, boxes), "tokens": every(7, tokens)}


def boxes():
    a, b = wave(0.1, 1.3, (6, 4)).abs(), wave(0.7, 1.1, (6, 4)).abs()
    for t in (a, b):
        t[:, 2:] += t[:, :2]
    a[4, 2:] = a[4, :2]  # no area
    b[4, 2:] = b[4, :2]
    a[5], b[5] = 0, 0
    masks = wave(0, 0.9, (3, 4, 5)) > 0.6
    masks[1], masks[2] = False, True
    return {"giou": rounded(torch.stack([losses.giou(x, y) for x, y in zip(a, b)])), "masks": masks.int().flatten().tolist(),
            "tight": rounded(model.tight_boxes(masks, 4, 8))}


def prediction(slices, queries, classes, height, width):
    boxes = 0.5 * wave(0.2, 0.7, (slices, queries, 4)).abs()
    boxes[..., 2:] += boxes[..., :2]
    return {"classes": 2 * wave(0.4, 0.9, (slices, queries, classes + 1)), "masks": 3 * wave(0.6, 0.77, (slices, queries, height, width)),
            "auxiliary_masks": 3 * wave(0.8, 0.59, (slices, queries, height, width)), "auxiliary_boxes": boxes}


def labels(slices, classes, height, width):
    """Bands of classes; the first slice has background only."""
    g, y, x = torch.meshgrid(torch.arange(slices), torch.arange(height), torch.arange(width), indexing="ij")
    return (g * (2 * y + x) // (height + width)) % classes


def loss(queries, probabilities):
    slices, classes, height, width = 4, 4, 12, 10
    o = {k: v.requires_grad_() for k, v in prediction(slices, queries, classes, height, width).items()}
    s = {"points": 40, "mask_weight": 1.5, "probabilities": probabilities, "height": height, "width": 16}
    torch.manual_seed(11)
    total, terms, pairs, costs = losses.loss(o, labels(slices, classes, height, width), s)
    total.backward()
    return {"queries": queries, "probabilities": probabilities, "total": total.item(), "terms": {k: v.item() for k, v in terms.items()},
            "pairs": pairs, "costs": every(3, costs), "gradients": {k: float(v.grad.norm()) for k, v in o.items()}}


BASE = dict(channels=2, classes=3, queries=5, slices=3, dim=24, depth=4, heads=3, width=16, decoder_heads=2, decoder_mlp=20,
            window=0, table=None, released=False, stem_scale=1, mask_convolutions=False, extra_fusions=0, taps=[3, 1],
            kernels=[[3, 3, 3]] * 5)
NETWORKS = {
    # as the preset mini, at a size that needs padding
    "mini": dict(BASE, image=[2, 2, 3, 19, 27], patch=4, table_size=[5, 7], frame=28, channels_of_stages=[8, 6, 4], token_grid=[4, 4]),
    # windows and relative positions, a corner of the position table, convolutions after the decoder, as synapse and amos
    "windows": dict(BASE, image=[1, 2, 3, 32, 80], patch=16, table_size=[6, 6], frame=96, window=3, table=[6, 6], heads=2,
                    **{"global": [1, 3]}, channels_of_stages=[8, 6, 6, 4, 4], token_grid=[4, 4], mask_convolutions=True,
                    taps=[3, 2, 1, 0]),
    "windows_released": None,
    # four times enlarged, shared skip path, as acdc; a single slice
    "enlarged": dict(BASE, image=[2, 2, 1, 12, 8], slices=1, patch=16, table_size=[4, 4], frame=64, stem_scale=4, extra_fusions=2,
                     channels_of_stages=[8, 6, 6], token_grid=[4, 4], taps=[3, 2, 1, 0]),
}
NETWORKS["windows_released"] = dict(NETWORKS["windows"], released=True)


def network(c):
    model.NAMES.clear()
    inner = dict(c, channels=c["channels_of_stages"])
    image = wave(0.2, 0.021, c["image"]) + wave(0.5, 1.7, c["image"])
    o = model.forward(image, inner)
    b, _, t, h, w = c["image"]
    step = c["patch"] // c["stem_scale"]
    size = [-(-h // step) * step, -(-w // step) * step]
    torch.manual_seed(5)
    s = {"points": 60, "mask_weight": 1.2, "probabilities": False, "height": size[0], "width": size[1]}
    total, terms, _, _ = losses.loss(o, labels(b * t, c["classes"], h, w), s)
    total.backward()
    gradients = {name: float(f"{w.grad.norm():.6g}") for name, w in sorted(model.NAMES.items()) if w.grad is not None}
    parameters = len(gradients)
    norm = float(sum(w.grad.square().sum() for w in model.NAMES.values() if w.grad is not None).sqrt())
    gradients = dict(list(gradients.items())[::9])
    return {"config": c, "size": size, "outputs": {k: every(131 if "mask" in k else 3, v) for k, v in o.items()},
            "semantic": every(131, model.semantic(o)), "total": total.item(), "terms": {k: v.item() for k, v in terms.items()},
            "parameters": parameters, "gradient_norm": norm, "gradients": gradients}


golden = {"adapters": adapters(), "generator": generator(), "boxes": boxes(),
          "losses": [loss(6, False), loss(6, True), loss(2, False)], "assignment": losses.assignment_cases(),
          "networks": {k: network(c) for k, c in NETWORKS.items()}}
print(json.dumps(golden, separators=(",", ":")))
