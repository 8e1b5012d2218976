// What a report tells beside the numbers, read from run folders and data sets: training curves, the
// protocol, pictures of each method's best, median and worst case.
#pragma once

#include <vector>

#include "benchmark/finished_runs.h"
#include "evaluation/report/page.h"
#include "voxarena/core/run_context.h"
#include "voxarena/data/raw_dataset.h"

namespace voxarena {

// Pictures need the raw data set below `roots`; without it, or without `pictures`, the story has
// none and says why. Cases are chosen by the first table of `numbers`. Does not depend on the
// number of threads.
BlockStory tell_block(const LeaderboardBlock& block, const BlockNumbers& numbers,
                      const std::vector<FinishedRun>& runs, const Roots& roots, bool pictures,
                      const RunContext& context);

}  // namespace voxarena
