#include "training/trainer.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/conv.h>

#include <cmath>

#include "tests/support/shadow_device.h"
#include "training/batch_transfer.h"
#include "training/checkpoint.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/plugin/network.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena {
namespace {
namespace fs = std::filesystem;

// Two convolutions with dropout between them: random numbers are drawn in every step.
class TinyNet : public Network {
 public:
  TinyNet() {
    first_ =
        register_module("first", torch::nn::Conv3d(torch::nn::Conv3dOptions(1, 6, 3).padding(1)));
    head_ = register_module("head", torch::nn::Conv3d(torch::nn::Conv3dOptions(6, 3, 1)));
  }
  at::Tensor forward(const at::Tensor& x) override {
    return head_->forward(
        torch::dropout(torch::leaky_relu(first_->forward(x)), 0.1, is_training()));
  }

 private:
  torch::nn::Conv3d first_{nullptr}, head_{nullptr};
};

// Bright voxels are class 1, very bright ones class 2; where they lie depends on the iteration
// alone.
PatchBatch synthetic(std::int64_t iteration) {
  PatchBatch made;
  made.batch = 2;
  made.channels = 1;
  made.patch = {4, 6, 5};
  for (std::int64_t i = 0; i < 2 * 4 * 6 * 5; ++i) {
    const double value = std::sin(0.1 * static_cast<double>(i * (iteration + 3)));
    made.image.push_back(static_cast<float>(value));
    made.target.push_back(value > 0.8 ? 2 : value > 0.2 ? 1 : 0);
  }
  return made;
}

OpenBatches synthetic_batches(std::int64_t offset) {
  return [offset](std::int64_t first) {
    return [i = first + offset]() mutable { return synthetic(i++); };
  };
}

class TrainerTest : public ::testing::Test {
 protected:
  TrainerTest() { context_.quiet = true; }
  void TearDown() override { fs::remove_all(root_); }

  TrainingOptions options(const std::string& folder) const {
    TrainingOptions made;
    made.plan.classes = 3;
    made.plan.configuration.patch_size = {4, 6, 5};
    made.budget.iterations = 6 * 4 - 1;  // the last epoch is shorter
    made.budget.iterations_per_epoch = 4;
    made.budget.validation_iterations = 2;
    made.folder = root_ / folder;
    made.identity = "test";
    return made;
  }

  TrainingResult run(const TrainingOptions& options,
                     const OpenBatches& training = synthetic_batches(0)) {
    seed_weights(options.seed);
    const std::unique_ptr<Model> made = model<TinyNet>();
    return train(*made, {training, synthetic_batches(1000)}, options, context_);
  }

  // The bytes that must not depend on interruptions.
  static void expect_same_files(const fs::path& a, const fs::path& b) {
    EXPECT_EQ(read_file(final_checkpoint(a)), read_file(final_checkpoint(b)));
    EXPECT_EQ(read_file(best_checkpoint(a)), read_file(best_checkpoint(b)));
    EXPECT_FALSE(fs::exists(latest_checkpoint(b)));
  }

  std::string error_of(const TrainingOptions& options,
                       const OpenBatches& training = synthetic_batches(0)) {
    try {
      run(options, training);
    } catch (const Error& error) {
      return std::string(error.what()) + " | " + error.hint();
    }
    return "no error";
  }

