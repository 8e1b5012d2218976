// {case}.json: the properties of a preprocessed case under nnU-Net's names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>

#include "voxarena/data/array_file.h"
#include "voxarena/data/store.h"

namespace voxarena {

// What the file says beyond CaseProperties: the shape of the image array, and the number of
// locations per class.
struct CaseRecord {
  CaseProperties properties;  // without class_locations
  ArrayShape shape{};
  std::map<int, std::int64_t> location_counts;
};

// Error (input) that names the file if a field is missing or has the wrong form.
CaseRecord read_case_record(const std::filesystem::path& file);
void write_case_record(const std::filesystem::path& file, const CaseRecord& record);

}  // namespace voxarena
