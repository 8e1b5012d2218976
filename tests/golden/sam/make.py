"""Golden numbers of segment-anything: state-dict tables of ViT-B, L and H, and outputs for weights that come from a formula (ViT-B
whole, L and H with few blocks, 1024 pixels; a small encoder whose windows do not fill its grid; prediction from image to mask).
Run in a Python 3.11 venv with segment-anything==1.0, torch==2.13.0, numpy==2.4.6 and Pillow==13.0.0:

    python make.py > sam.json
"""
import hashlib
import json
import math
import sys
from functools import partial
from unittest.mock import MagicMock

import numpy
import torch
from PIL import Image

for name in ["torchvision", "torchvision.ops", "torchvision.ops.boxes", "torchvision.transforms", "torchvision.transforms.functional"]:
    sys.modules[name] = MagicMock()  # only segment-anything's image transforms need it
from segment_anything.build_sam import _build_sam  # noqa: E402
from segment_anything.modeling import MaskDecoder, PromptEncoder, Sam, TwoWayTransformer  # noqa: E402
from segment_anything.modeling.image_encoder import ImageEncoderViT, get_rel_pos  # noqa: E402
from segment_anything.utils.transforms import ResizeLongestSide  # noqa: E402

from noise import fill, noise, samples  # noqa: E402

MODELS = {"vit_b": (768, 12, 12, [2, 5, 8, 11]), "vit_l": (1024, 24, 16, [5, 11, 17, 23]), "vit_h": (1280, 32, 16, [7, 15, 23, 31])}


def build(name, depth=None, global_blocks=None):
    dim, full, heads, indices = MODELS[name]
    return _build_sam(dim, depth or full, heads, indices if global_blocks is None else global_blocks)


def table(name):
    with torch.device("meta"):
        weights = build(name).state_dict()
    lines = [f"{key} {'x'.join(map(str, value.shape))}" for key, value in sorted(weights.items())]
    buffer = "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"
    encoder = sum(v.numel() for k, v in weights.items() if k.startswith("image_encoder."))
    return {"entries": len(lines), "parameters": sum(v.numel() for k, v in weights.items() if k != buffer), "encoder": encoder,
            "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(), "lines": lines if name == "vit_b" else []}


PROMPTS = [
    {"points": [[[500, 375], [100.5, 900], [640, 20]]], "labels": [[1, 0, 1]]},
    {"boxes": [[75, 275, 1000, 850]]},
    {"points": [[[10, 20], [30, 40]], [[900, 800], [700, 600]]], "labels": [[1, 1], [0, -1]],
     "boxes": [[100, 120, 300, 320], [500, 0, 1023, 400]], "mask": True},
    {"mask": True},
    {},
]


def tensors(prompt):
    points = (torch.tensor(prompt["points"], dtype=torch.float), torch.tensor(prompt["labels"])) if "points" in prompt else None
    boxes = torch.tensor(prompt["boxes"], dtype=torch.float) if "boxes" in prompt else None
    count = len(prompt.get("boxes", [0]))
    masks = 4 * noise((count, 1, 256, 256), 1000) if prompt.get("mask") else None
    return points, boxes, masks


def outputs(name, depth, global_blocks, prompts):
    sam = build(name, depth, global_blocks).eval()
    fill(sam)
    image = noise((1, 3, 1024, 1024), 999) * math.sqrt(12)
    cases = []
    with torch.no_grad():
        embedding = sam.image_encoder(image)
        for prompt in prompts:
            sparse, dense = sam.prompt_encoder(*tensors(prompt))
            for multimask in [False, True]:
                logits, iou = sam.mask_decoder(image_embeddings=embedding, image_pe=sam.prompt_encoder.get_dense_pe(),
                                               sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense,
                                               multimask_output=multimask)
                cases.append({"prompt": prompt, "multimask": multimask, "logits": samples(logits, 4093), "iou": samples(iou, 1)})
    return {"model": name, "depth": depth, "global_blocks": global_blocks, "embedding": samples(embedding, 8191), "cases": cases}


def small_encoder():
    shape = dict(img_size=64, patch_size=8, embed_dim=24, depth=4, num_heads=3, out_chans=16, window_size=3, global_attn_indexes=(1, 3))
    encoder = ImageEncoderViT(norm_layer=partial(torch.nn.LayerNorm, eps=1e-6), use_rel_pos=True, **shape).eval()
    fill(encoder)
    with torch.no_grad():
        return samples(encoder(noise((2, 3, 64, 64), 999) * math.sqrt(12)), 7)


def small_sam():
    encoder = ImageEncoderViT(img_size=64, patch_size=8, embed_dim=24, depth=2, num_heads=3, out_chans=32, window_size=3,
                              global_attn_indexes=(1,), use_rel_pos=True, norm_layer=partial(torch.nn.LayerNorm, eps=1e-6))
    decoder = MaskDecoder(num_multimask_outputs=3, transformer=TwoWayTransformer(depth=2, embedding_dim=32, mlp_dim=48, num_heads=4),
                          transformer_dim=32, iou_head_depth=3, iou_head_hidden_dim=20)
    prompts = PromptEncoder(embed_dim=32, image_embedding_size=(8, 8), input_image_size=(64, 64), mask_in_chans=16)
    sam = Sam(encoder, prompts, decoder, pixel_mean=[123.675, 116.28, 103.53], pixel_std=[58.395, 57.12, 57.375]).eval()
    fill(sam)
    return sam


def predictor():
    """SamPredictor's steps from an image of 50 x 37 pixels to masks of that size; Pillow scales, as it does behind torchvision."""
    sam = small_sam()
    image = ((noise((50, 37, 3), 998) + 0.5) * 255).round().byte().numpy()
    size = ResizeLongestSide.get_preprocess_shape(50, 37, 64)
    scaled = numpy.array(Image.fromarray(image).resize(size[::-1], Image.BILINEAR))
    factor = torch.tensor([size[1] / 37, size[0] / 50])
    points, box = torch.tensor([[[10.0, 20.0], [30.0, 5.5]]]) * factor, torch.tensor([[5.0, 8.0, 30.0, 44.0]]) * factor.repeat(2)
    with torch.no_grad():
        embedding = sam.image_encoder(sam.preprocess(torch.tensor(scaled).permute(2, 0, 1)[None].float()))
        sparse, dense = sam.prompt_encoder((points, torch.tensor([[1, 0]])), box, None)
        logits, iou = sam.mask_decoder(image_embeddings=embedding, image_pe=sam.prompt_encoder.get_dense_pe(),
                                       sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense, multimask_output=True)
        logits = sam.postprocess_masks(logits, size, (50, 37))
    return {"logits": samples(logits, 29), "iou": samples(iou, 1)}


def main():
    torch.manual_seed(0)
    print(json.dumps({
        "tables": {name: table(name) for name in MODELS},
        "outputs": [outputs("vit_b", 12, [2, 5, 8, 11], PROMPTS), outputs("vit_l", 2, [1], PROMPTS[:1]),
                    outputs("vit_h", 2, [1], PROMPTS[1:2])],
        "small_encoder": small_encoder(),
        "predictor": predictor(),
        "resized_rows": samples(get_rel_pos(5, 5, noise((127, 4), 7)), 1),
    }, separators=(",", ":")))


if __name__ == "__main__":
    main()