  RunContext context_;
  fs::path root_ =
      fs::path(::testing::TempDir()) / ("voxarena_trainer_" + std::to_string(getpid()));
};

TEST_F(TrainerTest, LearnsAndKeepsARecord) {
  TrainingOptions long_run = options("learn");
  long_run.budget.iterations = 600;
  long_run.budget.iterations_per_epoch = 100;
  std::vector<double> losses;
  long_run.on_epoch = [&](const EpochRecord& record) { losses.push_back(record.loss); };
  const TrainingResult result = run(long_run);

  EXPECT_EQ(result.epochs, 6);
  EXPECT_EQ(result.iterations, 600);
  EXPECT_GT(result.mean_dice, 0.8);
  ASSERT_EQ(result.dice.size(), 2U);
  EXPECT_GE(result.best_ema, result.ema);
  EXPECT_GT(result.peak_memory, 0);
  ASSERT_EQ(losses.size(), 6U);
  EXPECT_LT(losses.back(), losses.front());

  const std::vector<EpochRecord> log = read_training_log(long_run.folder / "log.jsonl", 100);
  ASSERT_EQ(log.size(), 6U);
  EXPECT_DOUBLE_EQ(log[3].learning_rate, 0.01 * std::pow(0.5, 0.9));
  EXPECT_DOUBLE_EQ(*log[1].ema, 0.9 * *log[0].ema + 0.1 * log[1].mean_dice);
  ASSERT_EQ(log[0].loss_terms.size(), 2U);
  EXPECT_NEAR(log[0].loss_terms[0].second + log[0].loss_terms[1].second, log[0].loss, 1e-5);
}

TEST_F(TrainerTest, LearnsRegionsAndLeavesIgnoredVoxelsOut) {
  TrainingOptions regions = options("regions");
  regions.budget.iterations = 600;
  regions.budget.iterations_per_epoch = 100;
  regions.rules.regions = torch::zeros({3, 4}, torch::kBool);
  for (const auto& [region, label] : {std::pair{0, 1}, {0, 2}, {1, 2}, {2, 0}})
    regions.rules.regions[region][label] = true;
  regions.rules.ignore = 3;
  // The very bright voxels of each patch's first half are not annotated.
  const OpenBatches training = [](std::int64_t first) {
    return [i = first]() mutable {
      PatchBatch batch = synthetic(i++);
      for (std::size_t v = 0; v < batch.target.size() / 2; ++v) {
        if (batch.target[v] == 2) batch.target[v] = 3;
      }
      return batch;
    };
  };
  const TrainingResult result = run(regions, training);
  ASSERT_EQ(result.dice.size(), 3U);
  EXPECT_GT(result.dice[0], 0.8) << "labels 1 and 2";
  EXPECT_GT(result.dice[1], 0.6) << "label 2";
  EXPECT_GT(result.dice[2], 0.8) << "label 0";
}

TEST_F(TrainerTest, SameSeedSameBytesAnotherSeedOthers) {
  run(options("a"));
  run(options("b"));
  expect_same_files(root_ / "a", root_ / "b");
  TrainingOptions other = options("c");
  other.seed = 2;
  run(other);
  EXPECT_NE(
      read_checkpoint(final_checkpoint(root_ / "a")).network.at("head.weight").sum().item<float>(),
      read_checkpoint(final_checkpoint(root_ / "c")).network.at("head.weight").sum().item<float>());
}

TEST_F(TrainerTest, BrokenOffAnywhereItEndsInTheSameBytes) {
  run(options("straight"));
  // The process dies while batch `last` is made: in the first epoch, at its end, later, several
  // times in a row.
  for (const std::int64_t every : {1, 2}) {
    TrainingOptions broken = options("broken_" + std::to_string(every));
    broken.checkpoint_every = every;
    for (const std::int64_t last : {2, 4, 9, 9, 13, 22}) {
      const auto dying = [last](std::int64_t first) {
        return [i = first, last]() mutable {
          if (i == last) throw std::runtime_error("power cut");
          return synthetic(i++);
        };
      };
      EXPECT_NE(error_of(broken, dying).find("power cut"), std::string::npos);
      EXPECT_FALSE(fs::exists(final_checkpoint(broken.folder)));
    }
    write_file(broken.folder / ".tmp-999999999-1-checkpoint_latest.safetensors", "half of a file");
    const TrainingResult result = run(broken);
    EXPECT_EQ(result.iterations, 23);
    expect_same_files(root_ / "straight", broken.folder);
    EXPECT_EQ(read_training_log(broken.folder / "log.jsonl", 100).size(), 6U);
    EXPECT_FALSE(fs::exists(broken.folder / ".tmp-999999999-1-checkpoint_latest.safetensors"));
  }
}

TEST_F(TrainerTest, KilledBetweenTwoFilesOfAnEpochItEndsInTheSameBytes) {
  run(options("straight"));
  // After every epoch: the log and the best checkpoint are ahead of `latest`, as if killed before
  // that was replaced.
  TrainingOptions broken = options("broken");
  std::string before;
  broken.on_epoch = [&](const EpochRecord& record) {
    const fs::path latest = latest_checkpoint(broken.folder);
    if (record.epoch < 3) {
      before = read_file(latest);
    } else {
      write_file(latest, before);
      throw std::runtime_error("killed");
    }
  };
  EXPECT_NE(error_of(broken).find("killed"), std::string::npos);
  broken.on_epoch = nullptr;
  run(broken);
  expect_same_files(root_ / "straight", broken.folder);
}

TEST_F(TrainerTest, StopsWhenAskedAndGoesOn) {
  run(options("straight"));
  TrainingOptions stopped = options("stopped");
  stopped.on_epoch = [&](const EpochRecord& record) { *context_.stop = record.epoch == 2; };
  try {
    run(stopped);
    FAIL() << "was not interrupted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::interrupted);
  }
  EXPECT_EQ(read_checkpoint(latest_checkpoint(stopped.folder)).epoch, 3);
  *context_.stop = false;
  run(stopped);
  expect_same_files(root_ / "straight", stopped.folder);
}

TEST_F(TrainerTest, AFinishedTrainingIsNotRepeated) {
  const TrainingResult first = run(options("done"));
  const auto no_batches = [](std::int64_t) -> BatchStream {
    throw std::logic_error("asked for batches");
  };
  seed_weights(99);
  const std::unique_ptr<Model> other = model<TinyNet>();
  const TrainingResult again = train(*other, {no_batches, no_batches}, options("done"), context_);
  EXPECT_FALSE(first.was_finished);
  EXPECT_TRUE(again.was_finished);
  EXPECT_EQ(again.iterations, first.iterations);
  EXPECT_EQ(again.best_ema, first.best_ema);
  EXPECT_EQ(again.dice, first.dice);
  const Checkpoint final = read_checkpoint(final_checkpoint(root_ / "done"));
  EXPECT_TRUE(torch::equal(other->module().named_parameters()["head.weight"],
                           final.network.at("head.weight")));
}

TEST_F(TrainerTest, DamagedOrForeignCheckpointsAreErrors) {
  TrainingOptions half = options("half");
  half.on_epoch = [](const EpochRecord& record) {
    if (record.epoch == 2) throw std::runtime_error("killed");
  };
  EXPECT_NE(error_of(half).find("killed"), std::string::npos);
  half.on_epoch = nullptr;

  TrainingOptions changed = half;
  changed.budget.iterations = 40;
  EXPECT_NE(error_of(changed).find("was made with iterations 23, but now it is 40"),
            std::string::npos)
      << error_of(changed);
  changed = half;
  changed.identity = "other data";
  EXPECT_NE(error_of(changed).find("identity \"test\""), std::string::npos);

  const fs::path latest = latest_checkpoint(half.folder);
  write_file(latest, read_file(latest).substr(0, 700));
  const std::string message = error_of(half);
  EXPECT_NE(message.find(latest.string()), std::string::npos) << message;
  EXPECT_NE(message.find("delete the file"), std::string::npos) << message;
  EXPECT_EQ(fs::file_size(latest), 700U) << "the file is the user's to delete";
}

TEST_F(TrainerTest, AnUndefinedLossNamesTheIteration) {
  const auto poisoned = [](std::int64_t first) {
    return [i = first]() mutable {
      PatchBatch batch = synthetic(i);
      if (i++ == 6) batch.image[3] = std::nanf("");
      return batch;
    };
  };
  const std::string message = error_of(options("nan"), poisoned);
  EXPECT_NE(message.find("the loss is nan in iteration 6"), std::string::npos) << message;
}

TEST_F(TrainerTest, TrainsOnAnotherDeviceAndGoesOnThere) {
  testing::register_shadow_device();
  const TrainingResult on_cpu = run(options("cpu"));
  context_.device = "privateuseone:0";
  TrainingOptions elsewhere = options("elsewhere");
  elsewhere.on_epoch = [](const EpochRecord& record) {
    if (record.epoch == 2) throw std::runtime_error("killed");
  };
  const auto train_there = [&] {
    seed_weights(elsewhere.seed);
    const std::unique_ptr<Model> made = model<TinyNet>();
    testing::to_shadow(made->module());
    return train(*made, {synthetic_batches(0), synthetic_batches(1000)}, elsewhere, context_);
  };
  EXPECT_THROW(train_there(), Error);
  elsewhere.on_epoch = nullptr;
  const TrainingResult result = train_there();
  EXPECT_EQ(result.iterations, on_cpu.iterations);
  EXPECT_NEAR(result.ema, on_cpu.ema, 1e-3);
  const TensorMap expected = read_checkpoint(final_checkpoint(root_ / "cpu")).network;
  for (const auto& [name, tensor] : read_checkpoint(final_checkpoint(elsewhere.folder)).network) {
    EXPECT_TRUE(torch::allclose(tensor, expected.at(name), 1e-4, 1e-5)) << name;
  }
}

TEST_F(TrainerTest, TheValidationLossIsTheLossOfItsBatches) {
  const TrainingOptions given = options("validation");
  run(given);
  const std::unique_ptr<Model> made = model<TinyNet>();
  load_state_dict(made->module(), read_checkpoint(final_checkpoint(given.folder)).network);
  made->module().eval();
  const torch::NoGradGuard no_grad;
  const std::int64_t epochs = 6, batches = given.budget.validation_iterations;
  const BatchStream stream = synthetic_batches(1000)((epochs - 1) * batches);
  double sum = 0;
  for (std::int64_t i = 0; i < batches; ++i) {
    const Batch batch = to_device(stream(), at::kCPU, 3, given.plan.configuration.batch_dice);
    sum += made->loss(batch).total.item<double>();
  }
  const std::vector<EpochRecord> log = read_training_log(given.folder / "log.jsonl", epochs);
  ASSERT_EQ(log.size(), 6U);
  EXPECT_NEAR(log.back().validation_loss, sum / static_cast<double>(batches), 1e-6);
  EXPECT_LT(log.back().validation_loss, log.front().validation_loss);
}

TEST_F(TrainerTest, WorksWithoutValidation) {
  TrainingOptions plain = options("plain");
  plain.budget.validation_iterations = 0;
  const TrainingResult result = run(plain);
  EXPECT_TRUE(std::isnan(result.ema));
  EXPECT_TRUE(fs::exists(final_checkpoint(plain.folder)));
  EXPECT_FALSE(fs::exists(best_checkpoint(plain.folder)));
}

}  // namespace
}  // namespace voxarena
