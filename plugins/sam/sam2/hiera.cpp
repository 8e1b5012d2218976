#include "plugins/sam/sam2/hiera.h"

#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/upsample_bicubic2d.h>
#include <ATen/ops/upsample_nearest2d.h>

#include "plugins/sam/windows.h"

namespace voxarena::sam2 {
namespace {

constexpr double kNormEpsilon = 1e-6;

// Maxima of 2 x 2 tokens of (n, h, w, C).
at::Tensor pooled(const at::Tensor& x) {
  return at::max_pool2d(x.permute({0, 3, 1, 2}), {2, 2}).permute({0, 2, 3, 1});
}

// A child with one child of its own.
std::shared_ptr<sam::Convolution> nested(torch::nn::Module& owner, const std::string& name,
                                         const std::string& inner,
                                         std::shared_ptr<sam::Convolution> convolution) {
  return owner.register_module(name, std::make_shared<torch::nn::Module>())
      ->register_module(inner, std::move(convolution));
}

}  // namespace

PooledAttention::PooledAttention(std::int64_t in, std::int64_t out, std::int64_t heads, bool pool)
    : heads_(heads),
      pool_(pool),
      qkv_(register_module("qkv", std::make_shared<sam::Linear>(in, 3 * out))),
      proj_(register_module("proj", std::make_shared<sam::Linear>(out, out))) {}

at::Tensor PooledAttention::forward(const at::Tensor& x) const {
  const std::int64_t n = x.size(0);
  const std::vector<at::Tensor> thirds = qkv_->forward(x).chunk(3, 3);
  const at::Tensor queries = pool_ ? pooled(thirds[0]) : thirds[0];
  const auto split = [&](const at::Tensor& t) {  // (n, heads, tokens, C / heads)
    return t.reshape({n, t.size(1) * t.size(2), heads_, -1}).transpose(1, 2);
  };
  return proj_->forward(
      at::scaled_dot_product_attention(split(queries), split(thirds[1]), split(thirds[2]))
          .transpose(1, 2)
          .reshape({n, queries.size(1), queries.size(2), -1}));
}

HieraBlock::HieraBlock(const Form& form)
    : form_(form),
      norm1_(register_module("norm1", std::make_shared<sam::LayerNorm>(form.in, kNormEpsilon))),
      norm2_(register_module("norm2", std::make_shared<sam::LayerNorm>(form.out, kNormEpsilon))),
      attn_(register_module(
          "attn", std::make_shared<PooledAttention>(form.in, form.out, form.heads, form.pool))),
      mlp_(register_module("mlp",
                           std::make_shared<sam::Mlp>(form.out, 4 * form.out, sam::Activation::gelu,
                                                      sam::MlpNames::layers))) {
  if (form.in != form.out)
    proj_ = register_module("proj", std::make_shared<sam::Linear>(form.in, form.out));
}

at::Tensor HieraBlock::forward(const at::Tensor& x) const {
  const at::Tensor normed = norm1_->forward(x);
  at::Tensor shortcut = proj_ ? proj_->forward(normed) : x;
  if (form_.pool) shortcut = pooled(shortcut);
  // Windows are halved with the map, so that they still cover it.
  const at::Tensor attended = form_.window == 0
                                  ? attn_->forward(normed)
                                  : sam::join(attn_->forward(sam::partition(normed, form_.window)),
                                              shortcut.size(1), shortcut.size(2));
  const at::Tensor sum = shortcut + attended;
  return sum + mlp_->forward(norm2_->forward(sum));
}

Hiera::Hiera(const TrunkConfig& config) : config_(config) {
  constexpr double kSpread = 0.02;
  pos_embed_ = register_parameter(
      "pos_embed", at::randn({1, config.dim, config.background, config.background}).mul_(kSpread));
  pos_embed_window_ = register_parameter(
      "pos_embed_window",
      at::randn({1, config.dim, config.windows[0], config.windows[0]}).mul_(kSpread));
  patch_embed_ = nested(*this, "patch_embed", "proj",
                        std::make_shared<sam::Convolution>(
                            3, config.dim, 7, sam::Convolution::Form{.stride = 4, .padding = 3}));
  blocks_ = register_module("blocks", std::make_shared<sam::List<HieraBlock>>());
  std::int64_t in = config.dim, index = 0;
  for (std::size_t stage = 0; stage < config.blocks.size(); ++stage) {
    for (std::int64_t i = 0; i < config.blocks[stage]; ++i, ++index) {
      const bool first = i == 0 && stage > 0;  // still in the windows of the stage before
      const std::int64_t window = config.windows[first ? stage - 1 : stage];
      blocks_->add(HieraBlock::Form{.in = in,
                                    .out = config.stage_dim(stage),
                                    .heads = config.heads << stage,
                                    .window = config.is_global(index) ? 0 : window,
                                    .pool = first});
      in = config.stage_dim(stage);
    }
  }
}

at::Tensor Hiera::positions(std::int64_t height, std::int64_t width) const {
  const std::int64_t side = config_.windows[0];
  return (at::upsample_bicubic2d(pos_embed_, {height, width}, false) +
          pos_embed_window_.repeat({1, 1, height / side, width / side}))
      .permute({0, 2, 3, 1});
}

std::vector<at::Tensor> Hiera::forward(const at::Tensor& image) const {
  at::Tensor x = patch_embed_->forward(image).permute({0, 2, 3, 1});
  x = (x + positions(x.size(1), x.size(2))).contiguous();
  std::vector<at::Tensor> stages;
  std::size_t block = 0;
  for (const std::int64_t count : config_.blocks) {
    for (std::int64_t i = 0; i < count; ++i) x = (*blocks_)[block++].forward(x);
    stages.push_back(x);
  }
  return stages;
}

Neck::Neck(const TrunkConfig& trunk, std::int64_t dim) {
  const auto list = register_module("convs", std::make_shared<torch::nn::Module>());
  for (std::size_t stage = trunk.blocks.size(); stage-- > 0;) {
    convolutions_.push_back(
        nested(*list, std::to_string(convolutions_.size()), "conv",
               std::make_shared<sam::Convolution>(trunk.stage_dim(stage), dim, 1)));
  }
}

Pyramid Neck::forward(const std::vector<at::Tensor>& stages) const {
  const auto lateral = [&](std::size_t stage) {
    return convolutions_[stages.size() - 1 - stage]->forward(stages[stage].permute({0, 3, 1, 2}));
  };
  const at::Tensor third = lateral(2);
  return {.fine = lateral(0),
          .middle = lateral(1),
          .coarse = third + at::upsample_nearest2d(lateral(3), {third.size(2), third.size(3)})};
}

ImageEncoder::ImageEncoder(const Config& config)
    : trunk_(register_module("trunk", std::make_shared<Hiera>(config.trunk))),
      neck_(register_module("neck", std::make_shared<Neck>(config.trunk, config.dim))) {}

}  // namespace voxarena::sam2
