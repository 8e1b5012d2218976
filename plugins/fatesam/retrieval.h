// Which support slices look like a slice.
#pragma once

#include <functional>
#include <vector>

#include "plugins/fatesam/settings.h"
#include "plugins/sam/sam2/tracking.h"

namespace voxarena::fatesam {

using Pick = std::function<sam2::Features(std::int64_t)>;  // features of one image by its number

// float64 (queries, supports) on the CPU. L1: the mean over the three levels of the mean over
// pixels of the summed differences of channels. Cosine: 1 - that of the angle between coarse maps.
at::Tensor distances(std::int64_t queries, const Pick& query, std::int64_t supports,
                     const Pick& support, Similarity similarity);

// Of every row the columns of the `count` least distances (fewer if there are fewer), nearest
// first, the first of equal ones first.
std::vector<std::vector<std::int64_t>> nearest(const at::Tensor& distances, std::int64_t count);

}  // namespace voxarena::fatesam
