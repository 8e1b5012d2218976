"""Golden numbers of PerSAM on a small SAM of the package segment-anything with weights from a formula; the guided transformer is written
here as the released code has it. Run in a Python 3.11 venv with segment-anything==1.0 and torch==2.13.0:

    python make.py > persam.json
"""
import json
import math
import sys
from functools import partial
from pathlib import Path
from unittest.mock import MagicMock

import torch
import torch.nn.functional as F

for name in ["torchvision", "torchvision.ops", "torchvision.ops.boxes", "torchvision.transforms", "torchvision.transforms.functional"]:
    sys.modules[name] = MagicMock()  # only segment-anything's image transforms need it
from segment_anything.modeling import MaskDecoder, PromptEncoder, Sam, TwoWayTransformer  # noqa: E402
from segment_anything.modeling.image_encoder import ImageEncoderViT  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent.parent / "sam"))
from noise import fill, noise, samples  # noqa: E402

SIDE, WIDTH, SCALED = 128, 128, (85, 128)  # a slice of 40 x 60 pixels in the frame
MEAN, DEVIATION = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1), torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def small_sam():
    encoder = ImageEncoderViT(img_size=SIDE, patch_size=16, embed_dim=192, depth=8, num_heads=3, mlp_ratio=4, out_chans=WIDTH,
                              norm_layer=partial(torch.nn.LayerNorm, eps=1e-6), window_size=0, global_attn_indexes=[], use_rel_pos=False)
    prompts = PromptEncoder(embed_dim=WIDTH, image_embedding_size=(8, 8), input_image_size=(SIDE, SIDE), mask_in_chans=16)
    decoder = MaskDecoder(num_multimask_outputs=3, transformer=TwoWayTransformer(depth=2, embedding_dim=WIDTH, mlp_dim=4 * WIDTH, num_heads=8),
                          transformer_dim=WIDTH, iou_head_depth=3, iou_head_hidden_dim=WIDTH)
    sam = Sam(encoder, prompts, decoder, [0, 0, 0], [1, 1, 1]).eval()
    fill(sam)
    return sam


def steered(attention, q, k, v, similarity):
    q, k, v = (attention._separate_heads(f(x), attention.num_heads) for f, x in
               [(attention.q_proj, q), (attention.k_proj, k), (attention.v_proj, v)])
    weights = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(q.shape[-1]), -1)
    return attention.out_proj(attention._recombine_heads(torch.softmax(weights + similarity, -1) @ v))


def guided(sam, embedding, sparse, dense, similarity, target):
    """Mask 0's logits."""
    decoder, transformer = sam.mask_decoder, sam.mask_decoder.transformer
    code = sam.prompt_encoder.get_dense_pe().flatten(2).permute(0, 2, 1)
    image = (embedding + dense).flatten(2).permute(0, 2, 1)
    given = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight], 0).unsqueeze(0)
    placed = torch.cat([given, sparse], 1) + target  # the first addition changes the position codes, too
    tokens = placed
    for i, layer in enumerate(transformer.layers):
        if i > 0:
            tokens = tokens + target
            tokens = tokens + layer.self_attn(tokens + placed, tokens + placed, tokens)
        else:
            tokens = layer.self_attn(tokens, tokens, tokens)
        tokens = layer.norm1(tokens)
        tokens = layer.norm2(tokens + steered(layer.cross_attn_token_to_image, tokens + placed, image + code, image, similarity))
        tokens = layer.norm3(tokens + layer.mlp(tokens))
        image = layer.norm4(image + layer.cross_attn_image_to_token(image + code, tokens + placed, tokens))
    q = tokens + placed + target
    tokens = transformer.norm_final_attn(tokens + transformer.final_attn_token_to_image(q, image + code, image))
    grown = decoder.output_upscaling(image.transpose(1, 2).view(1, WIDTH, 8, 8))
    weights = decoder.output_hypernetworks_mlps[0](tokens[:, 1])
    return (weights @ grown.flatten(2)).view(1, 1, 32, 32)


def visible(maps):
    return F.interpolate(maps, size=(SIDE, SIDE), mode="bilinear", align_corners=False)[..., : SCALED[0], : SCALED[1]]


def segment(sam, image, mask, steps):
    """Logits (40, 60) after no, one and two refinements; the reference is the slice itself."""
    low, high = image.min(), image.max()
    picture = ((image - low) / (high - low)).expand(1, 3, -1, -1)
    fitted = F.interpolate(picture, size=SCALED, mode="bilinear", antialias=True)
    embedding = sam.image_encoder(F.pad((fitted - MEAN) / DEVIATION, (0, 0, 0, SIDE - SCALED[0])))
    area = F.interpolate(mask[None, None], size=SCALED, mode="bilinear", align_corners=False)
    share = F.avg_pool2d(F.pad(area, (0, 0, 0, SIDE - SCALED[0])), 16)[0, 0]
    target = embedding[0][:, share >= 0.5].mean(1)
    likeness = F.cosine_similarity(embedding[0], target.view(-1, 1, 1), 0)[None, None]
    shown = visible(likeness)
    best, worst = shown.argmax().item(), shown.argmin().item()
    points = torch.tensor([[[best % SCALED[1], best // SCALED[1]], [worst % SCALED[1], worst // SCALED[1]]]]).float()
    labels = torch.tensor([[1, 0]])
    similarity = torch.sigmoid((likeness - shown.mean()) / shown.std()).flatten(2).unsqueeze(1)
    sparse, dense = sam.prompt_encoder((points, labels), None, None)
    logits, out = guided(sam, embedding, sparse, dense, similarity, target), []
    for step in range(3):
        out.append(samples(F.interpolate(visible(logits), size=(40, 60), mode="bilinear", align_corners=False)[0, 0], steps))
        box = None
        if step == 1:
            y, x = torch.nonzero(visible(logits)[0, 0] > 0, as_tuple=True)
            box = torch.stack([x.min(), y.min(), x.max(), y.max()]).float()[None]
        sparse, dense = sam.prompt_encoder((points, labels), box, logits)
        masks, iou = sam.mask_decoder(image_embeddings=embedding, image_pe=sam.prompt_encoder.get_dense_pe(),
                                      sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense, multimask_output=True)
        logits = masks[:, iou.argmax(1)]
    return {"target": samples(target, 1), "similarity": samples(likeness[0, 0], 1), "points": points[0].tolist(), "refinements": out}


def main():
    image = noise((40, 60), 1)
    image[:, :30] += 3
    mask = torch.zeros(40, 60)
    mask[:, :30] = 1
    with torch.no_grad():
        print(json.dumps(segment(small_sam(), image, mask, 7), separators=(",", ":")))


if __name__ == "__main__":
    main()
