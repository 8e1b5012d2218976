// {case}.npz with the array `probabilities`, and the properties of the case in {case}.pkl beside
// it: as nnU-Net saves them.
#pragma once

#include <filesystem>

#include "voxarena/data/store.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// `stem`.pkl first, then `stem`.npz; each atomic.
void write_probabilities(const std::filesystem::path& stem, const Volume<float>& probabilities,
                         const CaseProperties& properties);

// Error (input) naming the file: missing, damaged, not of four axes.
Volume<float> read_probabilities(const std::filesystem::path& npz);
CaseProperties read_probability_properties(const std::filesystem::path& npz);

}  // namespace voxarena
