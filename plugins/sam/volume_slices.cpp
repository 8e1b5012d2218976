#include "plugins/sam/volume_slices.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

namespace voxarena::sam {
namespace {

constexpr std::int64_t kColours = 3;

// (C, Z, Y, X) without a copy.
template <class T>
at::Tensor tensor_of(const Volume<T>& volume, at::ScalarType type) {
  return at::from_blob(const_cast<T*>(volume.values.data()),
                       {volume.channels, volume.size[0], volume.size[1], volume.size[2]}, type);
}

}  // namespace

at::Tensor slices_of(const Volume<float>& image, int axis) {
  return tensor_of(image, at::kFloat).movedim(axis + 1, 0).clone(at::MemoryFormat::Contiguous);
}

at::Tensor slices_of(const Volume<std::int16_t>& labels, int axis) {
  return tensor_of(labels, at::kShort).select(0, 0).movedim(axis, 0).to(at::kLong).contiguous();
}

Volume<float> stack_across(const at::Tensor& slices, int axis) {
  const at::Tensor volume = slices.movedim(0, axis + 1).to(at::kCPU, at::kFloat).contiguous();
  Volume<float> out(volume.size(0), {volume.size(1), volume.size(2), volume.size(3)});
  std::copy_n(volume.const_data_ptr<float>(), out.values.size(), out.values.begin());
  return out;
}

at::Tensor as_picture(const at::Tensor& slice) {
  const at::Tensor low = slice.amin({1, 2}, true), range = slice.amax({1, 2}, true) - low;
  const at::Tensor scaled = at::where(range > 0, (slice - low) / range, at::zeros_like(slice));
  const at::Tensor colours = scaled.size(0) == kColours ? scaled : scaled.mean(0, true);
  return colours.expand({kColours, -1, -1});
}

std::vector<int> parse_axes(const std::string& option) {
  if (option == "z") return {0};
  if (option == "y") return {1};
  if (option == "x") return {2};
  return {0, 1, 2};
}

}  // namespace voxarena::sam
