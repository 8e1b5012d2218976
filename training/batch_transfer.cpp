#include "training/batch_transfer.h"

#include <ATen/ops/from_blob.h>
#include <fmt/core.h>

#include <memory>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

// A CPU tensor that owns the vector's memory.
template <class T>
at::Tensor adopt(std::vector<T>&& values, at::IntArrayRef shape, at::ScalarType type) {
  auto owner = std::make_shared<std::vector<T>>(std::move(values));
  return at::from_blob(
      owner->data(), shape, [owner](void*) mutable { owner.reset(); }, at::TensorOptions(type));
}

at::Tensor move(const at::Tensor& tensor, const c10::Device& device) {
  if (device.is_cuda()) return tensor.pin_memory().to(device, /*non_blocking=*/true);
  return tensor.to(device);
}

}  // namespace

Batch to_device(PatchBatch&& patches, const c10::Device& device, int dimensions, bool batch_dice) {
  std::vector<std::int64_t> space(patches.patch.begin(), patches.patch.end());
  if (dimensions == 2) space.erase(space.begin());
  std::vector<std::int64_t> image{patches.batch, patches.channels}, target{patches.batch};
  image.insert(image.end(), space.begin(), space.end());
  target.insert(target.end(), space.begin(), space.end());
  if (std::ssize(patches.image) != c10::multiply_integers(image) ||
      std::ssize(patches.target) != c10::multiply_integers(target)) {
    throw Error::internal(fmt::format("a batch of {} x {} patches has {} voxels and {} labels",
                                      patches.batch, patches.channels, patches.image.size(),
                                      patches.target.size()));
  }
  return {move(adopt(std::move(patches.image), image, at::kFloat), device),
          move(adopt(std::move(patches.target), target, at::kLong), device), batch_dice};
}

}  // namespace voxarena
