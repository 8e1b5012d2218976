// What nnU-Net's training logs and debug.json tell about a fold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace voxarena {

struct NnunetLog {
  std::optional<double> train_seconds;    // sum of all epochs, those of interrupted trainings too
  std::optional<double> predict_seconds;  // from the first case of the last validation to its end
  std::int64_t epochs = 0;                // begun
};

// Lines of training_log_*.txt, logs in the order of time. Lines that are not understood are left
// out.
NnunetLog parse_nnunet_logs(const std::vector<std::string>& logs);
// All logs of a fold's folder, by the time in their names.
NnunetLog read_nnunet_logs(const std::filesystem::path& fold_folder);

struct NnunetSettings {
  std::optional<std::int64_t> epochs, iterations_per_epoch;
  std::optional<std::vector<int>> mirror_axes;
  std::string device;
};

// debug.json holds Python values as text. Empty where the file or a key is not there.
NnunetSettings read_nnunet_settings(const std::filesystem::path& debug_json);

}  // namespace voxarena
