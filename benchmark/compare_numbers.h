// The part of a comparison that looks at records: what the numbers of two runs on one data set are,
// and what they say against a claim.
#pragma once

#include <vector>

#include "benchmark/compare.h"

namespace voxarena {

// Adds the metrics of both rows as if they were of one block, where that makes sense at all.
void compare_numbers(const std::vector<FinishedRun>& a, const std::vector<FinishedRun>& b,
                     const CompareOptions& options, DatasetComparison& result);

// Whether the data can tell the two apart: adds reasons and notes.
void judge_numbers(const CompareOptions& options, DatasetComparison& result);

}  // namespace voxarena
