// RESULTS/<dataset>/<protocol id>/<method>/fold_<k>/: where one run keeps its manifest,
// checkpoints, predictions and records.
#pragma once

#include <filesystem>
#include <string>

#include "benchmark/protocol.h"

namespace voxarena {

struct RunFolder {
  std::filesystem::path path;

  std::filesystem::path manifest() const { return path / "manifest.json"; }
  std::filesystem::path predictions() const { return path / "predictions"; }
  std::filesystem::path records() const { return path / "records.csv"; }
};

// `method`: the row's folder name.
RunFolder run_folder(const std::filesystem::path& results, const std::string& dataset,
                     const std::string& protocol_id, const std::string& method, int fold);

// The manifest as it is, or an empty object before the run began. Error (input) if it is damaged.
Json read_manifest(const RunFolder& run);

// Merges `changes` into the manifest, atomically.
void update_manifest(const RunFolder& run, const Json& changes);

}  // namespace voxarena
