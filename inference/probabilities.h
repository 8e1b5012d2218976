// Probabilities on the grid of the input file: what nnU-Net saves for ensembles.
#pragma once

#include "voxarena/data/labels.h"
#include "voxarena/data/store.h"
#include "voxarena/data/volume.h"
#include "voxarena/plan/plans.h"

namespace voxarena {

// Logits (K, Z, Y, X) of the preprocessed case → probabilities (K, z, y, x) of the whole original
// image: softmax, or a sigmoid for each region, of the interpolated logits. Outside of the crop
// the background has probability 1, regions have 0. Errors as export_labels().
Volume<float> export_probabilities(const Volume<float>& logits, const CaseProperties& properties,
                                   const Plans& plans, const Configuration& configuration,
                                   const Labels& labels, int threads = 1);

// The most likely class (the lowest of equal ones); of regions every one above one half, later
// ones paint over. Error (input) for a number of classes that does not match `labels`.
Volume<std::int16_t> most_likely_labels(const Volume<float>& probabilities, const Labels& labels,
                                        int threads = 1);

}  // namespace voxarena
