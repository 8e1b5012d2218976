// log.jsonl: one line of JSON per finished epoch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace voxarena {

// What an epoch did not measure.
inline constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

struct EpochRecord {
  std::int64_t epoch = 0;    // from 0
  double learning_rate = 0;  // of its last step
  double loss = 0;           // mean over its steps
  std::vector<std::pair<std::string, double>> loss_terms;
  // Mean over the batches of the online validation; NaN: the model does not measure it.
  double validation_loss = kNotMeasured;
  std::vector<double> dice;             // online validation, per foreground class; NaN: not seen
  double mean_dice = 0;                 // over the classes that were seen; NaN: none
  std::optional<double> ema;            // of mean_dice
  double seconds = 0;                   // training and validation, without writing checkpoints
  std::int64_t peak_memory = 0;         // bytes, of this process so far
  std::int64_t peak_device_memory = 0;  // bytes, 0 on the CPU
};

// The first `epochs` lines; a missing file is an empty log. Error (input) naming file and line if
// one is damaged.
std::vector<EpochRecord> read_training_log(const std::filesystem::path& path, std::int64_t epochs);

// Replaces the file, atomically.
void write_training_log(const std::filesystem::path& path, const std::vector<EpochRecord>& records);

}  // namespace voxarena
