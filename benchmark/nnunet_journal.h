// What nnU-Net leaves beside its checkpoints: training_log_<time>.txt, debug.json, progress.png.
// The other way round: nnunet_log.h.
#pragma once

#include <filesystem>
#include <string>

#include "benchmark/nnunet_layout.h"
#include "benchmark/prepared_dataset.h"
#include "benchmark/spec.h"
#include "training/training_log.h"

namespace voxarena {

class NnunetJournal {
 public:
  // Begins a log of its own, named by the time, when the first line is written.
  explicit NnunetJournal(std::filesystem::path fold);

  // A line with the time of now.
  void line(const std::string& text) const;
  // The lines of an epoch that has just ended, and the plot of all so far, which are in `log`.
  void epoch(const std::vector<EpochRecord>& log) const;

 private:
  void append(const std::string& text) const;  // Error (input) if the file cannot be written

  std::filesystem::path fold_, file_;
};

// The lines as nnU-Net prints them, each ending with a newline; `end`: seconds since 1970.
std::string epoch_lines(const std::vector<EpochRecord>& log, double end);

// debug.json: nnU-Net's settings by their names in its trainer, as Python prints them.
Json nnunet_settings_json(const PreparedDataset& dataset, const NnunetModelName& model, int fold,
                          const ProtocolSettings& settings, const std::string& device);

}  // namespace voxarena
