// Endless synthetic tasks for the in-context network: slices of made-up anatomies with the mask of
// one structure. The slices of a task are different individuals and levels of one anatomy under one
// acquisition, so that what is learned from some of them holds for the others.
//
// An anatomy is a partition into regions, from smooth noise, with organs before it: bent ellipses
// with an inner part or a second half. Individuals differ by an affine and an elastic deformation,
// in their intensities and textures; slices by blur, bias field, noise and contrast.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace voxarena::fewshot {

struct TaskSizes {
  std::int64_t tasks = 5;
  std::int64_t slices = 4;  // of each task
  std::int64_t side = 64;   // pixels
};

struct TaskBatch {
  at::Tensor images;  // float32 (tasks, slices, 1, side, side), each of mean 0 and deviation 1
  at::Tensor masks;   // float32, the same shape, 0 or 1
};

// On the CPU. Depends on sizes, seed and step alone.
TaskBatch draw_tasks(const TaskSizes& sizes, std::uint64_t seed, std::uint64_t step);

}  // namespace voxarena::fewshot
