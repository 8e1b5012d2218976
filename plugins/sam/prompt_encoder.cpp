#include "plugins/sam/prompt_encoder.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/meshgrid.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <numbers>

namespace voxarena::sam {
namespace {

enum Corner : std::size_t { kBackground, kForeground, kTopLeft, kBottomRight, kEmbeddings };

}  // namespace

PositionCode::PositionCode(std::int64_t dim)
    : matrix_(register_buffer("positional_encoding_gaussian_matrix", at::randn({2, dim / 2}))) {}

at::Tensor PositionCode::forward(const at::Tensor& coordinates) const {
  const at::Tensor angle = at::matmul(2 * coordinates - 1, matrix_) * (2 * std::numbers::pi);
  return at::cat({angle.sin(), angle.cos()}, -1);
}

MaskDownscaling::MaskDownscaling(const PromptConfig& config) {
  const auto convolution = [this](const char* name, std::int64_t in, std::int64_t out,
                                  std::int64_t kernel) {
    return register_module(
        name, std::make_shared<Convolution>(in, out, kernel, Convolution::Form{kernel, true}));
  };
  const std::int64_t middle = config.mask_channels / 4;
  first_ = convolution("0", 1, middle, 2);
  norm1_ = register_module("1", std::make_shared<ChannelNorm>(middle));
  second_ = convolution("3", middle, config.mask_channels, 2);
  norm2_ = register_module("4", std::make_shared<ChannelNorm>(config.mask_channels));
  last_ = convolution("6", config.mask_channels, config.dim, 1);
}

at::Tensor MaskDownscaling::forward(const at::Tensor& masks) const {
  const at::Tensor half = activate(norm1_->forward(first_->forward(masks)), Activation::gelu);
  const at::Tensor quarter = activate(norm2_->forward(second_->forward(half)), Activation::gelu);
  return last_->forward(quarter);
}

PromptEncoder::PromptEncoder(const PromptConfig& config)
    : config_(config),
      pe_layer_(register_module("pe_layer", std::make_shared<PositionCode>(config.dim))),
      point_embeddings_(register_module("point_embeddings", std::make_shared<List<Embedding>>())),
      not_a_point_embed_(
          register_module("not_a_point_embed", std::make_shared<Embedding>(1, config.dim))),
      no_mask_embed_(register_module("no_mask_embed", std::make_shared<Embedding>(1, config.dim))),
      mask_downscaling_(
          register_module("mask_downscaling", std::make_shared<MaskDownscaling>(config))) {
  for (std::size_t i = 0; i < kEmbeddings; ++i) point_embeddings_->add(1, config.dim);
}

at::Tensor PromptEncoder::code_pixels(const at::Tensor& pixels) const {
  const at::Tensor frame = at::tensor({static_cast<float>(config_.frame.width),
                                       static_cast<float>(config_.frame.height)})
                               .to(pixels.device());
  return pe_layer_->forward(pixels / frame);
}

at::Tensor PromptEncoder::embed_points(const at::Tensor& points, const at::Tensor& labels,
                                       bool pad) const {
  at::Tensor places = points + 0.5, kinds = labels;
  if (pad) {  // a point that is none
    places = at::cat({places, at::zeros({points.size(0), 1, 2}, points.options())}, 1);
    kinds = at::cat({labels, at::full({points.size(0), 1}, -1, labels.options())}, 1);
  }
  kinds = kinds.unsqueeze(2);
  const at::Tensor code = at::where(kinds == -1, not_a_point_embed_->weight, code_pixels(places));
  return code + (kinds == 0) * (*point_embeddings_)[kBackground].weight +
         (kinds == 1) * (*point_embeddings_)[kForeground].weight;
}

at::Tensor PromptEncoder::embed_boxes(const at::Tensor& boxes) const {
  const at::Tensor corners = at::cat(
      {(*point_embeddings_)[kTopLeft].weight, (*point_embeddings_)[kBottomRight].weight}, 0);
  return code_pixels(boxes.reshape({-1, 2, 2}) + 0.5) + corners;
}

PromptEmbedding PromptEncoder::forward(const Prompts& prompts, Extent grid) const {
  std::vector<at::Tensor> tokens;
  if (prompts.points.defined())
    tokens.push_back(embed_points(prompts.points, prompts.labels, !prompts.boxes.defined()));
  if (prompts.boxes.defined()) tokens.push_back(embed_boxes(prompts.boxes));

  PromptEmbedding out;
  out.dense = prompts.masks.defined() ? mask_downscaling_->forward(prompts.masks)
                                      : no_mask_embed_->weight.view({1, -1, 1, 1})
                                            .expand({1, config_.dim, grid.height, grid.width});
  out.sparse = tokens.empty() ? at::zeros({out.dense.size(0), 0, config_.dim}, out.dense.options())
                              : at::cat(tokens, 1);
  return out;
}

at::Tensor PromptEncoder::grid_code(Extent grid) const {
  const at::TensorOptions options = no_mask_embed_->weight.options();
  const auto centres = [&](std::int64_t count) {
    return (at::arange(count, options) + 0.5) * config_.patch;
  };
  const std::vector<at::Tensor> place =
      at::meshgrid({centres(grid.height), centres(grid.width)}, "ij");
  return code_pixels(at::stack({place[1], place[0]}, -1)).permute({2, 0, 1}).unsqueeze(0);
}

}  // namespace voxarena::sam
