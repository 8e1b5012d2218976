// Which files make up the cases of a data set: by name in a folder, or as dataset.json lists them.
#pragma once

#include "voxarena/core/json.h"
#include "voxarena/data/raw_dataset.h"

namespace voxarena {

// The `dataset` object of dataset.json: {"case": {"images": [...], "label": "..."}}. Environment
// variables in paths are expanded, relative paths start at `folder`. Error (input) for a missing
// file or an image that two cases share.
std::vector<RawCase> cases_of_file_list(const Json& list, const std::filesystem::path& folder,
                                        std::int64_t channels);

// Fills in `labels`/{id}{ending}. Error (input) if one is missing.
void add_labels(std::vector<RawCase>& cases, const std::filesystem::path& labels,
                const std::string& file_ending);

// Names (without ending) of the files in `folder` that end with `file_ending`, sorted. Error
// (input) if there is none.
std::vector<std::string> list_label_files(const std::filesystem::path& folder,
                                          const std::string& file_ending);

}  // namespace voxarena
