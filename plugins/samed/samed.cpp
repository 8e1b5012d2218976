// SAMed (Zhang and Liu, arXiv 2304.13785): SAM segments slices into classes without prompts. One
// mask token per class; the frozen encoder learns through low-rank deltas of its queries and
// values.
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/upsample_bilinear2d.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "plugins/sam/low_rank.h"
#include "plugins/sam/sam.h"
#include "plugins/sam/weights.h"
#include "voxarena/nn/losses.h"
#include "voxarena/plugin/method.h"
#include "voxarena/weights/trainable.h"

namespace voxarena::samed {
namespace {

// Parts of SAM that a network without prompts never reaches.
const std::vector<std::string> kUnused{
    "prompt_encoder.point_embeddings.*", "prompt_encoder.not_a_point_embed.*",
    "prompt_encoder.mask_downscaling.*", "mask_decoder.iou_prediction_head.*"};
// Parts that depend on the number of classes.
const std::vector<std::string> kFresh{"mask_decoder.mask_tokens.*",
                                      "mask_decoder.output_hypernetworks_mlps.*",
                                      "mask_decoder.iou_prediction_head.*"};

// What a slice goes through: scaled to `scaled` pixels, filled up with zeros to `frame`.
struct Frame {
  sam::Extent scaled, frame;
  std::int64_t stride;  // pixels of the frame per pixel of the masks

  sam::Extent masks() const { return {scaled.height / stride, scaled.width / stride}; }
};

std::int64_t round_to(double value, std::int64_t multiple) {
  return std::max<std::int64_t>(1, std::llround(value / static_cast<double>(multiple))) * multiple;
}

// `side`: of the square that slices are brought to; 0: they keep their size.
Frame fit(sam::Extent slice, std::int64_t side, std::int64_t patch) {
  const std::int64_t longest = std::max(slice.height, slice.width), stride = patch / 4;
  const double scale = side == 0 ? 1 : static_cast<double>(side) / static_cast<double>(longest);
  const auto scaled = [&](std::int64_t size) {
    return round_to(scale * static_cast<double>(size), stride);
  };
  const auto filled = [&](std::int64_t size) { return (size + patch - 1) / patch * patch; };
  Frame out{{scaled(slice.height), scaled(slice.width)}, {side, side}, stride};
  if (side == 0) out.frame = {filled(out.scaled.height), filled(out.scaled.width)};
  return out;
}

sam::Extent slice_of(const Plan& plan) {
  const auto& patch = plan.patch_size();
  return {patch[patch.size() - 2], patch.back()};
}

// Its width lets a short budget on a CPU train it from nothing.
sam::Config mini(const Plan& plan) {
  const sam::Extent slice = slice_of(plan);
  const std::int64_t longest = std::max(slice.height, slice.width);
  const std::int64_t patch = longest <= 128 ? 4 : longest <= 256 ? 8 : 16;
  sam::Config config = sam::mini(fit(slice, 0, patch).frame, patch);
  config.encoder.dim = 96;
  config.encoder.depth = 4;
  config.encoder.heads = 4;
  config.encoder.channels = plan.channels;
  config.encoder.out_channels = config.prompt.dim = config.decoder.dim = 64;
  config.decoder.heads = 4;
  config.decoder.mlp = 128;
  config.decoder.upscaling = {16, 8};
  return config;
}

class Samed : public Network {
 public:
  Samed(const sam::Config& config, const Frame& frame, const Plan& plan, const Options& options)
      : frame_(frame), sam_(register_module("sam", std::make_shared<sam::Sam>(config))) {
    const bool pretrained = options.text("encoder") != "mini";
    if (pretrained || !options.text("weights").empty())
      sam::load_weights(*sam_, options.text("weights"), kFresh);
    if (plan.channels != config.encoder.channels && plan.channels != 1)
      stem_ = register_module(
          "stem", std::make_shared<sam::Convolution>(plan.channels, config.encoder.channels, 1));
    if (pretrained) freeze(*sam_->image_encoder);
    for (std::int64_t i = 0; i < config.encoder.depth; ++i) {
      sam::Attention& attention = *sam_->image_encoder->block(i).attn;
      for (sam::Slot* slot : {&attention.query_delta, &attention.value_delta})
        slot->fill(std::make_shared<sam::LowRank>(config.encoder.dim, config.encoder.dim,
                                                  options.integer("rank")));
    }
    train_matching(*sam_, kUnused, false);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const at::Tensor logits = at::upsample_bilinear2d(
        masks(x), x.sizes().slice(static_cast<std::size_t>(x.dim() - 2)), false);
    return unfold(logits, x);
  }

  // Logits of the slices (B · Z, K, h, w) at the resolution of SAM's masks.
  at::Tensor masks(const at::Tensor& x) {
    const at::Tensor slices = x.dim() == 5 ? x.transpose(1, 2).flatten(0, 1) : x;
    const at::Tensor embedding = sam_->image_encoder->forward(prepare(slices));
    const sam::Extent grid{embedding.size(2), embedding.size(3)}, inside = frame_.masks();
    const sam::PromptEmbedding none = sam_->prompt_encoder->forward({}, grid);
    const sam::MaskDecoder& decoder = *sam_->mask_decoder;
    const sam::Decoded decoded =
        decoder.forward({.embedding = embedding,
                         .embedding_code = sam_->prompt_encoder->grid_code(grid),
                         .sparse = none.sparse,
                         .dense = none.dense});
    return decoder.masks(decoded).narrow(2, 0, inside.height).narrow(3, 0, inside.width);
  }

