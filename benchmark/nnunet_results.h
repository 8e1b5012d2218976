// nnU-Net's own results, as its Python program leaves them:
//
//   nnUNet_results/DatasetXXX_Name/{trainer}__{plans}__{configuration}/
//     dataset.json, plans.json
//     fold_{k}/training_log_*.txt, debug.json
//     fold_{k}/validation/{case}.nii.gz, summary.json
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "benchmark/declaration.h"
#include "benchmark/prepared_dataset.h"
#include "benchmark/protocol.h"

namespace voxarena {

struct NnunetFold {
  std::filesystem::path predictions;    // .../fold_{k}/validation
  Declaration found;                    // what the files prove
  std::vector<std::string> deviations;  // of its plan from the protocol's
  std::optional<double> train_seconds, predict_seconds;
  std::string device;  // "cuda", "cpu"; empty if unknown
};

// Errors (input) name the file: not such a folder, a fold that is not there or not finished, other
// labels than the data set's, predictions of cases that are not in the fold's validation half (they
// were in the training half, or the splits differ).
NnunetFold read_nnunet_fold(const std::filesystem::path& folder, const PreparedDataset& dataset,
                            const Protocol& protocol, const ProtocolSettings& settings, int fold);

}  // namespace voxarena
