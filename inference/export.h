// From logits on the network's grid to labels on the grid of the input file (nnU-Net's
// convert_predicted_logits_to_segmentation_with_correct_shape).
#pragma once

#include "voxarena/data/labels.h"
#include "voxarena/data/store.h"
#include "voxarena/data/volume.h"
#include "voxarena/plan/plans.h"

namespace voxarena {

// Logits (K, Z, Y, X) of the preprocessed case → labels of the whole original image, with its
// geometry.
//
// Logits are interpolated linearly to the shape before resampling (nearest neighbour along a thick
// axis), the largest wins (the lowest class among equal ones; regions: every one above probability
// 0.5, later ones paint over), the result is pasted at the crop and transposed back. Works slice by
// slice: needs no memory for interpolated logits. Errors (input): a number of classes that does not
// match `labels`, a crop that does not match the shapes.
LabelImage export_labels(const Volume<float>& logits, const CaseProperties& properties,
                         const Plans& plans, const Configuration& configuration,
                         const Labels& labels, int threads = 1);

// The same labels (Z, Y, X) on the grid of `size` voxels that a cascade's next stage has of the
// case (nnU-Net's resample_and_save).
Volume<std::int16_t> next_stage_labels(const Volume<float>& logits, const Extent& size,
                                       const CaseProperties& properties, const Plans& plans,
                                       const Configuration& configuration, const Labels& labels,
                                       int threads = 1);

}  // namespace voxarena
