// bfloat16 autocast while the object lives: on CUDA only, other devices compute in float32.
// (float16 would need a loss scaler, which LibTorch's C++ interface does not have.)
#pragma once

#include <c10/core/Device.h>

namespace voxarena {

class MixedPrecision {
 public:
  explicit MixedPrecision(const c10::Device& device);
  ~MixedPrecision();
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

 private:
  bool active_;
  bool was_enabled_ = false;
};

}  // namespace voxarena
