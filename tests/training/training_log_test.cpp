#include "training/training_log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {
namespace fs = std::filesystem;

class TrainingLog : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(path_.parent_path()); }
  fs::path path_ =
      fs::path(testing::TempDir()) / ("voxarena_log_" + std::to_string(getpid())) / "log.jsonl";
};

EpochRecord record(std::int64_t epoch) {
  EpochRecord made;
  made.epoch = epoch;
  made.learning_rate = 0.01;
  made.loss = -0.25;
  made.loss_terms = {{"dice", -0.75}, {"cross_entropy", 0.5}};
  made.dice = {0.5, std::nan("")};
  made.mean_dice = 0.5;
  made.ema = 0.1 + 0.2;  // has no short decimal form
  made.seconds = 1.5;
  made.peak_memory = 1 << 20;
  return made;
}

TEST_F(TrainingLog, ReturnsWhatWasWrittenOneLineAnEpoch) {
  write_training_log(path_, {record(0), record(1)});
  const std::string text = read_file(path_);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  const std::vector<EpochRecord> read = read_training_log(path_, 10);
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[1].epoch, 1);
  EXPECT_EQ(read[1].loss_terms, record(1).loss_terms);
  EXPECT_EQ(read[1].dice[0], 0.5);
  EXPECT_TRUE(std::isnan(read[1].dice[1]));
  EXPECT_EQ(*read[1].ema, 0.1 + 0.2);
  EXPECT_EQ(read[1].peak_memory, 1 << 20);
}

TEST_F(TrainingLog, IsCutBackToTheEpochsAsked) {
  write_training_log(path_, {record(0), record(1), record(2)});
  EXPECT_EQ(read_training_log(path_, 2).size(), 2U);
  EXPECT_TRUE(read_training_log(path_.parent_path() / "absent.jsonl", 2).empty());
}

TEST_F(TrainingLog, NamesTheDamagedLine) {
  write_training_log(path_, {record(0)});
  write_file(path_, read_file(path_) + "{\"epoch\": 1}\n");
  try {
    read_training_log(path_, 2);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("log.jsonl: line 2"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace voxarena
