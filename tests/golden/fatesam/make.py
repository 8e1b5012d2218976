"""Golden numbers of FATE-SAM: a second implementation on the functions of the package sam2, with weights from a formula, on a phantom of
twelve slices and three classes. Run in a Python 3.11 venv with sam2==1.1.0, torch==2.13.0, hydra-core==1.3.8, Pillow==13.0.0 and
numpy==2.4.6:

    python make.py > fatesam.json
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

sys.path[:0] = [str(Path(__file__).parent.parent / "sam2"), str(Path(__file__).parent.parent / "sam")]
from noise import noise, samples  # noqa: E402
from reference import filled  # noqa: E402

SLICES, HEIGHT, WIDTH, OBJECTS, RETRIEVED, NEIGHBOURS = 12, 48, 64, 3, 3, 6
MEAN, DEVIATION = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])


def phantom(stream, shift):
    """Image (S, H, W) and labels: boxes that move from slice to slice; class k is there on every slice but some. tests/plugins/fatesam
    has it too."""
    image = noise((SLICES, HEIGHT, WIDTH), stream)
    labels = torch.zeros(SLICES, HEIGHT, WIDTH, dtype=torch.int64)
    for s in range(SLICES):
        for k in range(1, OBJECTS + 1):
            if (s + k + shift) % (k + 3) < 2:
                continue
            top, left = 4 + 2 * ((s + shift) % 6) + 4 * k, 18 * (k - 1) + (s + 2 * shift) % 5
            labels[s, top:top + 16, left:left + 14] = k
    return image + labels, labels


def prepared(image, eight_bits):
    """(1, 3, side, side) of a slice (h, w)."""
    low, high = image.min(), image.max()
    grey = (image - low) / (high - low) if high > low else torch.zeros_like(image)
    if eight_bits:
        picture = Image.fromarray((grey * 255).numpy().astype(np.uint8)).convert("RGB").resize((128, 128), Image.BICUBIC)
        scaled = torch.from_numpy(np.asarray(picture).astype(np.float32) / 255).permute(2, 0, 1)
    else:
        scaled = F.interpolate(grey.expand(1, 3, -1, -1), size=(128, 128), mode="bicubic", antialias=True).clamp(0, 1)[0]
    return ((scaled - torch.from_numpy(MEAN).view(3, 1, 1)) / torch.from_numpy(DEVIATION).view(3, 1, 1)).unsqueeze(0)


class FateSam:
    def __init__(self, version, released):
        self.model, self.released = filled("micro", version), released
        self.model.only_obj_ptrs_in_the_past_for_eval = released
        self.inherited = {}

    def encode(self, image):
        """The three maps as the decoder takes them, and their position codes."""
        out = self.model.forward_image(prepared(image, self.released))
        return out["backbone_fpn"], out["vision_pos_enc"]

    def batched(self, encoded):
        maps = {"backbone_fpn": [x.expand(OBJECTS, -1, -1, -1) for x in encoded[0]],
                "vision_pos_enc": [x.expand(OBJECTS, -1, -1, -1) for x in encoded[1]]}
        return self.model._prepare_backbone_features(maps)[1:]

    def distance(self, a, b):
        return sum((x - y).abs().sum(1).double().mean().item() for x, y in zip(a[0], b[0])) / 3

    def ranking(self, tests, supports, shown):
        """Per test slice the nearest support slices that show something."""
        lists, table = [], []
        for test in tests:
            row = [self.distance(test, tests[0] if self.released and i == 0 else support) for i, support in enumerate(supports)]
            table.append(row)
            lists.append([i for i in np.argsort(row, kind="stable").tolist() if shown[i]][:RETRIEVED])
        return lists, table

    def conditioned(self, rank, encoded, label):
        """What is remembered of a support slice; classes that it lacks are empty, or keep what that rank had before."""
        feats, codes, sizes = self.batched(encoded)
        masks = torch.stack([label == k for k in range(1, OBJECTS + 1)]).unsqueeze(1).float()
        fitted = (F.interpolate(masks, size=(128, 128), mode="bilinear", antialias=True) >= 0.5).float()
        out = self.model.track_step(frame_idx=0, is_init_cond_frame=True, current_vision_feats=feats, current_vision_pos_embeds=codes,
                                    feat_sizes=sizes, point_inputs=None, mask_inputs=fitted, output_dict={}, num_frames=1,
                                    run_mem_encoder=False)
        if self.released and rank in self.inherited:
            for k in range(OBJECTS):
                if not masks[k].any():
                    for key in ["pred_masks", "obj_ptr", "object_score_logits"]:
                        out[key][k] = self.inherited[rank][key][k]
        self.inherited[rank] = out
        high = F.interpolate(out["pred_masks"], size=(128, 128), mode="bilinear", align_corners=False)
        out["maskmem_features"], out["maskmem_pos_enc"] = self.model._encode_new_memory(
            feats, sizes, high, out["object_score_logits"], is_mask_from_pts=True)
        return out

    def segment(self, images, support_images, support_labels):
        tests, supports = [self.encode(x) for x in images], [self.encode(x) for x in support_images]
        lists, table = self.ranking(tests, supports, [bool(x.any()) for x in support_labels])
        outputs = {"cond_frame_outputs": {}, "non_cond_frame_outputs": {}}
        middle, steps = SLICES // 2, []
        for t in [*range(middle, -1, -1), *range(middle + 1, SLICES)]:
            outputs["cond_frame_outputs"] = {SLICES + j: self.conditioned(j, supports[i], support_labels[i])
                                             for j, i in enumerate(lists[t])}
            feats, codes, sizes = self.batched(tests[t])
            out = self.model.track_step(frame_idx=t, is_init_cond_frame=False, current_vision_feats=feats,
                                        current_vision_pos_embeds=codes, feat_sizes=sizes, point_inputs=None, mask_inputs=None,
                                        output_dict=outputs, num_frames=SLICES + RETRIEVED, track_in_reverse=t <= middle)
            seen = [t + d if t <= middle else t - d for d in range(1, NEIGHBOURS + 1)]
            steps.append({"slice": t, "supports": lists[t], "neighbours": [i for i in seen if i in outputs["non_cond_frame_outputs"]],
                          "logits": samples(out["pred_masks"], 31)})
            outputs["non_cond_frame_outputs"][t] = out
        return steps, table


def run(version, released):
    images, _ = phantom(700, 3)
    support_images, support_labels = (torch.cat(x) for x in zip(phantom(701, 0), phantom(702, 1)))
    volumes = [x.transpose(1, 2).contiguous() if released else x for x in [images, support_images, support_labels]]
    with torch.no_grad():
        steps, table = FateSam(version, released).segment(*volumes)
    return {"version": version, "variant": "as_released" if released else "clean", "steps": steps,
            "distances": [[round(x, 6) for x in row] for row in table]}


def main():
    print(json.dumps([run("2.0", False), run("2.0", True), run("2.1", True)], separators=(",", ":")))


if __name__ == "__main__":
    main()
