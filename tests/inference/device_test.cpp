// The sliding window away from the CPU, on a device that refuses tensors of two devices as CUDA
// does.
#include <gtest/gtest.h>
#include <torch/nn/modules/conv.h>

#include "inference/sliding_window.h"
#include "tests/inference/fixtures.h"
#include "tests/support/shadow_device.h"

namespace voxarena {
namespace {

using testing::noise;

class ConvolutionModel final : public Model {
 public:
  torch::nn::Module& module() override { return *convolution_; }
  Loss loss(const Batch&) override { return {}; }
  at::Tensor predict(const at::Tensor& patches) override { return convolution_->forward(patches); }

 private:
  torch::nn::Conv3d convolution_{torch::nn::Conv3dOptions(2, 3, 3).padding(1)};
};

TEST(SlidingWindowOnADevice, AnswersAsOnTheCpu) {
  testing::register_shadow_device();
  RunContext context;
  context.quiet = true;
  context.threads = 2;
  ConvolutionModel model;
  for (const Extent& size : {Extent{9, 10, 11}, Extent{3, 10, 4}}) {
    const auto image = noise(2, size);
    SlidingWindow window(model, {6, 6, 6}, {.mirror_axes = {0, 2}, .deterministic = true});
    const auto expected = window.predict(image, context);
    ConvolutionModel moved;
    for (std::size_t i = 0; i < moved.module().parameters().size(); ++i) {
      moved.module().parameters()[i].data().copy_(model.module().parameters()[i].data());
    }
    testing::to_shadow(moved.module());
    SlidingWindow elsewhere(moved, {6, 6, 6}, {.mirror_axes = {0, 2}});
    const auto found = elsewhere.predict(image, context);
    ASSERT_EQ(found.size, expected.size);
    for (std::size_t i = 0; i < expected.values.size(); ++i) {
      EXPECT_NEAR(found.values[i], expected.values[i], 1e-5);
    }
  }
}

}  // namespace
}  // namespace voxarena