 private:
  at::Tensor prepare(const at::Tensor& slices) const {
    const auto& [scaled, frame, stride] = frame_;
    at::Tensor x = stem_ ? stem_->forward(slices) : slices;
    if (!stem_) x = x.expand({-1, sam_->image_encoder->config().channels, -1, -1});  // grey
    if (x.size(2) != scaled.height || x.size(3) != scaled.width)
      x = at::upsample_bilinear2d(x, {scaled.height, scaled.width}, false);
    return at::constant_pad_nd(x, {0, frame.width - scaled.width, 0, frame.height - scaled.height});
  }

  // Slices back into volumes, if x is made of volumes.
  static at::Tensor unfold(const at::Tensor& logits, const at::Tensor& x) {
    if (x.dim() == 4) return logits;
    return logits.view({x.size(0), x.size(2), logits.size(1), x.size(3), x.size(4)})
        .transpose(1, 2);
  }

  Frame frame_;
  std::shared_ptr<sam::Sam> sam_;
  std::shared_ptr<sam::Convolution> stem_;
};

// The released code's: squares in the denominator, over all classes and the whole batch.
at::Tensor dice_loss(const at::Tensor& logits, const at::Tensor& target) {
  constexpr double kSmooth = 1e-5;
  const at::Tensor p = at::softmax(logits, 1),
                   t = at::one_hot(target, p.size(1)).permute({0, 3, 1, 2}).to(p.dtype());
  constexpr std::array<std::int64_t, 3> space{0, 2, 3};
  const at::Tensor overlap = (p * t).sum(space), sizes = p.square().sum(space) + t.sum(space);
  return 1 - ((2 * overlap + kSmooth) / (sizes + kSmooth)).mean();
}

class SamedModel : public Model {
 public:
  SamedModel(std::shared_ptr<Samed> network, Recipe recipe)
      : network_(std::move(network)), recipe_(std::move(recipe)) {}

  torch::nn::Module& module() override { return *network_; }

  // At the resolution of the masks.
  Loss loss(const Batch& batch) override {
    constexpr double kCrossEntropy = 0.2, kDice = 0.8;
    const at::Tensor logits = network_->masks(batch.image);
    const at::Tensor slices = batch.target.dim() == 4 ? batch.target.flatten(0, 1) : batch.target;
    const at::Tensor target = nn::resize_target(slices, logits.sizes().slice(2));
    const at::Tensor cross_entropy = at::cross_entropy_loss(logits, target),
                     dice = dice_loss(logits, target);
    return {kCrossEntropy * cross_entropy + kDice * dice,
            {{"dice", dice.detach()}, {"cross_entropy", cross_entropy.detach()}}};
  }

  at::Tensor predict(const at::Tensor& patches) override { return network_->forward(patches); }
  Recipe recipe() const override { return recipe_; }

 private:
  std::shared_ptr<Samed> network_;
  Recipe recipe_;
};

class SamedMethod : public Method {
 public:
  Info info() const override {
    return {
        .name = "samed",
        .version = "1.0",
        .summary = "SAM with low-rank deltas and one mask token per class, slice by slice",
        .licence = "Apache-2.0",
        .citation = R"(@article{zhang2023samed,
  title = {Customized Segment Anything Model for Medical Image Segmentation},
  author = {Zhang, Kaidong and Liu, Dong},
  journal = {arXiv preprint arXiv:2304.13785}, year = {2023}
})",
        .capabilities = {.regions = false, .ignore_label = false},
        .options = {
            Option::text("encoder", "mini")
                .choices({"mini", "vit_b", "vit_l", "vit_h"})
                .help("vit_*: a released SAM, frozen, needs 'weights'; mini: small, nothing "
                      "pre-trained, everything trained"),
            sam::weights_option(),
            Option::integer("rank", 4).range(1, 64).help("of the low-rank deltas"),
            Option::integer("image_size", 512)
                .range(64, 1024)
                .help("vit_*: side of the square that slices are scaled to, a multiple of 16"),
            Option::integer("slices", 12)
                .range(1, 1024)
                .help("vit_*, 3-D: slices of a batch at most; patches get thinner for it"),
            Option::text("recipe", "own")
                .choices({"own", "protocol"})
                .help("optimiser: the paper's AdamW (mini: AdamW at 1e-3), or the protocol's")}};
  }

  Plan plan(const Fingerprint&, const Plan& standard, const Budget&,
            const Options& options) const override {
    if (options.text("encoder") == "mini") return standard;
    sam::require_weights(options.text("weights"));
    Plan own = standard;
    if (own.dimensions() == 2) return own;
    Configuration& c = own.configuration;
    c.patch_size[0] = std::min(c.patch_size[0],
                               std::max<std::int64_t>(1, options.integer("slices") / c.batch_size));
    return own;
  }

  std::unique_ptr<Model> create(const Plan& plan, const Options& options) const override {
    const bool small = options.text("encoder") == "mini";
    sam::Config config = small ? mini(plan) : sam::preset(options.text("encoder"));
    config.decoder.mask_tokens = plan.classes;
    std::int64_t side = 0;
    if (!small) {
      side = round_to(static_cast<double>(options.integer("image_size")), config.encoder.patch);
      config.encoder.position_fit = sam::PositionFit::interpolate;
      config.prompt.frame = {side, side};
    }
    const Frame frame = fit(slice_of(plan), side, config.encoder.patch);
    Recipe recipe;
    if (options.text("recipe") == "own") {
      recipe = {.optimizer = "adamw",
                .learning_rate = small ? 1e-3 : 5e-3,
                .weight_decay = small ? 0.01 : 0.1,
                .warmup_iterations = small ? 50 : 250};
    }
    return std::make_unique<SamedModel>(std::make_shared<Samed>(config, frame, plan, options),
                                        recipe);
  }
};

}  // namespace
}  // namespace voxarena::samed

VOXARENA_PLUGIN(voxarena::samed::SamedMethod)
