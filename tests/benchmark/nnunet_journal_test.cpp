#include "benchmark/nnunet_journal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "benchmark/nnunet_log.h"
#include "benchmark/progress_plot.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/data/picture_file.h"

namespace voxarena {
namespace {

std::vector<EpochRecord> two_epochs() {
  std::vector<EpochRecord> log(2);
  for (std::size_t i = 0; i < 2; ++i) {
    log[i].epoch = static_cast<std::int64_t>(i);
    log[i].learning_rate = 0.01 - 0.0053712 * static_cast<double>(i);
    log[i].loss = -0.12345 - static_cast<double>(i);
    log[i].dice = {0.25, std::nan("")};
    log[i].mean_dice = 0.25;
    log[i].ema = 0.25;
    log[i].seconds = 12.346;
  }
  return log;
}

TEST(NnunetJournal, PrintsAnEpochAsNnunet) {
  const std::string text = epoch_lines(two_epochs(), 1.8e9);
  for (const char* line :
       {": Epoch 1 \n", ": Current learning rate: 0.00463 \n", ": train_loss -1.1235 \n",
        ": val_loss nan \n", ": Pseudo dice [0.25, nan] \n", ": Epoch time: 12.35 s \n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  EXPECT_EQ(text.find("Yayy"), std::string::npos) << "the average did not rise";
}

TEST(NnunetJournal, LeavesALogThatIsUnderstood) {
  const test::TemporaryFolder folder;
  const NnunetJournal journal(folder / "fold_0");
  journal.line("This split has 4 training and 1 validation cases.");
  journal.epoch({two_epochs().front()});
  journal.epoch(two_epochs());
  const NnunetLog log = read_nnunet_logs(folder / "fold_0");
  EXPECT_EQ(log.epochs, 2);
  EXPECT_NEAR(log.train_seconds.value_or(0), 2 * 12.35, 1e-9);
}

// The curve of the loss falls from the top left to the bottom right, in blue.
TEST(ProgressPlot, DrawsTheLoss) {
  const test::TemporaryFolder folder;
  std::vector<EpochRecord> log = two_epochs();
  for (EpochRecord& record : log) record.mean_dice = std::nan(""), record.ema.reset();
  write_progress_plot(folder / "progress.png", log);
  const Volume<float> picture = read_picture(folder / "progress.png").image.voxels;
  const std::int64_t width = picture.size[2], height = picture.size[1];
  const auto is_blue = [&](std::int64_t y, std::int64_t x) {
    const auto at = [&](std::int64_t channel) {
      return picture.values[static_cast<std::size_t>((channel * height + y) * width + x)];
    };
    return at(2) > 180 && at(0) < 100 && at(1) < 100;
  };
  // Mean height of blue pixels in a stripe of the frame.
  const auto height_at = [&](std::int64_t x) {
    double sum = 0, count = 0;
    for (std::int64_t y = 60; y < height - 60; ++y) {
      if (is_blue(y, x)) sum += static_cast<double>(y), ++count;
    }
    return sum / count;
  };
  EXPECT_LT(height_at(width / 4), height_at(width / 2));
  EXPECT_LT(height_at(width / 2), height_at(3 * width / 4));
}

}  // namespace
}  // namespace voxarena
