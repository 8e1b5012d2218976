"""Golden numbers of SAM 2: state-dict tables of the eight released models, and outputs of a micro model for weights that come from a
formula. Run in a Python 3.11 venv with sam2==1.1.0, torch==2.13.0 and hydra-core==1.3.8:

    python make.py > sam2.json
"""
import hashlib
import json

import torch

from reference import CONFIGS, VERSIONS, Sequence, build, filled, image
from noise import noise, samples

RELEASED = [name for name in CONFIGS if name != "micro"]


def table(name, version):
    weights = build(name, version).state_dict()
    lines = [f"{key} {'x'.join(map(str, value.shape))}" for key, value in sorted(weights.items())]
    return {"model": name, "version": version, "entries": len(lines), "values": sum(v.numel() for v in weights.values()),
            "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


def frame(out, step):
    return {"logits": samples(out["pred_masks"], step), "score": samples(out["object_score_logits"], 1),
            "pointer": samples(out["obj_ptr"], 1 + step // 500), "memory": samples(out["maskmem_features"], 1 + step // 4)}


def parts(model, step, objects, maps):
    """The pyramid, memory attention of some objects with some maps and two pointers, the memory encoder, a position code."""
    side, dim, width = model.image_size, model.hidden_dim, model.mem_dim
    grid, pointers = side // 16, 2 * (dim // width)
    pyramid = model.image_encoder(image(side, 900))["backbone_fpn"]
    coarse = pyramid[2]
    code = model.image_encoder.neck.position_encoding(coarse)
    tokens = maps * grid * grid + pointers
    memory, memory_code = noise((objects, tokens, width), 901), noise((objects, tokens, width), 902)
    attended = model.memory_attention(coarse.flatten(2).permute(2, 0, 1).expand(-1, objects, -1), memory.transpose(0, 1),
                                      code.flatten(2).permute(2, 0, 1).expand(-1, objects, -1), memory_code.transpose(0, 1), pointers)
    mask = noise((objects, 1, side, side), 903) * 20
    encoded = model.memory_encoder(coarse.expand(objects, -1, -1, -1), mask, skip_mask_sigmoid=True)["vision_features"]
    zeros = torch.zeros(1, width, grid, grid)
    return {"objects": objects, "maps": maps, "pyramid": [samples(x, step) for x in pyramid],
            "attention": samples(attended.permute(1, 2, 0), step), "memory": samples(encoded, 1 + step // 4),
            "memory_code": samples(model.memory_encoder.position_encoding(zeros), 1 + step // 4)}


def prompted(model, step):
    """An image alone, with points: one mask, which falls back to the best of three, and three masks."""
    side = model.image_size
    points = {"point_coords": torch.tensor([[[0.3, 0.4], [0.7, 0.2]]]) * side, "point_labels": torch.tensor([[1, 0]])}
    fine, middle, coarse = model.forward_image(image(side, 900))["backbone_fpn"]
    coarse = coarse + model.no_mem_embed.view(1, -1, 1, 1)
    out = []
    for multimask in [False, True]:
        heads = model._forward_sam_heads(coarse, points, high_res_features=[fine, middle], multimask_output=multimask)
        out.append({"multimask": multimask, "logits": samples(heads[3], step), "iou": samples(heads[2].amax(1, True), 1),
                    "pointer": samples(heads[5], 1 + step // 500), "score": samples(heads[6], 1)})
    return out


def sequence(model, step, given, order, objects):
    """Eight slices with masks on the last ones, as pseudo-slices behind the sequence; `order`: (slice, reverse)."""
    frames = Sequence(model, 8, given, objects)
    return {"objects": objects,
            "given": [{"slice": i, **frame(frames.outputs["cond_frame_outputs"][i], step)} for i in given],
            "tracked": [{"slice": i, "backwards": reverse, **frame(frames.track(i, reverse), step)} for i, reverse in order]}


def outputs(name, version):
    model, micro = filled(name, version), name == "micro"
    step = 61 if micro else 10007
    given, order = ([6, 7], [(3, True), (2, True), (4, False), (5, False)]) if micro else ([7], [(3, True)])
    with torch.no_grad():
        return {"model": name, "version": version, "parts": parts(model, step, *((2, 3) if micro else (1, 2))),
                "prompted": prompted(model, step), "sequence": sequence(model, step, given, order, 3 if micro else 1)}


def main():
    print(json.dumps({
        "tables": [table(name, version) for name in RELEASED for version in VERSIONS],
        "micro": [outputs("micro", version) for version in VERSIONS],
    }, separators=(",", ":")))


if __name__ == "__main__":
    main()
