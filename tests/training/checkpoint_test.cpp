#include "training/checkpoint.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena {
namespace {
namespace fs = std::filesystem;

class CheckpointFile : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(path_.parent_path()); }

  Checkpoint sample() const {
    Checkpoint made;
    made.epoch = 3;
    made.iteration = 750;
    made.ema = 0.1 + 0.2;
    made.settings = R"({"seed":1})";
    made.network = state_dict(*torch::nn::Linear(2, 3));
    made.optimizer = {{"momentum.weight", torch::ones({3, 2})}};
    return made;
  }

  std::string error_of_reading() const {
    try {
      read_checkpoint(path_);
    } catch (const Error& error) {
      EXPECT_NE(error.hint().find("delete the file"), std::string::npos) << error.hint();
      EXPECT_NE(std::string(error.what()).find(path_.string()), std::string::npos) << error.what();
      return error.what();
    }
    return "no error";
  }

  fs::path path_ = fs::path(testing::TempDir()) /
                   ("voxarena_checkpoint_" + std::to_string(getpid())) / "checkpoint.safetensors";
};

TEST_F(CheckpointFile, ReturnsWhatWasWritten) {
  write_checkpoint(path_, sample());
  const Checkpoint read = read_checkpoint(path_);
  EXPECT_EQ(read.epoch, 3);
  EXPECT_EQ(read.iteration, 750);
  EXPECT_EQ(read.ema, 0.1 + 0.2);
  EXPECT_FALSE(read.best_ema.has_value());
  EXPECT_EQ(read.settings, sample().settings);
  EXPECT_EQ(read.network.size(), 2U);
  EXPECT_TRUE(torch::equal(read.optimizer.at("momentum.weight"), torch::ones({3, 2})));
}

TEST_F(CheckpointFile, LoadsTheNetworkAlone) {
  torch::nn::Linear from(2, 3), to(2, 3), other(2, 4);
  Checkpoint checkpoint = sample();
  checkpoint.network = state_dict(*from);
  write_checkpoint(path_, checkpoint);
  load_checkpoint(path_, *to);
  EXPECT_TRUE(torch::equal(from->weight, to->weight));
  EXPECT_THROW(load_checkpoint(path_, *other), Error);
}

TEST_F(CheckpointFile, MayLeaveFrozenParametersOut) {
  torch::nn::Linear from(2, 3), to(2, 3);
  for (torch::nn::Linear* net : {&from, &to}) (*net)->weight.set_requires_grad(false);
  const at::Tensor frozen = to->weight.clone();
  Checkpoint checkpoint = sample();
  checkpoint.trained_only = true;
  checkpoint.network = trained_state_dict(*from);
  write_checkpoint(path_, checkpoint);
  EXPECT_EQ(read_checkpoint(path_).network.size(), 1U);
  load_checkpoint(path_, *to);
  EXPECT_TRUE(torch::equal(to->bias, from->bias));
  EXPECT_TRUE(torch::equal(to->weight, frozen));
  to->weight.set_requires_grad(true);  // not frozen: the file lacks it
  EXPECT_THROW(load_checkpoint(path_, *to), Error);
}

TEST_F(CheckpointFile, DamageIsAnErrorWithAWayOut) {
  write_checkpoint(path_, sample());
  const std::string good = read_file(path_);
  write_file(path_, good.substr(0, good.size() - 5));
  EXPECT_NE(error_of_reading(), "no error");
  std::string flipped = good;
  flipped[good.size() - 2] ^= 4;
  write_file(path_, flipped);
  EXPECT_NE(error_of_reading().find("SHA-256"), std::string::npos);
  write_safetensors(path_, {.tensors = sample().network, .metadata = {}});
  EXPECT_NE(error_of_reading().find("not a checkpoint"), std::string::npos);
  fs::remove(path_);
  EXPECT_NE(error_of_reading(), "no error");
}

}  // namespace
}  // namespace voxarena
