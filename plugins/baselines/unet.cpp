#include "plugins/baselines/unet.h"

#include <ATen/ops/cat.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "voxarena/core/error.h"

namespace voxarena::baselines {

Decoder::Decoder(const Architecture& architecture, std::int64_t classes)
    : stages_(register_module("stages", std::make_shared<List<ConvStack>>())),
      transpconvs_(register_module("transpconvs", std::make_shared<List<TransposedConvolution>>())),
      seg_layers_(register_module("seg_layers", std::make_shared<List<Convolution>>())) {
  const std::vector<std::int64_t>& features = architecture.features;
  const Sizes ones(architecture.strides.front().size(), 1);
  for (std::size_t d = 0; d + 1 < features.size(); ++d) {
    const std::size_t from = features.size() - 1 - d, to = from - 1;
    transpconvs_->add(features[from], features[to], architecture.strides[from]);
    stages_->add(architecture.convs_per_decoder_stage[d], 2 * features[to], features[to],
                 architecture.kernel_sizes[to], ones);
    seg_layers_->add(features[to], classes, ones, ones);
  }
}

std::vector<at::Tensor> Decoder::forward(const std::vector<at::Tensor>& skips,
                                         std::size_t count) const {
  std::vector<at::Tensor> logits;
  at::Tensor x = skips.back();
  for (std::size_t d = 0; d < stages_->size(); ++d) {
    const at::Tensor& skip = skips[skips.size() - 2 - d];
    x = (*stages_)[d].forward(at::cat({(*transpconvs_)[d].forward(x), skip}, 1));
    if (d + count >= stages_->size()) logits.push_back((*seg_layers_)[d].forward(x));
  }
  std::ranges::reverse(logits);
  return logits;
}

UNet::UNet(std::shared_ptr<Encoder> encoder, const Plan& plan, bool deep_supervision)
    : divisor_(plan.architecture().strides.front().size(), 1),
      deep_supervision_(deep_supervision),
      encoder_(register_module("encoder", std::move(encoder))),
      decoder_(register_module("decoder",
                               std::make_shared<Decoder>(plan.architecture(), plan.classes))) {
  for (const Sizes& stride : plan.architecture().strides) {
    for (std::size_t axis = 0; axis < divisor_.size(); ++axis) divisor_[axis] *= stride[axis];
  }
}

at::Tensor UNet::forward(const at::Tensor& x) {
  check_size(x);
  return decoder_->forward(encoder_->forward(x), 1).front();
}

std::vector<at::Tensor> UNet::forward_scales(const at::Tensor& x) {
  check_size(x);
  return decoder_->forward(encoder_->forward(x), deep_supervision_ ? decoder_->scales() : 1);
}

void UNet::check_size(const at::Tensor& x) const {
  const auto size = x.sizes().slice(2);
  bool fits = size.size() == divisor_.size();
  for (std::size_t axis = 0; fits && axis < size.size(); ++axis)
    fits = size[axis] % divisor_[axis] == 0;
  if (fits) return;
  throw Error::input(
      fmt::format("a patch of {} voxels does not fit the network", fmt::join(size, " x ")),
      fmt::format("every axis must be a multiple of {}", fmt::join(divisor_, ", ")));
}

void check_architecture(const Plan& plan, const std::string& network_class) {
  const Architecture& a = plan.architecture();
  const std::size_t stages = a.features.size(), axes = plan.patch_size().size();
  const auto complain = [](const std::string& what) {
    throw Error::input("plan: architecture: " + what,
                       "plan the data set again or correct the plans file");
  };
  if (a.network_class != network_class)
    complain(fmt::format("network_class is {}, not {}", a.network_class, network_class));
  if (stages < 2) complain("a U-Net needs at least two stages");
  if (a.kernel_sizes.size() != stages || a.strides.size() != stages ||
      a.blocks_per_stage.size() != stages || a.convs_per_decoder_stage.size() != stages - 1) {
    complain(
        fmt::format("the lists of kernels, strides and blocks do not describe {} stages", stages));
  }
  const auto sized = [axes](const Sizes& sizes) {
    return sizes.size() == axes &&
           std::ranges::all_of(sizes, [](std::int64_t size) { return size >= 1; });
  };
  if (!std::ranges::all_of(a.kernel_sizes, sized) || !std::ranges::all_of(a.strides, sized)) {
    complain(fmt::format("kernels and strides need {} positive entries per stage", axes));
  }
  const auto positive = [](auto number) { return number >= 1; };
  if (!std::ranges::all_of(a.features, positive) ||
      !std::ranges::all_of(a.blocks_per_stage, positive) ||
      !std::ranges::all_of(a.convs_per_decoder_stage, positive)) {
    complain("features and numbers of blocks must be positive");
  }
}

}  // namespace voxarena::baselines
