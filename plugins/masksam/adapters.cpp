#include "plugins/masksam/adapters.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/matmul.h>

#include "voxarena/nn/layers.h"

namespace voxarena::masksam {
namespace {

constexpr std::int64_t kReduction = 4;
constexpr double kNormEpsilon = 1e-6, kBesideScale = 0.5;

at::Tensor place(const at::Tensor& x, const at::Tensor& out, Placement placement) {
  return placement == Placement::after ? x + out : kBesideScale * out;
}

}  // namespace

DConvAdapter::DConvAdapter(std::int64_t width, Placement placement, bool released_order)
    : placement_(placement), released_order_(released_order) {
  const std::int64_t hidden = width / kReduction;
  constexpr std::int64_t kFanIn = 27;
  down_ = register_module("down", std::make_shared<sam::Linear>(width, hidden));
  weight_ = register_parameter("weight", nn::default_uniform({hidden, 1, 3, 3, 3}, kFanIn));
  bias_ = register_parameter("bias", nn::default_uniform({hidden}, kFanIn));
  norm_ = register_module("norm", std::make_shared<sam::LayerNorm>(hidden, kNormEpsilon));
  up_ = register_module("up", std::make_shared<sam::Linear>(hidden, width));
}

at::Tensor DConvAdapter::forward(const at::Tensor& x, const sam::Layout& layout) {
  const at::Tensor u = at::gelu(down_->forward(x));
  const at::Tensor v = at::gelu(norm_->forward(depth_wise(u, layout)));
  return place(x, up_->forward(u + v), placement_);
}

// LibTorch's depth-wise 3-D convolution is slow; three 2-D ones, shifted by a slice and summed, are
// the same.
at::Tensor DConvAdapter::depth_wise(const at::Tensor& u, const sam::Layout& layout) const {
  const std::int64_t channels = u.size(-1), slices = layout.depth;
  const std::int64_t parts = released_order_ ? 1 : layout.parts;
  const at::Tensor image =  // channels last in memory
      u.reshape({u.size(0), layout.height, layout.width, channels}).permute({0, 3, 1, 2});
  const auto tap = [&](std::int64_t depth, const at::Tensor& bias) {
    return at::conv2d(image, weight_.select(2, depth), bias, 1, 1, 1, channels)
        .permute({0, 2, 3, 1})
        .reshape({-1, slices, parts * layout.height * layout.width * channels});
  };
  at::Tensor sum = tap(1, bias_);
  if (slices > 1) {
    sum.narrow(1, 1, slices - 1) += tap(0, {}).narrow(1, 0, slices - 1);
    sum.narrow(1, 0, slices - 1) += tap(2, {}).narrow(1, 1, slices - 1);
  }
  return sum.view(u.sizes());
}

DMlpAdapter::DMlpAdapter(std::int64_t width, std::int64_t slices, Placement placement)
    : placement_(placement),
      down_(register_module("down", std::make_shared<sam::Linear>(width, width / kReduction))),
      up_(register_module("up", std::make_shared<sam::Linear>(width / kReduction, width))),
      widen_(register_module("widen", std::make_shared<sam::Linear>(slices, 4 * slices))),
      narrow_(register_module("narrow", std::make_shared<sam::Linear>(4 * slices, slices))) {}

at::Tensor DMlpAdapter::forward(const at::Tensor& x, const sam::Layout& layout) {
  const auto along_slices = [](const sam::Linear& layer, const at::Tensor& volume) {
    return at::matmul(layer.weight, volume) + layer.bias.unsqueeze(-1);
  };
  const at::Tensor u = at::gelu(down_->forward(x));
  const at::Tensor volume = u.reshape({layout.volumes, layout.depth, -1});
  const at::Tensor v = along_slices(*narrow_, at::gelu(along_slices(*widen_, volume)));
  return place(x, up_->forward(u + v.view(u.sizes())), placement_);
}

}  // namespace voxarena::masksam
