#include "tests/support/shadow_device.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/instancenorm.h>

namespace voxarena::testing {
namespace {

class ShadowDevice : public ::testing::Test {
 protected:
  void SetUp() override { register_shadow_device(); }
};

TEST_F(ShadowDevice, ComputesAsTheCpuDoes) {
  const at::Tensor a = at::rand({2, 3, 8, 8, 8}), b = at::rand({2, 3, 8, 8, 8});
  const at::Tensor sum = a.to(shadow_device()) + b.to(shadow_device());
  EXPECT_EQ(sum.device(), shadow_device());
  EXPECT_TRUE(at::equal(sum.cpu(), a + b));
}

TEST_F(ShadowDevice, RefusesMixedDevicesButNotScalars) {
  const at::Tensor a = at::rand({4}).to(shadow_device());
  EXPECT_THROW(a + at::rand({4}), c10::Error);
  EXPECT_NO_THROW(a + at::scalar_tensor(2.0));
  const at::Tensor image = at::rand({1, 1, 4, 4}).to(shadow_device());
  EXPECT_THROW(at::conv2d(image, at::rand({1, 1, 1, 1})), c10::Error);
}

TEST_F(ShadowDevice, TrainsANetworkLikeTheCpu) {
  at::manual_seed(1);
  torch::nn::Sequential network(
      torch::nn::Conv3d(2, 4, 3),
      torch::nn::InstanceNorm3d(torch::nn::InstanceNormOptions(4).affine(true)),
      torch::nn::LeakyReLU(), torch::nn::ConvTranspose3d(4, 3, 2));
  auto moved = std::dynamic_pointer_cast<torch::nn::SequentialImpl>(network->clone());
  to_shadow(*moved);
  const at::Tensor x = at::rand({2, 2, 6, 6, 6});
  const at::Tensor target = at::randint(3, {2, 5, 5, 5}, at::kLong);
  at::cross_entropy_loss(network->forward(x), target).backward();
  at::cross_entropy_loss(moved->forward(x.to(shadow_device())), target.to(shadow_device()))
      .backward();
  const auto expected = network->parameters(), found = moved->parameters();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(found[i].grad().device(), shadow_device());
    EXPECT_TRUE(at::allclose(found[i].grad().cpu(), expected[i].grad(), 1e-4, 1e-6));
  }
}

}  // namespace
}  // namespace voxarena::testing
