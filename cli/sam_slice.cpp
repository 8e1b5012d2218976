#include "cli/sam_slice.h"

#include <ATen/ops/from_blob.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "cli/sam_prompts.h"
#include "voxarena/core/error.h"
#include "voxarena/data/image_file.h"
#include "voxarena/data/image_io.h"

namespace voxarena::cli {
namespace fs = std::filesystem;
namespace {

std::pair<float, float> choose_window(const CommandLine& line, bool bytes,
                                      std::vector<float> values) {
  if (line.has("window")) {
    const std::vector<double> given = parse_numbers(line.text("window"), "window", 2, 2);
    if (given[0] >= given[1]) throw Error::usage("--window: its low end is not below its high end");
    return {static_cast<float>(given[0]), static_cast<float>(given[1])};
  }
  if (bytes) return {0.0F, 255.0F};
  const auto percentile = [&](double fraction) {
    const auto rank =
        static_cast<std::ptrdiff_t>(std::lround(fraction * static_cast<double>(values.size() - 1)));
    std::nth_element(values.begin(), values.begin() + rank, values.end());
    return values[static_cast<std::size_t>(rank)];
  };
  const float low = percentile(0.005), high = percentile(0.995);
  return {low, std::max(high, low + 1e-6F)};
}

std::int64_t write_mask_png(const fs::path& file, const at::Tensor& mask) {
  const at::Tensor inside = mask.to(at::kCPU, at::kByte).contiguous();
  const auto* value = inside.const_data_ptr<std::uint8_t>();
  Volume<std::uint8_t> pixels(1, {1, mask.size(0), mask.size(1)});
  std::transform(value, value + inside.numel(), pixels.values.begin(),
                 [](std::uint8_t v) { return static_cast<std::uint8_t>(v == 0 ? 0 : 255); });
  write_png(file, pixels);
  return std::count(pixels.values.begin(), pixels.values.end(), 255);
}

}  // namespace

Picture read_sam_image(const fs::path& file) {
  if (is_picture(file)) return read_picture(file);
  if (is_supported_ending(file) && !is_natural_image(file)) return {read_image({file}), false};
  throw Error::input(fmt::format("{}: unknown image format", file.string()),
                     "supported endings are .png, .jpg, .jpeg, .nii.gz, .nii, .mha and .nrrd");
}

SamSlice choose_slice(const CommandLine& line, const Image& image, const fs::path& file) {
  const int axis = line.get<int>("axis");
  if (axis < 0 || axis > 2) throw Error::usage(fmt::format("--axis: {} is not 0, 1 or 2", axis));
  if (axis != 0 && image.geometry.file_dimension == 2) {
    throw Error::usage(fmt::format("--axis: {} is a 2-D image", file.string()),
                       "leave the option out");
  }
  SamSlice slice;
  slice.axis = static_cast<std::size_t>(axis);
  slice.row_axis = axis == 0 ? 1 : 0;
  slice.column_axis = axis == 2 ? 1 : 2;
  const Extent& size = image.voxels.size;
  slice.rows = size[slice.row_axis];
  slice.columns = size[slice.column_axis];
  const std::int64_t count = size[slice.axis];
  if (!line.has("slice") && count > 1) {
    throw Error::usage(fmt::format("{}: has {} slices along axis {}", file.string(), count, axis),
                       fmt::format("choose one with --slice 0 ... {}", count - 1));
  }
  slice.index = line.has("slice") ? line.get<std::int64_t>("slice") : 0;
  if (slice.index < 0 || slice.index >= count) {
    throw Error::usage(fmt::format("--slice: there is no slice {}", slice.index),
                       fmt::format("axis {} has slices 0 to {}", axis, count - 1));
  }
  return slice;
}

at::Tensor as_photograph(const CommandLine& line, const Picture& picture, const SamSlice& slice) {
  const Image& image = picture.image;
  const std::int64_t channels = image.voxels.channels == 3 ? 3 : 1;
  std::vector<float> values;
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t row = 0; row < slice.rows; ++row) {
      for (std::int64_t column = 0; column < slice.columns; ++column) {
        const Extent at = slice.voxel(row, column);
        values.push_back(image.voxels.at(c, at[0], at[1], at[2]));
      }
    }
  }
  const auto [low, high] = choose_window(line, picture.bytes, values);
  const at::Tensor raw =
      at::from_blob(values.data(), {channels, slice.rows, slice.columns}, at::kFloat);
  return raw.sub(low)
      .mul(255.0 / (high - low))
      .clamp(0, 255)
      .round()
      .to(at::kByte)
      .expand({3, slice.rows, slice.columns})
      .contiguous();
}

void require_mask_file(const fs::path& file, const Image& image) {
  if (is_supported_ending(file) && !is_natural_image(file)) return;
  const bool flat = image.geometry.file_dimension == 2;
  if (flat && file.extension() == ".png") return;
  throw Error::usage(
      fmt::format("{}: masks cannot be written to such a file", file.string()),
      "supported endings are .nii.gz, .nii, .mha and .nrrd, and .png for 2-D images");
}

std::int64_t write_mask(const fs::path& file, const at::Tensor& mask, const Image& image,
                        const SamSlice& slice) {
  if (file.extension() == ".png") return write_mask_png(file, mask);
  LabelImage label{Volume<std::int16_t>(1, image.voxels.size), image.geometry};
  const at::Tensor inside = mask.to(at::kCPU, at::kByte).contiguous();
  const auto* value = inside.const_data_ptr<std::uint8_t>();
  std::int64_t pixels = 0;
  for (std::int64_t row = 0; row < slice.rows; ++row) {
    for (std::int64_t column = 0; column < slice.columns; ++column, ++value) {
      const Extent at = slice.voxel(row, column);
      label.voxels.at(0, at[0], at[1], at[2]) = *value;
      pixels += *value;
    }
  }
  write_label(file, label);
  return pixels;
}

}  // namespace voxarena::cli
