"""FATE-SAM a second time, on the functions of the package sam2: retrieval, memories and propagation are its own code's or written here."""
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

RETRIEVED, NEIGHBOURS = 3, 6
MEAN, DEVIATION = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])


def prepared(image, side, eight_bits):
    """(1, 3, side, side) of a slice (h, w)."""
    low, high = image.min(), image.max()
    grey = (image - low) / (high - low) if high > low else torch.zeros_like(image)
    if eight_bits:
        picture = Image.fromarray((grey * 255).numpy().astype(np.uint8)).convert("RGB").resize((side, side), Image.BICUBIC)
        scaled = torch.from_numpy(np.asarray(picture).astype(np.float32) / 255).permute(2, 0, 1)
    else:
        scaled = F.interpolate(grey.expand(1, 3, -1, -1), size=(side, side), mode="bicubic", antialias=True).clamp(0, 1)[0]
    return ((scaled - torch.from_numpy(MEAN).view(3, 1, 1)) / torch.from_numpy(DEVIATION).view(3, 1, 1)).unsqueeze(0)


class FateSam:
    def __init__(self, model, objects, released):
        self.model, self.objects, self.side, self.released = model, objects, model.image_size, released
        self.model.only_obj_ptrs_in_the_past_for_eval = released
        self.inherited, self.kept = {}, {}

    def encode(self, image):
        """The three maps as the decoder takes them, and their position codes."""
        out = self.model.forward_image(prepared(image, self.side, self.released))
        return out["backbone_fpn"], out["vision_pos_enc"]

    def batched(self, encoded):
        maps = {"backbone_fpn": [x.expand(self.objects, -1, -1, -1) for x in encoded[0]],
                "vision_pos_enc": [x.expand(self.objects, -1, -1, -1) for x in encoded[1]]}
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
        masks = torch.stack([label == k for k in range(1, self.objects + 1)]).unsqueeze(1).float()
        fitted = (F.interpolate(masks, size=(self.side, self.side), mode="bilinear", antialias=True) >= 0.5).float()
        out = self.model.track_step(frame_idx=0, is_init_cond_frame=True, current_vision_feats=feats, current_vision_pos_embeds=codes,
                                    feat_sizes=sizes, point_inputs=None, mask_inputs=fitted, output_dict={}, num_frames=1,
                                    run_mem_encoder=False)
        if self.released and rank in self.inherited:
            for k in range(self.objects):
                if not masks[k].any():
                    for key in ["pred_masks", "obj_ptr", "object_score_logits"]:
                        out[key][k] = self.inherited[rank][key][k]
        self.inherited[rank] = out
        high = F.interpolate(out["pred_masks"], size=(self.side, self.side), mode="bilinear", align_corners=False)
        out["maskmem_features"], out["maskmem_pos_enc"] = self.model._encode_new_memory(
            feats, sizes, high, out["object_score_logits"], is_mask_from_pts=True)
        return out

    def segment(self, images, support_images, support_labels):
        tests, supports = [self.encode(x) for x in images], [self.encode(x) for x in support_images]
        lists, table = self.ranking(tests, supports, [bool(x.any()) for x in support_labels])
        outputs = {"cond_frame_outputs": {}, "non_cond_frame_outputs": {}}
        slices, steps = len(images), []
        middle = slices // 2
        for t in [*range(middle, -1, -1), *range(middle + 1, slices)]:
            for j, i in enumerate(lists[t]):
                if self.released or i not in self.kept:
                    self.kept[i] = self.conditioned(j, supports[i], support_labels[i])
            outputs["cond_frame_outputs"] = {slices + j: self.kept[i] for j, i in enumerate(lists[t])}
            feats, codes, sizes = self.batched(tests[t])
            out = self.model.track_step(frame_idx=t, is_init_cond_frame=False, current_vision_feats=feats,
                                        current_vision_pos_embeds=codes, feat_sizes=sizes, point_inputs=None, mask_inputs=None,
                                        output_dict=outputs, num_frames=slices + RETRIEVED, track_in_reverse=t <= middle)
            seen = [t + d if t <= middle else t - d for d in range(1, NEIGHBOURS + 1)]
            steps.append({"slice": t, "supports": lists[t], "neighbours": [i for i in seen if i in outputs["non_cond_frame_outputs"]],
                          "logits": out["pred_masks"]})
            outputs["non_cond_frame_outputs"][t] = out
        return steps, table
