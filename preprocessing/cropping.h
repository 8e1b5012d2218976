// Crop to the region where any channel is not zero (nnU-Net's crop_to_nonzero).
#pragma once

#include <cstdint>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

// One byte a voxel: 1 where any channel differs from zero, and in holes that nothing connects with
// the outside (over faces of voxels; zeros on the border of the array are outside).
std::vector<std::uint8_t> nonzero_mask(const Volume<float>& image);

// The smallest box around the ones; the whole array if there are none.
Box bounding_box(const std::vector<std::uint8_t>& mask, const Extent& size);

template <class T>
Volume<T> cropped(const Volume<T>& volume, const Box& box);

struct Cropped {
  Volume<float> image;
  Volume<std::int16_t> seg;  // -1 outside the nonzero region where there is no label
  Box box;
};

// `label` has the image's size, or is null: then seg is 0 in the nonzero region and -1 elsewhere.
Cropped crop_to_nonzero(const Volume<float>& image, const Volume<std::int16_t>* label);

}  // namespace voxarena
