// A training-free method segments cases of a store.
#pragma once

#include <string>
#include <vector>

#include "inference/predictor.h"
#include "voxarena/data/store.h"
#include "voxarena/plugin/segmenter.h"

namespace voxarena {

// The supports as the method is shown them: labels 0 ... K - 1; voxels outside of the nonzero
// region, and those with the ignore label, are background. Error (input) naming the case if it is
// in `asked` too, since a method never sees what it is asked for, or the class that no support
// shows.
SupportSet read_supports(const CaseStore& store, const std::vector<std::string>& supports,
                         const std::vector<std::string>& asked, const Configuration& configuration,
                         const Labels& labels);

// Label files of the cases `ids`, each atomic. Errors name the case: Error (input) if one of the
// supports is a copy of it under another id, Error (internal) if the scores have another size than
// the image or another number of classes than `labels`.
PredictionSummary segment_cases(Segmenter& segmenter, const SupportSet& supports,
                                const CaseStore& store, const std::vector<std::string>& ids,
                                const Plans& plans, const Configuration& configuration,
                                const Labels& labels, const PredictionFiles& files,
                                const RunContext& context);

}  // namespace voxarena
