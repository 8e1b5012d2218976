// How much memory a case takes on its way to the network, told from the header of its first image.
#pragma once

#include <cstdint>

#include "voxarena/data/raw_dataset.h"
#include "voxarena/plan/plans.h"

namespace voxarena {

// Bytes at most, from the files to the intensities of the foreground.
std::int64_t fingerprint_memory(const RawCase& raw);

// Bytes at most, from the files to the stored case.
std::int64_t preprocessing_memory(const RawCase& raw, const Plans& plans,
                                  const Configuration& configuration);

// Bytes at most, from the files to the labels that a network with `classes` outputs predicts; its
// activations aside.
std::int64_t prediction_memory(const RawCase& raw, const Plans& plans,
                               const Configuration& configuration, std::int64_t classes);

}  // namespace voxarena
