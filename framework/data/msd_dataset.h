// Data sets of the Medical Segmentation Decathlon (TaskXX_Name) in nnU-Net's raw layout.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "voxarena/core/run_context.h"

namespace voxarena {

// Writes RAW/DatasetXXX_Name: 4-D images become one file per channel, labels are copied, and
// dataset.json is rewritten. `id` replaces the task's number. Error (input) naming what is missing
// in `task`, or the data set that has the number already; dataset.json comes last. Returns the
// name.
std::string convert_msd_dataset(const std::filesystem::path& task, const std::filesystem::path& raw,
                                std::optional<int> id, const RunContext& context);

}  // namespace voxarena
