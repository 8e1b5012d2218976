#include "plugins/masksam/prompt_generator.h"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/gelu.h>

#include <numeric>

#include "plugins/masksam/boxes.h"

namespace voxarena::masksam {
namespace {

// Averages over a grid of each slice; channels of all maps one after the other.
at::Tensor pooled(const std::vector<at::Tensor>& maps, std::int64_t rows, std::int64_t columns) {
  std::vector<at::Tensor> grids;
  for (const at::Tensor& map : maps) {  // (B, C, T, h, w)
    const at::Tensor grid = at::adaptive_avg_pool2d(map.flatten(1, 2), {rows, columns});
    grids.push_back(grid.unflatten(1, {map.size(1), map.size(2)}));
  }
  return at::cat(grids, 1);
}

}  // namespace

SkipPath::SkipPath(std::int64_t in, std::int64_t out, std::int64_t doublings, const Sizes& kernel)
    : ups_(register_module("ups", std::make_shared<sam::List<Upsampling>>())),
      blocks_(register_module("blocks", std::make_shared<sam::List<ConvBlock>>())) {
  for (std::int64_t i = 0; i < doublings; ++i) {
    ups_->add(i == 0 ? in : out, out);
    blocks_->add(out, out, kernel);
  }
}

at::Tensor SkipPath::forward(at::Tensor x) const {
  for (std::size_t i = 0; i < ups_->size(); ++i) x = (*blocks_)[i].forward((*ups_)[i].forward(x));
  return x;
}

PromptGenerator::PromptGenerator(const GeneratorConfig& config)
    : config_(config),
      first_(register_module("first", std::make_shared<sam::List<ConvBlock>>())),
      ups_(register_module("ups", std::make_shared<sam::List<Upsampling>>())),
      skips_(register_module("skips", std::make_shared<sam::List<SkipPath>>())),
      blocks_(register_module("blocks", std::make_shared<sam::List<ConvBlock>>())),
      fusions_(register_module("fusions", std::make_shared<sam::List<ConvBlock>>())) {
  const std::vector<std::int64_t>& channels = config.channels;
  first_->add(config.embedding, channels[0], config.kernels[0]);
  first_->add(channels[0], channels[0], config.kernels[0]);
  for (std::size_t s = 1; s < channels.size(); ++s) {
    ups_->add(channels[s - 1], channels[s]);
    skips_->add(config.tokens, channels[s], static_cast<std::int64_t>(s), config.kernels[s]);
    blocks_->add(2 * channels[s], channels[s], config.kernels[s]);
  }
  const std::int64_t last = channels.back();
  for (std::int64_t i = 0; i < config.extra_fusions; ++i)
    fusions_->add(2 * last, last, config.kernels.back());

  const std::int64_t all =
      std::accumulate(channels.begin(), channels.end(), config.extra_fusions * last);
  const std::int64_t n = config.queries;
  const Sizes one{1, 1, 1}, three{3, 3, 3};
  if (config.masks)
    mask_head_ = register_module("mask_head", std::make_shared<Convolution>(last, n, one));
  if (config.boxes) {
    box_head_ = register_module("box_head", std::make_shared<Convolution>(all, n, one, false));
    box_norm_ = register_module("box_norm", std::make_shared<InstanceNorm>(n, true));
  }
  if (config.classifier_tokens) {
    token_head_ = register_module("token_head", std::make_shared<Convolution>(all, n, three));
    token_norm_ = register_module("token_norm", std::make_shared<InstanceNorm>(n, true));
  }
}

AuxiliaryPrompts PromptGenerator::forward(const at::Tensor& embedding,
                                          const std::vector<at::Tensor>& taps) const {
  const std::vector<at::Tensor> maps = features(embedding, taps);
  AuxiliaryPrompts prompts;
  if (config_.masks) prompts.masks = mask_head_->forward(maps.back());
  if (config_.boxes) {
    const at::Tensor fractions =
        box_norm_->forward(box_head_->forward(pooled(maps, 2, 2))).sigmoid();  // (B, N, T, 2, 2)
    prompts.boxes = boxes_from_fractions(fractions.transpose(1, 2));
  }
  if (config_.classifier_tokens) {
    const at::Tensor grid = pooled(maps, config_.token_rows, config_.token_columns);
    const at::Tensor tokens = at::gelu(token_norm_->forward(token_head_->forward(grid)));
    prompts.classifier_tokens = tokens.transpose(1, 2).flatten(3);
  }
  return prompts;
}

std::vector<at::Tensor> PromptGenerator::features(const at::Tensor& embedding,
                                                  const std::vector<at::Tensor>& taps) const {
  std::vector<at::Tensor> maps{(*first_)[1].forward((*first_)[0].forward(embedding))};
  for (std::size_t s = 0; s < ups_->size(); ++s) {
    const at::Tensor up = (*ups_)[s].forward(maps.back()), skip = (*skips_)[s].forward(taps[s]);
    maps.push_back((*blocks_)[s].forward(at::cat({up, skip}, 1)));
  }
  // As released, these taps go through the last stage's skip path too.
  const SkipPath& shared = (*skips_)[skips_->size() - 1];
  for (std::size_t i = 0; i < fusions_->size(); ++i) {
    const at::Tensor skip = shared.forward(taps[ups_->size() + i]);
    maps.push_back((*fusions_)[i].forward(at::cat({maps.back(), skip}, 1)));
  }
  return maps;
}

}  // namespace voxarena::masksam
