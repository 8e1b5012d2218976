// Exchanging the axes of volumes, as plans ask for it (transpose_forward, transpose_backward).
#pragma once

#include <array>

#include "voxarena/data/volume.h"

namespace voxarena {

// Axis i of the result is axis order[i] of the argument.
template <class Value>
std::array<Value, 3> transposed(const std::array<Value, 3>& values,
                                const std::array<int, 3>& order) {
  const auto at = [&](std::size_t i) { return values[static_cast<std::size_t>(order[i])]; };
  return {at(0), at(1), at(2)};
}

// For float and std::int16_t.
template <class T>
Volume<T> transposed(const Volume<T>& volume, const std::array<int, 3>& order);

}  // namespace voxarena
