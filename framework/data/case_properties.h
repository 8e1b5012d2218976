// {case}.pkl: the properties of a preprocessed case, as nnU-Net pickles them.
#pragma once

#include <filesystem>

#include "voxarena/data/store.h"

namespace voxarena {

enum class Locations : bool { skip, read };

// Reads what nnU-Net or write_case_properties() wrote, without running anything that the file may
// ask for. Skipping the locations leaves class_locations and location_labels empty. Error (input)
// that names the file and the entry that is missing or has the wrong form.
CaseProperties read_case_properties(const std::filesystem::path& file, Locations locations);

// Atomic, not flushed (see write_array()).
void write_case_properties(const std::filesystem::path& file, const CaseProperties& properties);

}  // namespace voxarena
