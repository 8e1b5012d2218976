// A [[predictions]] entry of the spec on one data set and fold: label files that another tool made
// become a run folder like that of any method, with its author's declaration in the manifest.
#pragma once

#include <filesystem>
#include <string>

#include "benchmark/job.h"

namespace voxarena {

struct PredictionsRun {
  const PreparedDataset* dataset = nullptr;
  const Protocol* protocol = nullptr;
  const ProtocolSettings* settings = nullptr;
  const PredictionsEntry* entry = nullptr;
  int fold = 0;
  RunFolder folder;
  std::filesystem::path source;  // folder of the label files
  Json manifest;                 // what a finished run's says, but for seconds of evaluation

  std::string title() const;
};

// Looks at the files, opens no voxels. Errors (input) name the entry and the folder: not there,
// none of the fold's cases in it, a declaration that the files contradict.
PredictionsRun open_predictions(const PredictionsEntry& entry, const PreparedDataset& dataset,
                                const Protocol& protocol, const ProtocolSettings& settings,
                                int fold, const std::filesystem::path& results);

// `finished` if the same files with the same declaration were evaluated before. Error (input) if
// the run folder is that of a method.
JobState predictions_state(const PredictionsRun& run);

// Copies the label files into the run folder and evaluates them. A case without a file counts as
// the worst value; a file that lies neither where the reference nor where the image lies is an
// Error (input).
void run_predictions(const PredictionsRun& run, const RunContext& context);

// Footnote of such a row: "Made by another tool outside of VoxArena, and trained as its author
// declares. https://…".
std::string describe_predictions(const Json& manifest);

}  // namespace voxarena
