// progress.png of a training: losses and pseudo Dice over its epochs, as nnU-Net draws them.
#pragma once

#include <filesystem>
#include <vector>

#include "training/training_log.h"

namespace voxarena {

// Loss of training (blue) and validation (red) on the left axis; mean foreground Dice (light green)
// and its moving average (green) on the right one. What was not measured is left out.
void write_progress_plot(const std::filesystem::path& file, const std::vector<EpochRecord>& log);

}  // namespace voxarena
