// What every case must fulfil before it is measured or preprocessed, and errors that name the case.
#pragma once

#include <string>

#include "voxarena/data/labels.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// Errors (input): NaN or infinite voxels, another number of channels, an empty image, a label of
// another size. `label` may be null.
void check_case(const Image& image, const LabelImage* label, std::int64_t channels);

// Errors (input): another spacing than the image's, a value that dataset.json does not declare.
void check_label(const Image& image, const LabelImage& label, const Labels& labels);

// Runs `work` and rethrows whatever it throws as an Error whose message begins with "case <id>: ".
template <class Work>
void naming_case(const std::string& id, const Work& work);

// The rethrowing half of naming_case; to be called inside a catch block.
[[noreturn]] void rethrow_naming_case(const std::string& id);

template <class Work>
void naming_case(const std::string& id, const Work& work) {
  try {
    work();
  } catch (...) {
    rethrow_naming_case(id);
  }
}

}  // namespace voxarena
