#include "voxarena/plugin/model_cost.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include "voxarena/plugin/network.h"

namespace voxarena {
namespace {

class Mixed : public Network {
 public:
  Mixed() {
    down_ = register_module(
        "down", torch::nn::Conv3d(torch::nn::Conv3dOptions(2, 4, 3).stride({1, 2, 2}).padding(1)));
    up_ = register_module(
        "up", torch::nn::ConvTranspose3d(
                  torch::nn::ConvTranspose3dOptions(4, 3, {1, 2, 2}).stride({1, 2, 2})));
    frozen_ = register_module("frozen", torch::nn::Linear(4, 4));
    frozen_->weight.set_requires_grad(false);
  }
  at::Tensor forward(const at::Tensor& x) override {
    const at::Tensor small = down_->forward(x);
    const at::Tensor tokens =
        frozen_->forward(small.flatten(2).transpose(1, 2)).unsqueeze(1);  // (B, 1, N, 4)
    const at::Tensor mixed = at::scaled_dot_product_attention(tokens, tokens, tokens).squeeze(1);
    return up_->forward(mixed.transpose(1, 2).reshape(small.sizes()));
  }

 private:
  torch::nn::Conv3d down_{nullptr};
  torch::nn::ConvTranspose3d up_{nullptr};
  torch::nn::Linear frozen_{nullptr};
};

TEST(ModelCost, EqualsTheCountByHand) {
  const std::unique_ptr<Model> mixed = model<Mixed>();
  const ModelCost cost = measure_cost(*mixed, {1, 2, 4, 6, 8});
  const std::int64_t down = 4 * 2 * 27 + 4, up = 4 * 3 * 4 + 3, frozen = 4 * 4 + 4;
  EXPECT_EQ(cost.parameters, down + up + frozen);
  EXPECT_EQ(cost.trained_parameters, down + up + 4);
  const double tokens = 4 * 3 * 4;  // voxels after the strided convolution
  const double convolution = 2 * tokens * 4 * (2 * 27);
  const double linear = 2 * tokens * 4 * 4;
  const double attention = 2 * tokens * tokens * (4 + 4);
  const double transposed = 2 * tokens * 4 * (3 * 4);
  EXPECT_EQ(cost.flops, convolution + linear + attention + transposed);
}

TEST(ModelCost, CountsTheSameTwice) {
  const std::unique_ptr<Model> mixed = model<Mixed>();
  const ModelCost once = measure_cost(*mixed, {1, 2, 4, 6, 8});
  EXPECT_EQ(measure_cost(*mixed, {1, 2, 4, 6, 8}).flops, once.flops);
  EXPECT_EQ(measure_cost(*mixed, {2, 2, 4, 6, 8}).flops, 2 * once.flops);
  EXPECT_EQ(measure_cost(*mixed, {2, 2, 4, 6, 8}).parameters, once.parameters);
}

}  // namespace
}  // namespace voxarena
