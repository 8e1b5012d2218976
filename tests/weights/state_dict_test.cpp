#include "voxarena/weights/state_dict.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

struct TinyNet : torch::nn::Module {
  TinyNet() {
    register_module("conv", torch::nn::Conv3d(torch::nn::Conv3dOptions(1, 2, 3)));
    register_module("norm", torch::nn::BatchNorm3d(2));
  }
};

TEST(StateDict, NamesParametersAndBuffers) {
  const TinyNet net;
  std::vector<std::string> names;
  for (const auto& [name, tensor] : state_dict(net)) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"conv.bias", "conv.weight", "norm.bias",
                                             "norm.num_batches_tracked", "norm.running_mean",
                                             "norm.running_var", "norm.weight"}));
}

TEST(StateDict, CopiesEveryValue) {
  const TinyNet from;
  TinyNet to;
  load_exactly(to, state_dict(from), "from");
  for (const auto& [name, tensor] : state_dict(from))
    EXPECT_TRUE(torch::equal(tensor, state_dict(to).at(name))) << name;
  EXPECT_TRUE(to.parameters()[0].requires_grad());
}

TEST(StateDict, ReportsWhatDoesNotFit) {
  TinyNet net;
  TensorMap tensors = state_dict(TinyNet());
  tensors.erase("norm.weight");
  tensors["head.weight"] = torch::ones({1});
  tensors["conv.bias"] = torch::full({2}, 5.0, torch::kDouble);
  tensors["conv.weight"] = torch::ones({4, 1, 3, 3, 3});
  const LoadReport report = load_state_dict(net, tensors);
  EXPECT_FALSE(report.exact());
  EXPECT_EQ(report.missing, std::vector<std::string>{"norm.weight"});
  EXPECT_EQ(report.unexpected, std::vector<std::string>{"head.weight"});
  EXPECT_EQ(
      report.mismatched,
      std::vector<std::string>{"conv.weight: file 4 x 1 x 3 x 3 x 3, network 2 x 1 x 3 x 3 x 3"});
  EXPECT_EQ(report.loaded.size(), 5U);
  EXPECT_EQ(state_dict(net).at("conv.bias")[0].item<float>(), 5.0F)
      << "float64 of the file becomes float32";
  EXPECT_EQ(
      report.text(),
      "5 of 7 tensors fit\n  missing (1): norm.weight\n  unexpected (1): head.weight\n"
      "  of another shape (1): conv.weight: file 4 x 1 x 3 x 3 x 3, network 2 x 1 x 3 x 3 x 3");
}

TEST(StateDict, ExactLoadingLeavesTheNetworkAloneOnAMisfit) {
  TinyNet net;
  TensorMap tensors = state_dict(TinyNet());
  tensors["conv.bias"] = torch::full({2}, 5.0);
  tensors.erase("norm.weight");
  try {
    load_exactly(net, tensors, "model.safetensors");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("model.safetensors"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("norm.weight"), std::string::npos);
  }
  EXPECT_NE(state_dict(net).at("conv.bias")[0].item<float>(), 5.0F);
}

TEST(StateDict, TrainedPartLeavesFrozenParametersOut) {
  TinyNet from, to;
  for (TinyNet* net : {&from, &to}) {
    for (auto& parameter : net->named_parameters())
      parameter.value().set_requires_grad(parameter.key() == "norm.bias");
  }
  TensorMap trained = trained_state_dict(from);
  EXPECT_EQ(trained.size(), 4U);  // the bias and three buffers
  trained["norm.bias"] = torch::full({2}, 7.0);
  const at::Tensor frozen = state_dict(to).at("conv.weight").clone();
  load_trained(to, trained, "from");
  EXPECT_EQ(state_dict(to).at("norm.bias")[1].item<float>(), 7.0F);
  EXPECT_TRUE(torch::equal(state_dict(to).at("conv.weight"), frozen));
  EXPECT_THROW(load_exactly(to, trained, "from"), Error);
  trained.erase("norm.bias");
  EXPECT_THROW(load_trained(to, trained, "from"), Error);
}

}  // namespace
}  // namespace voxarena
