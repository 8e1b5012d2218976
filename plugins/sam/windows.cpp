#include "plugins/sam/windows.h"

#include <ATen/ops/constant_pad_nd.h>

namespace voxarena::sam {

at::Tensor partition(const at::Tensor& x, std::int64_t size) {
  const std::int64_t down = (x.size(1) + size - 1) / size, across = (x.size(2) + size - 1) / size;
  at::Tensor filled = x;
  if (down * size != x.size(1) || across * size != x.size(2))
    filled =
        at::constant_pad_nd(x, {0, 0, 0, across * size - x.size(2), 0, down * size - x.size(1)});
  return filled.view({-1, down, size, across, size, x.size(3)})
      .transpose(2, 3)
      .reshape({-1, size, size, x.size(3)});
}

at::Tensor join(const at::Tensor& windows, std::int64_t height, std::int64_t width) {
  const std::int64_t size = windows.size(1);
  const std::int64_t down = (height + size - 1) / size, across = (width + size - 1) / size;
  return windows.view({-1, down, across, size, size, windows.size(3)})
      .transpose(2, 3)
      .reshape({-1, down * size, across * size, windows.size(3)})
      .narrow(1, 0, height)
      .narrow(2, 0, width);
}

}  // namespace voxarena::sam
