#include "plugins/sam/image_encoder.h"

#include <ATen/ops/matmul.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/zeros.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "plugins/sam/relative_attention.h"
#include "plugins/sam/windows.h"
#include "voxarena/core/error.h"

namespace voxarena::sam {
namespace {

constexpr double kEpsilon = 1e-6;

}  // namespace

Attention::Attention(std::int64_t dim, std::int64_t heads, bool relative_positions, Extent table)
    : qkv(register_module("qkv", std::make_shared<Linear>(dim, 3 * dim))),
      proj(register_module("proj", std::make_shared<Linear>(dim, dim))),
      heads_(heads) {
  if (!relative_positions) return;
  const auto empty_table = [&](std::int64_t size) {
    return at::zeros({2 * size - 1, dim / heads});
  };
  rel_pos_h_ = register_parameter("rel_pos_h", empty_table(table.height));
  rel_pos_w_ = register_parameter("rel_pos_w", empty_table(table.width));
}

at::Tensor Attention::forward(const at::Tensor& x, const Layout& layout) const {
  const std::int64_t n = x.size(0), height = x.size(1), width = x.size(2), dim = x.size(3),
                     head = dim / heads_, tokens = height * width;
  const at::Tensor projected = qkv->forward(x);
  const auto third = [&](std::int64_t index, const Slot& delta) {
    return delta.add(projected.narrow(3, index * dim, dim), x, layout)
        .reshape({n, tokens, heads_, head})
        .transpose(1, 2);
  };
  const at::Tensor q = third(0, query_delta), k = third(1, key_delta), v = third(2, value_delta);
  at::Tensor out;
  if (rel_pos_h_.defined()) {
    const auto grouped = [&](const at::Tensor& t) { return t.reshape({-1, tokens, head}); };
    const at::Tensor queries = grouped(q), grid = queries.view({-1, height, width, head});
    const at::Tensor row = at::matmul(grid, relative_rows(rel_pos_h_, height).transpose(1, 2));
    const at::Tensor column =
        at::matmul(grid.transpose(1, 2), relative_rows(rel_pos_w_, width).transpose(1, 2))
            .transpose(1, 2);
    out = grid_attention(queries, grouped(k), grouped(v), row.reshape({-1, tokens, height}),
                         column.reshape({-1, tokens, width}),
                         1 / std::sqrt(static_cast<double>(head)))
              .view({n, heads_, tokens, head});
  } else {
    out = at::scaled_dot_product_attention(q, k, v);
  }
  return proj->forward(out.transpose(1, 2).reshape({n, height, width, dim}));
}

Block::Block(const EncoderConfig& config, std::int64_t index)
    : window(config.is_global(index) ? 0 : config.window),
      norm1(register_module("norm1", std::make_shared<LayerNorm>(config.dim, kEpsilon))),
      norm2(register_module("norm2", std::make_shared<LayerNorm>(config.dim, kEpsilon))),
      attn(register_module("attn", std::make_shared<Attention>(
                                       config.dim, config.heads, config.relative_positions,
                                       window > 0 ? Extent{window, window} : config.grid()))),
      mlp(register_module("mlp", std::make_shared<Mlp>(config.dim, config.dim * config.mlp_ratio,
                                                       Activation::gelu))),
      partition_before_norm_(config.partition_before_norm) {}

at::Tensor Block::attend(const at::Tensor& x, const Layout& layout) const {
  if (instead_of_attention) return instead_of_attention.replace(norm1->forward(x), layout);
  if (window == 0) return after_attention.replace(attn->forward(norm1->forward(x), layout), layout);
  const at::Tensor windows = partition_before_norm_ ? norm1->forward(partition(x, window))
                                                    : partition(norm1->forward(x), window);
  Layout inside = layout;
  inside.parts = windows.size(0) / x.size(0);
  inside.height = inside.width = window;
  const at::Tensor attended = after_attention.replace(attn->forward(windows, inside), inside);
  return join(attended, x.size(1), x.size(2));
}

at::Tensor Block::forward(at::Tensor x, const Layout& layout) const {
  x = before_attention.replace(x, layout);
  at::Tensor sum = x + attend(x, layout);
  if (beside_attention) sum = beside_attention.add(sum, norm1->forward(x), layout);
  sum = before_mlp.replace(sum, layout);
  const at::Tensor normed = norm2->forward(sum);
  return beside_mlp.add(sum + mlp->forward(normed), normed, layout);
}

Neck::Neck(std::int64_t dim, std::int64_t out)
    : reduce_(register_module(
          "0", std::make_shared<Convolution>(dim, out, 1, Convolution::Form{1, false}))),
      mix_(register_module(
          "2", std::make_shared<Convolution>(out, out, 3, Convolution::Form{1, false}))),
      norm1_(register_module("1", std::make_shared<ChannelNorm>(out))),
      norm2_(register_module("3", std::make_shared<ChannelNorm>(out))) {}

at::Tensor Neck::forward(const at::Tensor& tokens) const {
  const at::Tensor reduced = norm1_->forward(reduce_->forward(tokens.permute({0, 3, 1, 2})));
  return norm2_->forward(mix_->forward(reduced));
}

PatchEmbed::PatchEmbed(const EncoderConfig& config)
    : patch_(config.patch),
      proj_(register_module(
          "proj", std::make_shared<Convolution>(config.channels, config.dim, config.patch,
                                                Convolution::Form{config.patch, true}))) {}

at::Tensor PatchEmbed::forward(const at::Tensor& image) const {
  if (image.size(2) % patch_ != 0 || image.size(3) % patch_ != 0) {
    throw Error::input(fmt::format("SAM: an image of {} x {} pixels is not made of patches of {}",
                                   image.size(2), image.size(3), patch_));
  }
  return proj_->forward(image).permute({0, 2, 3, 1});
}

ImageEncoder::ImageEncoder(const EncoderConfig& config) : config_(config) {
  constexpr double kSpread = 0.02;
  const Extent grid = config.grid();
  pos_embed_ = register_parameter(
      "pos_embed", at::randn({1, grid.height, grid.width, config.dim}).mul_(kSpread));
  patch_embed_ = register_module("patch_embed", std::make_shared<PatchEmbed>(config));
  blocks_ = register_module("blocks", std::make_shared<List<Block>>());
  for (std::int64_t i = 0; i < config.depth; ++i) blocks_->add(config, i);
  neck_ = register_module("neck", std::make_shared<Neck>(config.dim, config.out_channels));
}

at::Tensor ImageEncoder::positions(std::int64_t height, std::int64_t width) const {
  const Extent table = config_.grid();
  if (table == Extent{height, width}) return pos_embed_;
  if (config_.position_fit == PositionFit::interpolate) {
    return at::upsample_bilinear2d(pos_embed_.permute({0, 3, 1, 2}), {height, width}, false)
        .permute({0, 2, 3, 1});
  }
  if (config_.position_fit == PositionFit::exact || height > table.height || width > table.width) {
    throw Error::input(
        fmt::format("SAM: a grid of {} x {} tokens does not fit the position table "
                    "of {} x {}",
                    height, width, table.height, table.width));
  }
  return pos_embed_.narrow(1, 0, height).narrow(2, 0, width);
}

at::Tensor ImageEncoder::embed(const at::Tensor& image) const {
  const at::Tensor tokens = patch_embed_->forward(image);
  return tokens + positions(tokens.size(1), tokens.size(2));
}

at::Tensor ImageEncoder::run(at::Tensor tokens, std::int64_t first, std::int64_t last,
                             std::int64_t depth) const {
  if (tokens.size(0) % depth != 0) {
    throw Error::internal(
        fmt::format("SAM: {} slices are no volumes of {}", tokens.size(0), depth));
  }
  const Layout layout{.volumes = tokens.size(0) / depth,
                      .depth = depth,
                      .parts = 1,
                      .height = tokens.size(1),
                      .width = tokens.size(2)};
  for (std::int64_t i = first; i < last; ++i) tokens = block(i).forward(tokens, layout);
  return tokens;
}

at::Tensor ImageEncoder::neck(const at::Tensor& tokens) const { return neck_->forward(tokens); }

at::Tensor ImageEncoder::forward(const at::Tensor& image, std::int64_t depth) const {
  return neck(run(embed(image), 0, config_.depth, depth));
}

ImageEncoder::Output ImageEncoder::forward_taps(const at::Tensor& image,
                                                const std::vector<std::int64_t>& taps,
                                                std::int64_t depth) const {
  Output output;
  at::Tensor tokens = embed(image);
  std::int64_t done = 0;
  for (const std::int64_t tap : taps) {
    tokens = run(tokens, done, tap + 1, depth);
    output.taps.push_back(tokens);
    done = tap + 1;
  }
  output.embedding = neck(run(tokens, done, config_.depth, depth));
  return output;
}

}  // namespace voxarena::sam
