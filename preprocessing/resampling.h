// nnU-Net's resample_data_or_seg: separable cubic splines, linear one-hot labels, separate
// treatment of a thick axis.
#pragma once

#include "voxarena/core/run_context.h"
#include "voxarena/data/volume.h"
#include "voxarena/plan/plans.h"

namespace voxarena {

// Of a configuration, for a case of spacing `current`: 2-D ones keep the distance of the slices.
Spacing target_spacing(const Configuration& configuration, const Spacing& current);

// round-half-to-even of old_spacing / new_spacing * shape.
Extent resampled_shape(const Extent& shape, const Spacing& old_spacing, const Spacing& new_spacing);

// Axis that is treated on its own (nearest neighbour), or -1.
int separate_axis(const Spacing& current, const Spacing& target, int force_separate_z);

Volume<float> resample_data(const Volume<float>& data, const Extent& shape, const Spacing& current,
                            const Spacing& target, const Resampling& how, int threads = 1);
Volume<std::int16_t> resample_seg(const Volume<std::int16_t>& seg, const Extent& shape,
                                  const Spacing& current, const Spacing& target,
                                  const Resampling& how, int threads = 1);

}  // namespace voxarena
