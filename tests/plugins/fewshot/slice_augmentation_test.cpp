#include "plugins/fewshot/incontext/slice_augmentation.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linspace.h>
#include <gtest/gtest.h>

namespace voxarena::fewshot {
namespace {

// A bright disc and its mask, four times.
LabelledSlices discs() {
  const at::Tensor x = at::linspace(-1, 1, 64);
  const at::Tensor squares = x.square().view({1, 1, 1, 64}) + x.square().view({1, 1, 64, 1});
  const at::Tensor mask = squares.lt(0.25).to(at::kFloat).expand({4, 1, 64, 64}).contiguous();
  return {(mask - mask.mean({2, 3}, true)) / mask.std(at::IntArrayRef{2, 3}, true, true), mask};
}

double largest(const at::Tensor& x) { return x.abs().max().item<double>(); }

TEST(AugmentedSlices, KeepImageAndMaskTogether) {
  TaskRandom random(1, 0);
  const LabelledSlices changed = augmented(discs(), random);
  const at::Tensor bright = changed.images.gt(0.5).to(at::kFloat);
  const double dice =
      (2 * (bright * changed.masks).sum() / (bright.sum() + changed.masks.sum())).item<double>();
  EXPECT_GT(dice, 0.95);
}

TEST(AugmentedSlices, AreStandardisedAndEachChangedInItsOwnWay) {
  TaskRandom random(1, 0);
  const LabelledSlices changed = augmented(discs(), random);
  EXPECT_LT(largest(changed.images.mean({2, 3})), 1e-5);
  EXPECT_LT(largest(changed.images.std(at::IntArrayRef{2, 3}, true, false) - 1), 1e-3);
  EXPECT_GE(changed.masks.min().item<float>(), 0);
  EXPECT_LE(changed.masks.max().item<float>(), 1);
  EXPECT_GT(largest(changed.masks[0] - discs().masks[0]), 0.5);
  EXPECT_GT(largest(changed.masks[0] - changed.masks[1]), 0.5);
}

TEST(AugmentedSlices, DependOnTheStreamAlone) {
  TaskRandom once(3, 7), again(3, 7);
  EXPECT_TRUE(augmented(discs(), once).images.equal(augmented(discs(), again).images));
}

}  // namespace
}  // namespace voxarena::fewshot
