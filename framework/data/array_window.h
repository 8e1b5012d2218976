// Windows of stored arrays that may reach outside of them.
#pragma once

#include <algorithm>

#include "voxarena/data/array_file.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// The part of `window` inside the array, all channels; `outside` elsewhere.
template <class T>
Volume<T> read_window(const ArrayFile& array, const Box& window, T outside) {
  const ArrayShape& shape = array.shape();
  Box inner;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    inner.lo[axis] = std::clamp<std::int64_t>(window.lo[axis], 0, shape[axis + 1]);
    inner.hi[axis] = std::clamp<std::int64_t>(window.hi[axis], inner.lo[axis], shape[axis + 1]);
  }
  const ArrayShape start{0, inner.lo[0], inner.lo[1], inner.lo[2]};
  const ArrayShape stop{shape[0], inner.hi[0], inner.hi[1], inner.hi[2]};
  if (inner == window) {
    Volume<T> out(shape[0], window.size());
    array.read(start, stop, out.values.data());
    return out;
  }
  Volume<T> out(shape[0], window.size(), outside);
  Volume<T> part(shape[0], inner.size());
  array.read(start, stop, part.values.data());
  if (part.empty()) return out;
  for (std::int64_t c = 0; c < shape[0]; ++c) {
    for (std::int64_t z = 0; z < part.size[0]; ++z) {
      for (std::int64_t y = 0; y < part.size[1]; ++y) {
        std::copy_n(&part.at(c, z, y, 0), part.size[2],
                    &out.at(c, z + inner.lo[0] - window.lo[0], y + inner.lo[1] - window.lo[1],
                            inner.lo[2] - window.lo[2]));
      }
    }
  }
  return out;
}

}  // namespace voxarena
