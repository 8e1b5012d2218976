#include "evaluation/report/overlay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace voxarena {
namespace {

// Steps in a flat array for one voxel along each axis.
std::array<std::int64_t, 3> strides(const Extent& size) { return {size[1] * size[2], size[2], 1}; }

struct PlaneAccess {
  std::vector<Footprint> rows, columns;
  std::int64_t start = 0, row_stride = 0, column_stride = 0;
};

PlaneAccess plane_access(const Extent& size, const Cut& cut) {
  const auto at = [](const auto& array, int axis) { return array[static_cast<std::size_t>(axis)]; };
  const std::array<std::int64_t, 3> steps = strides(size);
  return {.rows = footprints(at(size, cut.row_axis), cut.height, cut.flip_rows),
          .columns = footprints(at(size, cut.column_axis), cut.width, cut.flip_columns),
          .start = cut.slice * at(steps, cut.axis),
          .row_stride = at(steps, cut.row_axis),
          .column_stride = at(steps, cut.column_axis)};
}

// The values between which grey levels run, from every n-th voxel.
std::pair<float, float> grey_window(const Volume<float>& image) {
  const auto count = static_cast<std::size_t>(image.voxels_per_channel());
  const std::size_t step = count / 200'000 + 1;
  std::vector<float> values;
  for (std::size_t i = 0; i < count; i += step) values.push_back(image.values[i]);
  const auto quantile = [&](double q) {
    const auto place = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
  };
  const float low = quantile(0.005), high = quantile(0.995);
  return {low, high > low ? high : low + 1};
}

}  // namespace

const std::vector<PaletteColour>& class_colours() {
  static const std::vector<PaletteColour> colours = {
      {230, 159, 0},   {86, 180, 233}, {0, 158, 115},   {240, 228, 66},  {213, 94, 0},
      {204, 121, 167}, {0, 114, 178},  {170, 255, 195}, {220, 190, 255}, {255, 120, 120}};
  return colours;
}

Raster image_raster(const Volume<float>& image, const Cut& cut) {
  const auto [low, high] = grey_window(image);
  const PlaneAccess plane = plane_access(image.size, cut);
  Raster raster{cut.width, cut.height, {}};
  for (const Footprint& row : plane.rows) {
    for (const Footprint& column : plane.columns) {
      double sum = 0;
      for (std::int64_t r = row.from; r < row.to; ++r) {
        for (std::int64_t c = column.from; c < column.to; ++c) {
          sum += image.values[static_cast<std::size_t>(plane.start + r * plane.row_stride +
                                                       c * plane.column_stride)];
        }
      }
      const auto voxels = static_cast<double>((row.to - row.from) * (column.to - column.from));
      const double level = std::clamp((sum / voxels - low) / (high - low), 0.0, 1.0);
      raster.pixels.push_back(static_cast<std::uint8_t>(std::lround(level * 63) * 4));
    }
  }
  return raster;
}

Raster class_raster(const LabelImage& labels, const std::vector<EvaluatedClass>& classes,
                    const Cut& cut) {
  const PlaneAccess plane = plane_access(labels.voxels.size, cut);
  Raster raster{cut.width, cut.height, {}};
  const auto class_of = [&](int label) {
    for (std::size_t c = classes.size(); c > 0; --c) {
      const std::vector<int>& values = classes[c - 1].values;
      if (std::find(values.begin(), values.end(), label) != values.end())
        return static_cast<std::uint8_t>(c);
    }
    return std::uint8_t{0};
  };
  for (const Footprint& row : plane.rows) {
    const std::int64_t r = (row.from + row.to - 1) / 2;
    for (const Footprint& column : plane.columns) {
      const std::int64_t c = (column.from + column.to - 1) / 2;
      raster.pixels.push_back(class_of(labels.voxels.values[static_cast<std::size_t>(
          plane.start + r * plane.row_stride + c * plane.column_stride)]));
    }
  }
  return raster;
}

Raster outlines(const Raster& classes) {
  Raster result = classes;
  const auto at = [&](std::int64_t x, std::int64_t y) {
    const bool inside = x >= 0 && y >= 0 && x < classes.width && y < classes.height;
    return inside ? classes.pixels[static_cast<std::size_t>(y * classes.width + x)]
                  : std::uint8_t{0};
  };
  for (std::int64_t y = 0; y < classes.height; ++y) {
    for (std::int64_t x = 0; x < classes.width; ++x) {
      const std::uint8_t own = at(x, y);
      const bool inner =
          at(x - 1, y) == own && at(x + 1, y) == own && at(x, y - 1) == own && at(x, y + 1) == own;
      if (inner) result.pixels[static_cast<std::size_t>(y * classes.width + x)] = 0;
    }
  }
  return result;
}

std::string class_png(const Raster& raster, std::size_t classes, std::uint8_t alpha) {
  std::vector<PaletteColour> palette = {{0, 0, 0, 0}};
  for (std::size_t c = 0; c < classes; ++c) {
    palette.push_back(class_colours()[c % class_colours().size()]);
    palette.back().alpha = alpha;
  }
  return encode_png(raster, palette);
}

}  // namespace voxarena
