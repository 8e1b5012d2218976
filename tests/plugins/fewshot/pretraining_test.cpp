#include "plugins/fewshot/incontext/pretraining.h"

#include <gtest/gtest.h>

#include "plugins/fewshot/incontext/network.h"
#include "tests/plugins/fewshot/made_up_cases.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/plugin/registry.h"
#include "voxarena/weights/safetensors.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena::fewshot {
namespace {

namespace fs = std::filesystem;
using testing::quiet;

std::string train(const fs::path& output, std::int64_t steps) {
  pretrain_incontext({.output = output, .steps = steps}, quiet());
  return test::read_text(output);
}

// As a signal: the run ends after its current step, with a checkpoint.
void train_one_step(const fs::path& output, std::int64_t steps) {
  RunContext context = quiet();
  context.stop->store(true);
  try {
    pretrain_incontext({.output = output, .steps = steps}, context);
    ADD_FAILURE() << "was not interrupted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::interrupted);
  }
}

TEST(Pretraining, InterruptedItEndsWithTheSameBytes) {
  const test::TemporaryFolder folder;
  const std::string straight = train(folder / "straight.safetensors", 4);
  const fs::path file = folder / "interrupted.safetensors";
  for (int i = 0; i < 2; ++i) train_one_step(file, 4);
  EXPECT_FALSE(fs::exists(file));
  EXPECT_TRUE(fs::exists(folder / "interrupted.safetensors.checkpoint"));
  EXPECT_EQ(train(file, 4), straight);
  EXPECT_FALSE(fs::exists(folder / "interrupted.safetensors.checkpoint"));
}

TEST(Pretraining, MayBeMadeLongerButNotShorterThanItIs) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "longer.safetensors";
  for (int i = 0; i < 2; ++i) train_one_step(file, 3);
  EXPECT_INPUT_ERROR(train(file, 1), "has 2 steps already, 1 are asked for");
  EXPECT_EQ(train(file, 4), train(folder / "straight.safetensors", 4));
}

TEST(Pretraining, AnotherSeedIsAnotherTraining) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "weights.safetensors";
  train_one_step(file, 3);
  RunContext other = quiet();
  other.seed = 2;
  EXPECT_INPUT_ERROR(pretrain_incontext({.output = file, .steps = 3}, other), "made with seed 1");
}

TEST(Pretraining, WritesHalfPrecisionWeightsOfTheNetwork) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "weights.safetensors";
  train(file, 1);
  EXPECT_LT(fs::file_size(file), 4'000'000U);
  const TensorFile weights = read_safetensors(file);
  EXPECT_EQ(weights.metadata.at("steps"), "1");
  InContextNetwork network;
  EXPECT_TRUE(load_state_dict(network, weights.tensors).exact());
  EXPECT_EQ(weights.tensors.begin()->second.scalar_type(), at::kHalf);
  EXPECT_INPUT_ERROR(train(file, 1), "exists");
}

TEST(Pretraining, IsFoundInThePluginAndRefusedByOthers) {
  const test::TemporaryFolder folder;
  const Pretraining wanted{.output = folder / "weights.safetensors", .steps = 1};
  pretrain(load_method("incontext"), wanted, quiet());
  EXPECT_EQ(test::read_text(wanted.output), train(folder / "direct.safetensors", 1));
  EXPECT_INPUT_ERROR(pretrain(load_method("retrieval"), wanted, quiet()),
                     "method 'retrieval' has no pre-training of its own");
}

}  // namespace
}  // namespace voxarena::fewshot
