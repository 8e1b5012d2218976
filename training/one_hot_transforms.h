// A cascade's second input: the previous stage's labels as one channel of 0 and 1 per label, and
// what nnU-Net's augmentation does to these channels alone (batchgeneratorsv2:
// MoveSegAsOneHotToDataTransform, ApplyRandomBinaryOperatorTransform,
// RemoveRandomConnectedComponentFromOneHotEncodingTransform).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "training/augmentation.h"
#include "training/morphology.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// What was drawn for one sample. Channels are counted from 0 = label 1.
struct OneHotDraw {
  struct Operation {
    std::size_t channel = 0;
    BinaryOperator what = BinaryOperator::dilation;
    double radius = 1;  // voxels
  };
  struct Removal {
    std::size_t channel = 0;
    double which = 0;  // [0, 1): a component among those that are small enough
  };
  std::vector<Operation> operations;
  std::vector<Removal> removals;
};

OneHotDraw draw_one_hot(const Augmentation& augmentation, std::int64_t labels,
                        const SampleStream& stream);

// Channel k - 1 is 1 where the (Z, Y, X) label is k.
std::vector<Mask> one_hot(const std::int16_t* labels, const Extent& size, std::int64_t count);

// Voxels that an operation adds to its channel are taken from all others.
void apply_operation(const OneHotDraw::Operation& operation, const Extent& size,
                     std::vector<Mask>& channels);

// Removes one component (26 neighbours) with fewer than `largest_part` of all voxels, if there is
// one.
void remove_component(const OneHotDraw::Removal& removal, double largest_part, const Extent& size,
                      std::vector<Mask>& channels);

// From labels (Z, Y, X) to `count` channels in a batch's memory: mirrored, then as drawn.
void write_one_hot(const std::int16_t* labels, const Extent& size, std::int64_t count,
                   const std::array<bool, 3>& mirror, const OneHotDraw& draw, double largest_part,
                   float* out);

}  // namespace voxarena
