#include "training/mixed_precision.h"

#include <ATen/autocast_mode.h>

namespace voxarena {

MixedPrecision::MixedPrecision(const c10::Device& device) : active_(device.is_cuda()) {
  if (!active_) return;
  was_enabled_ = at::autocast::is_autocast_enabled(at::kCUDA);
  at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCUDA, true);
  at::autocast::increment_nesting();
}

MixedPrecision::~MixedPrecision() {
  if (!active_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(at::kCUDA, was_enabled_);
}

}  // namespace voxarena
