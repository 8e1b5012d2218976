// What a scanner does to a synthetic slice: blur, bias field, noise, contrast.
#pragma once

#include <ATen/core/Tensor.h>

#include "plugins/fewshot/incontext/task_random.h"

namespace voxarena::fewshot {

// What the slices of a task have in common, for each of N slices: (N).
struct AcquisitionDraws {
  at::Tensor blur, bias, noise;  // 0 ... 1
  at::Tensor contrast;           // normal

  // `per_task` repeats (tasks) for the slices of each task: (N).
  template <class Repeat>
  static AcquisitionDraws of(std::int64_t tasks, const Repeat& per_task, TaskRandom& random) {
    AcquisitionDraws draws;
    draws.blur = per_task(random.uniform({tasks}));
    draws.bias = per_task(random.uniform({tasks}));
    draws.noise = per_task(random.uniform({tasks}));
    draws.contrast = per_task(random.normal({tasks}));
    return draws;
  }
};

// Slices (N, 1, side, side) → the same of mean 0 and deviation 1.
at::Tensor acquire(const at::Tensor& slices, const AcquisitionDraws& draws, TaskRandom& random);

}  // namespace voxarena::fewshot
