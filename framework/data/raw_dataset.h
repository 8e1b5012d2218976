// A data set in nnU-Net's raw layout: DatasetXXX_Name/{dataset.json, imagesTr, labelsTr}.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "voxarena/core/json.h"
#include "voxarena/core/run_context.h"
#include "voxarena/data/labels.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// The three roots; empty where neither an option nor nnUNet_raw, nnUNet_preprocessed,
// nnUNet_results names one.
struct Roots {
  std::filesystem::path raw, preprocessed, results;

  // Option values win over the environment.
  static Roots from(const std::string& raw, const std::string& preprocessed,
                    const std::string& results);
};

struct RawCase {
  std::string id;
  std::vector<std::filesystem::path> images;  // one per channel
  std::filesystem::path label;                // empty for cases without a reference
};

struct RawDataset {
  std::string name;  // "Dataset004_Hippocampus"
  std::filesystem::path folder;
  Json json;                               // dataset.json, keys in the file's order
  std::string json_text;                   // the same, byte for byte
  std::vector<std::string> channel_names;  // in channel order
  Labels labels;
  std::string file_ending;  // ".nii.gz"
  ImageReader reader = ImageReader::simple_itk;
  std::string unknown_reader;  // named in dataset.json, but not to be had
  std::vector<RawCase> cases;  // sorted by id

  std::int64_t channels() const { return static_cast<std::int64_t>(channel_names.size()); }
  const RawCase& find(const std::string& id) const;  // Error (input) if unknown
};

// {"0": "CT", "1": "PET"} of a dataset.json, in channel order; very old files call it 'modality'.
std::vector<std::string> read_channel_names(const Json& json, const std::string& source);

// "4", "Dataset004_Hippocampus" or a path → the data set's name. Looks below all roots that are
// set.
std::string resolve_dataset_name(const std::string& dataset, const Roots& roots);

// Reads dataset.json and lists the training cases. Errors (input) name the file or field: missing
// dataset.json, numTraining that does not match, a missing channel or label file, ... Opens no
// image.
RawDataset open_raw_dataset(const std::string& dataset, const Roots& roots);

// Cases of any folder with nnU-Net's image names (for prediction): no labels.
std::vector<RawCase> list_cases(const std::filesystem::path& images, const std::string& file_ending,
                                std::int64_t channels);

// Opens every file: equal size and spacing of channels and label, declared label values only, no
// NaN. Differences of origin or direction are warnings. All findings go into one Error (input), a
// line each.
void verify_dataset(const RawDataset& dataset, const RunContext& context);

// SHA-256 over dataset.json, the case list and the content of every file: the identity of the data
// in a protocol.
std::string dataset_hash(const RawDataset& dataset, const RunContext& context);

}  // namespace voxarena
