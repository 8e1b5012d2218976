// Small changes of labelled slices, so that a few supports are not learnt by heart.
#pragma once

#include <ATen/core/Tensor.h>

#include "plugins/fewshot/incontext/task_random.h"

namespace voxarena::fewshot {

struct LabelledSlices {
  at::Tensor images;  // (N, 1, side, side), mean 0 and deviation 1
  at::Tensor masks;   // (N, 1, side, side), shares 0 ... 1
};

// Each slice is turned, scaled, shifted and bent with its mask, and brightened unevenly.
LabelledSlices augmented(const LabelledSlices& slices, TaskRandom& random);

}  // namespace voxarena::fewshot
