// The values every stage passes on: arrays of voxels with their place in the world.
// Axis order is nnU-Net's: (channel, z, y, x), contiguous, x fastest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace voxarena {

using Extent = std::array<std::int64_t, 3>;  // voxels along (z, y, x)
using Spacing = std::array<double, 3>;       // mm along (z, y, x)

inline std::int64_t voxels(const Extent& extent) { return extent[0] * extent[1] * extent[2]; }

// Half-open box of voxels: lo <= index < hi.
struct Box {
  Extent lo{};
  Extent hi{};

  Extent size() const { return {hi[0] - lo[0], hi[1] - lo[1], hi[2] - lo[2]}; }
  bool operator==(const Box&) const = default;
};

// Voxels of `channels` images of the same size.
template <class T>
struct Volume {
  std::int64_t channels = 0;
  Extent size{};
  std::vector<T> values;

  Volume() = default;
  Volume(std::int64_t channel_count, const Extent& extent, T fill = T{})
      : channels(channel_count),
        size(extent),
        values(static_cast<std::size_t>(channel_count * voxels(extent)), fill) {}

  bool empty() const { return values.empty(); }
  std::int64_t voxels_per_channel() const { return voxels(size); }

  T* channel(std::int64_t c) { return values.data() + c * voxels(size); }
  const T* channel(std::int64_t c) const { return values.data() + c * voxels(size); }

  std::size_t offset(std::int64_t c, std::int64_t z, std::int64_t y, std::int64_t x) const {
    return static_cast<std::size_t>(((c * size[0] + z) * size[1] + y) * size[2] + x);
  }
  T& at(std::int64_t c, std::int64_t z, std::int64_t y, std::int64_t x) {
    return values[offset(c, z, y, x)];
  }
  const T& at(std::int64_t c, std::int64_t z, std::int64_t y, std::int64_t x) const {
    return values[offset(c, z, y, x)];
  }
};

// nnU-Net's classes that read and write images. Only those called reorient change the order of
// voxels.
enum class ImageReader : std::uint8_t {
  simple_itk,
  simple_itk_reorient,
  nibabel,
  nibabel_reorient,
  natural_image,
  tiff,
};

// Where the axes x, y and z of voxels lead to, a letter each: "RAS" is right, anterior, superior,
// "LPS" the direction (1 0 0, 0 1 0, 0 0 1). All zero: voxels are as in their file.
using Orientation = std::array<char, 3>;

// Where the voxels lie, in ITK's convention: origin and direction in (x, y, z) order, direction row
// by row. `spacing` is in array order (z, y, x). A 2-D file keeps its own 2-D geometry in the first
// entries of `origin` and the upper left of `direction`, has size (1, y, x) and nnU-Net's pseudo
// spacing (999 * largest, y, x).
struct Geometry {
  int file_dimension = 3;
  Spacing spacing{1, 1, 1};
  std::array<double, 3> origin{};
  std::array<double, 9> direction{1, 0, 0, 0, 1, 0, 0, 0, 1};

  // How the file was read, which decides on how labels are written beside it.
  ImageReader reader = ImageReader::simple_itk;
  Orientation original_orientation{};  // of the file, where the reader changed it
  // Of nibabel's readers: from the file's voxels (x, y, z) to mm right, anterior and superior, row
  // by row.
  std::array<double, 16> original_affine{};
};

struct Image {
  Volume<float> voxels;
  Geometry geometry;
};

struct LabelImage {
  Volume<std::int16_t> voxels;  // one channel
  Geometry geometry;
};

}  // namespace voxarena
