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

// A case for prediction. `previous` holds the labels of a cascade's first stage on the image's
// grid; they become channels behind those of the image. Null without a cascade. Error (input):
// another grid, or a label that is not declared.
PreprocessedCase preprocess_for_prediction(const Image& image, const LabelImage* previous,
                                           const Plans& plans, const Configuration& configuration,
                                           const Labels& labels);

// Appends one channel of 0 and 1 for each of the labels 1 to `count` to the image; both of one size
// (nnU-Net's convert_labelmap_to_one_hot).
void append_previous_stage(const Volume<std::int16_t>& previous, std::int64_t count,
                           Volume<float>& image);

// Preprocesses what is not in the store yet, cases in parallel. A stamp of (data, plans) beside the
// store's folder tells whether cases were preprocessed for other plans and must be made anew; those
// that nnU-Net left there are used. Returns the store.
CaseStore preprocess_dataset(const RawDataset& dataset, const Plans& plans,
                             const Configuration& configuration,
                             const std::filesystem::path& preprocessed_folder,
                             const RunContext& context);

}  // namespace voxarena
