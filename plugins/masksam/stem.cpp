#include "plugins/masksam/network.h"

namespace voxarena::masksam {
namespace {

const Sizes kThree{3, 3, 3};

}  // namespace

Stem::Stem(std::int64_t channels, std::int64_t scale) {
  constexpr std::int64_t kImage = 3;  // SAM sees colours
  if (scale == 1) {
    constexpr std::int64_t kHidden = 8;
    first_ = register_module("first", std::make_shared<ConvBlock>(channels, kHidden, kThree));
    last_ = register_module("last", std::make_shared<ConvBlock>(kHidden, kImage, kThree));
    return;
  }
  constexpr std::int64_t kCoarse = 16, kFine = 32;
  first_ = register_module("first", std::make_shared<ConvBlock>(channels, kCoarse, kThree));
  up1_ = register_module("up1", std::make_shared<UpsamplingBlock>(kCoarse, kCoarse));
  up2_ = register_module("up2", std::make_shared<UpsamplingBlock>(kCoarse, kFine));
  middle_ = register_module("middle", std::make_shared<ConvBlock>(kFine, kFine, kThree));
  last_ = register_module("last", std::make_shared<ConvBlock>(kFine, kImage, kThree));
}

at::Tensor Stem::forward(at::Tensor x) const {
  x = first_->forward(x);
  if (up1_) x = middle_->forward(up2_->forward(up1_->forward(x)));
  return last_->forward(x);
}

MaskConvolutions::MaskConvolutions(std::int64_t queries) {
  constexpr std::int64_t kHidden = 64;
  first_ = register_module("first", std::make_shared<ConvBlock>(queries, kHidden, kThree));
  up1_ = register_module("up1", std::make_shared<UpsamplingBlock>(kHidden, kHidden));
  up2_ = register_module("up2", std::make_shared<UpsamplingBlock>(kHidden, kHidden));
  last_ = register_module("last", std::make_shared<Convolution>(kHidden, queries, kThree));
}

at::Tensor MaskConvolutions::forward(const at::Tensor& masks) const {
  return last_->forward(up2_->forward(up1_->forward(first_->forward(masks))));
}

}  // namespace voxarena::masksam
