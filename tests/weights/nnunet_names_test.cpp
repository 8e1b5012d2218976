#include "voxarena/weights/nnunet_names.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "tests/support/expect_error.h"
#include "voxarena/core/json.h"

namespace voxarena {
namespace {

const Json& golden() {
  static const Json json = read_json(std::filesystem::path(VOXARENA_SOURCE_DIR) /
                                     "tests/golden/nnunet_files/names.json");
  return json;
}

// A tensor of its own for every parameter.
NamedTensors parameters(const Json& names) {
  NamedTensors out;
  for (const auto& name : names)
    out.emplace_back(name.get<std::string>(), torch::full({1}, static_cast<int>(out.size())));
  return out;
}

TEST(NnunetNames, StateDictHasPythonsKeysInItsOrder) {
  for (const auto& [network, names] : golden().items()) {
    const NamedTensors own = parameters(names["parameters"]);
    const NamedTensors whole = with_second_names(own);
    std::vector<std::string> keys;
    for (const auto& [name, tensor] : whole) keys.push_back(name);
    EXPECT_EQ(keys, names["state_dict"].get<std::vector<std::string>>()) << network;
  }
}

TEST(NnunetNames, SecondNamesGoAgain) {
  for (const auto& [network, names] : golden().items()) {
    const NamedTensors own = parameters(names["parameters"]);
    const NamedTensors whole = with_second_names(own);
    const TensorMap left = without_second_names({whole.begin(), whole.end()}, "m.pth");
    ASSERT_EQ(left.size(), own.size()) << network;
    for (const auto& [name, tensor] : own) EXPECT_TRUE(torch::equal(left.at(name), tensor)) << name;
  }
}

TEST(NnunetNames, ASecondTensorThatDiffersIsAnError) {
  const at::Tensor zero = torch::zeros({1}), one = torch::ones({1});
  EXPECT_INPUT_ERROR(without_second_names({{"encoder.stem.convs.0.conv.weight", zero},
                                           {"encoder.stem.convs.0.all_modules.0.weight", one}},
                                          "m.pth"),
                     "m.pth: 'encoder.stem.convs.0.all_modules.0.weight'");
  EXPECT_INPUT_ERROR(
      without_second_names({{"encoder.a", zero}, {"decoder.encoder.a", one}}, "m.pth"),
      "are one tensor in nnU-Net, but differ");
}

TEST(NnunetNames, UnknownNamesStay) {
  const TensorMap tensors{{"image_encoder.weight", torch::ones({1})},
                          {"x.all_modules.0.weight", torch::ones({1})}};
  EXPECT_EQ(without_second_names(tensors, "m.pth").size(), 2U);
}

}  // namespace
}  // namespace voxarena
