// One case from files to network input: transpose, crop, normalise, resample, class locations (spec
// of nnU-Net's DefaultPreprocessor), and the same for a whole data set.
#pragma once

#include <filesystem>

#include "voxarena/core/run_context.h"
#include "voxarena/data/raw_dataset.h"
#include "voxarena/data/store.h"
#include "voxarena/plan/plans.h"

namespace voxarena {

// `label` may be empty (prediction): seg is then 0 inside the nonzero region and -1 outside.
PreprocessedCase preprocess_case(const Image& image, const LabelImage* label, const Plans& plans,
                                 const Configuration& configuration, const Labels& labels);

// Preprocesses what is not in the store yet, cases in parallel. A stamp of (data, plans) beside the
// store's folder tells whether cases were preprocessed for other plans and must be made anew; those
// that nnU-Net left there are used. Returns the store.
CaseStore preprocess_dataset(const RawDataset& dataset, const Plans& plans,
                             const Configuration& configuration,
                             const std::filesystem::path& preprocessed_folder,
                             const RunContext& context);

}  // namespace voxarena
