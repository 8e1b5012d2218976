"""SAM 2 as the package builds it, and the steps of one tracked sequence through its own functions."""
import logging
import math
import sys
import warnings
from pathlib import Path
from unittest.mock import patch

import torch
from hydra import compose
from hydra.utils import instantiate

sys.path.insert(0, str(Path(__file__).parent.parent / "sam"))
from noise import fill, noise  # noqa: E402
import sam2  # noqa: E402, F401  (registers its configurations)

warnings.filterwarnings("ignore")
logging.disable()

CONFIGS = {"tiny": "t", "small": "s", "base_plus": "b+", "large": "l", "micro": "t"}
VERSIONS = {"2.0": "configs/sam2/sam2_hiera_", "2.1": "configs/sam2.1/sam2.1_hiera_"}
# What the predictors of the package are built with.
PREDICTOR = ["++model.sam_mask_decoder_extra_args.dynamic_multimask_via_stability=true",
             "++model.sam_mask_decoder_extra_args.dynamic_multimask_stability_delta=0.05",
             "++model.sam_mask_decoder_extra_args.dynamic_multimask_stability_thresh=0.98",
             "++model.binarize_mask_from_pts_for_mem_enc=true"]
MICRO = ["image_size=128", "image_encoder.trunk.embed_dim=8", "image_encoder.trunk.stages=[1,2,3,1]",
         "image_encoder.trunk.global_att_blocks=[4]", "image_encoder.trunk.window_pos_embed_bkg_spatial_size=[3,3]",
         "image_encoder.trunk.window_spec=[8,4,6,3]", "image_encoder.neck.d_model=32",
         "image_encoder.neck.position_encoding.num_pos_feats=32", "image_encoder.neck.backbone_channel_list=[64,32,16,8]",
         "memory_attention.d_model=32", "memory_attention.num_layers=2", "memory_attention.layer.d_model=32",
         "memory_attention.layer.dim_feedforward=48", "memory_attention.layer.self_attention.embedding_dim=32",
         "memory_attention.layer.cross_attention.embedding_dim=32", "memory_attention.layer.cross_attention.kv_in_dim=8",
         "memory_encoder.out_dim=8", "memory_encoder.in_dim=32", "memory_encoder.position_encoding.num_pos_feats=8",
         "memory_encoder.mask_downsampler.embed_dim=32", "memory_encoder.fuser.layer.dim=32"]


def build(name, version):
    """The model; its large tensors are not drawn (they are filled afterwards, or only their shapes count)."""
    overrides = PREDICTOR + ([f"++model.{line}" for line in MICRO] if name == "micro" else [])
    config = compose(config_name=f"{VERSIONS[version]}{CONFIGS[name]}.yaml", overrides=overrides)
    with patch("torch.nn.init.kaiming_uniform_"), patch("torch.nn.init.uniform_"), patch("torch.nn.init.normal_"):
        return instantiate(config.model, _recursive_=True).eval()


def filled(name, version):
    """With weights by the formula; the object score leans towards 'there is one'."""
    model = build(name, version)
    fill(model)
    with torch.no_grad():
        model.sam_mask_decoder.pred_obj_score_head.layers[2].bias.add_(0.5)
    return model


def image(side, stream):
    return noise((1, 3, side, side), stream) * math.sqrt(12)


def masks(side):
    """Of three objects: a rectangle, one that leaves the frame, none."""
    out = torch.zeros(3, 1, side, side)
    out[0, 0, side // 4: side // 2, side // 8: side - side // 8] = 1
    out[1, 0, side - side // 5:, : side // 3] = 1
    return out


class Sequence:
    """The first `objects` of the masks on `frames` slices. Slices `given` have masks; the others are tracked in the order asked for."""

    def __init__(self, model, frames, given, objects):
        self.model, self.frames, self.size, self.objects = model, frames, model.image_size, objects
        self.outputs, self.seen = {"cond_frame_outputs": {}, "non_cond_frame_outputs": {}}, {}
        for index in given:
            self.outputs["cond_frame_outputs"][index] = self.condition(index)

    def features(self, index):
        if index in self.seen:
            return self.seen[index]
        out = self.model.forward_image(image(self.size, 900 + index))
        out["backbone_fpn"] = [x.expand(self.objects, -1, -1, -1) for x in out["backbone_fpn"]]
        out["vision_pos_enc"] = [x.expand(self.objects, -1, -1, -1) for x in out["vision_pos_enc"]]
        self.seen = {index: self.model._prepare_backbone_features(out)[1:]}
        return self.seen[index]

    def step(self, index, mask=None, reverse=False):
        feats, codes, sizes = self.features(index)
        return self.model.track_step(frame_idx=index, is_init_cond_frame=mask is not None, current_vision_feats=feats,
                                     current_vision_pos_embeds=codes, feat_sizes=sizes, point_inputs=None, mask_inputs=mask,
                                     output_dict=self.outputs, num_frames=self.frames, track_in_reverse=reverse,
                                     run_mem_encoder=mask is None)

    def condition(self, index):
        """As the video predictor: the low-resolution mask is kept, and remembered as zeros and ones."""
        out = self.step(index, masks(self.size)[: self.objects])
        feats, _, sizes = self.features(index)
        high = torch.nn.functional.interpolate(out["pred_masks"], size=(self.size, self.size), mode="bilinear", align_corners=False)
        out["maskmem_features"], out["maskmem_pos_enc"] = self.model._encode_new_memory(
            feats, sizes, high, out["object_score_logits"], is_mask_from_pts=True)
        return out

    def track(self, index, reverse=False):
        out = self.step(index, reverse=reverse)
        self.outputs["non_cond_frame_outputs"][index] = out
        return out
