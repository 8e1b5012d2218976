// The network against the same in Python (tests/golden/incontext).
#include "plugins/fewshot/incontext/network.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "voxarena/core/json.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena::fewshot {
namespace {

at::Tensor wave(double start, double step, std::int64_t count) {
  return at::sin(at::arange(count, at::kDouble) * step + start);
}

// The formula of make.py, over the tensors by name.
void fill(InContextNetwork& network) {
  const at::NoGradGuard no_grad;
  double k = 0;
  for (const auto& [name, tensor] : state_dict(network)) {
    const std::int64_t count = tensor.numel();
    const double fan_in = static_cast<double>(count) / static_cast<double>(tensor.size(0));
    const double scale = tensor.dim() > 1 ? std::sqrt(2 / fan_in) : 0.1;
    const bool norm = name.find("norm") != std::string::npos && name.ends_with("weight");
    const at::Tensor values = wave(0.1 + 0.37 * k, 0.73, count) * scale + (norm ? 1.0 : 0.0);
    tensor.copy_(values.view(tensor.sizes()));
    ++k;
  }
}

TEST(InContextNetwork, EqualsThePythonNetwork) {
  const Json golden = read_json(VOXARENA_SOURCE_DIR "/tests/golden/incontext/network.json");
  InContextNetwork network;
  std::vector<std::string> names;
  std::int64_t parameters = 0;
  for (const auto& [name, tensor] : state_dict(network)) {
    names.push_back(name);
    parameters += tensor.numel();
  }
  EXPECT_EQ(parameters, golden["parameters"].get<std::int64_t>());
  EXPECT_EQ(names, golden["names"].get<std::vector<std::string>>());

  fill(network);
  prepare_network(network, "cpu");
  const std::vector<std::int64_t> size{1, 3, 1, kSide, kSide};
  const std::int64_t count = 3 * kSide * kSide;
  const at::Tensor images = (wave(0, 0.013, count) * std::sqrt(2.0)).view(size).to(at::kFloat);
  const at::Tensor masks = wave(0.5, 0.007, count).gt(0).to(at::kFloat).view(size);
  const at::NoGradGuard no_grad;
  const at::Tensor logits = network.leave_one_out(images, masks).flatten();
  const auto expected = golden["every_61st"].get<std::vector<double>>();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(logits[static_cast<std::int64_t>(61 * i)].item<double>(), expected[i], 1e-4)
        << "pixel " << 61 * i;
  }
}

TEST(InContextNetwork, DoesNotCareAboutTheOrderOfItsMemory) {
  const at::NoGradGuard no_grad;
  torch::manual_seed(1);
  InContextNetwork network;
  const at::Tensor images = at::randn({4, 1, kSide, kSide});
  const at::Tensor masks = at::rand({3, 1, kSide, kSide}).gt(0.5).to(at::kFloat);
  const SliceFeatures features = network.encode(images);
  const at::Tensor map = features.map.slice(0, 1);
  const auto answer = [&](const std::vector<std::int64_t>& order) {
    const at::Tensor chosen = at::tensor(order);
    const auto memory = [&](const at::Tensor& tokens) {
      return tokens.index_select(0, chosen).reshape({1, -1, kWidth});
    };
    return network.decode(features.select(at::tensor({std::int64_t{0}})),
                          memory(network.memory_keys(map)),
                          memory(network.memory_values(map, masks)));
  };
  EXPECT_TRUE(at::allclose(answer({0, 1, 2}), answer({2, 0, 1}), 1e-4, 1e-4));
}

}  // namespace
}  // namespace voxarena::fewshot
