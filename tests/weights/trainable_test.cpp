#include "voxarena/weights/trainable.h"

#include <gtest/gtest.h>
#include <torch/nn.h>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

struct Small : torch::nn::Module {
  torch::nn::Linear encoder{register_module("encoder", torch::nn::Linear(3, 4))};
  torch::nn::Linear head{register_module("head", torch::nn::Linear(4, 2))};
};

TEST(Trainable, MatchesNamesWithAnyNumberOfStars) {
  EXPECT_TRUE(matches("blocks.3.attn.delta.up", "*.delta.*"));
  EXPECT_TRUE(matches("a.b", "a.b"));
  EXPECT_TRUE(matches("a.b", "*"));
  EXPECT_FALSE(matches("a.b", "a"));
  EXPECT_FALSE(matches("a", "a.*"));
  EXPECT_TRUE(matches_any("a.b", {"c*", "*b"}));
  EXPECT_FALSE(matches_any("a.b", {}));
}

TEST(Trainable, SelectsParametersByName) {
  Small network;
  const auto trained = [&] {
    std::vector<std::string> names;
    for (const auto& parameter : network.named_parameters()) {
      if (parameter.value().requires_grad()) names.push_back(parameter.key());
    }
    return names;
  };
  EXPECT_EQ(trained().size(), 4U);
  freeze(network);
  EXPECT_TRUE(trained().empty());
  train_matching(network, {"head.*"});
  EXPECT_EQ(trained(), (std::vector<std::string>{"head.weight", "head.bias"}));
  train_matching(network, {"*.bias"}, false);
  EXPECT_EQ(trained(), std::vector<std::string>{"head.weight"});
}

TEST(Trainable, RefusesAPatternThatFitsNothing) {
  Small network;
  EXPECT_THROW(train_matching(network, {"decoder.*"}), Error);
}

}  // namespace
}  // namespace voxarena
