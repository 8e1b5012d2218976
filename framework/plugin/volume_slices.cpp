#include "voxarena/plugin/volume_slices.h"

#include <ATen/ops/from_blob.h>

#include <algorithm>

namespace voxarena {
namespace {

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

at::Tensor stack_across(const at::Tensor& slices, int axis) {
  return slices.movedim(0, axis + 1).contiguous();
}

Volume<float> volume_of(const at::Tensor& values) {
  const at::Tensor host = values.to(at::kCPU, at::kFloat).contiguous();
  Volume<float> out(host.size(0), {host.size(1), host.size(2), host.size(3)});
  std::copy_n(host.const_data_ptr<float>(), out.values.size(), out.values.begin());
  return out;
}

std::vector<int> parse_axes(const std::string& option) {
  if (option == "z") return {0};
  if (option == "y") return {1};
  if (option == "x") return {2};
  return {0, 1, 2};
}

}  // namespace voxarena
