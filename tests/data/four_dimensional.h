// A 4-D NIfTI file of 2 channels, 2 x 2 x 3 voxels each, int16, with scl_slope 0.5 and
// scl_inter 10.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

namespace voxarena::test {

inline std::string four_dimensional_nifti() {
  std::string header(352, '\0');
  const auto put = [&](std::size_t at, auto value) {
    std::memcpy(header.data() + at, &value, sizeof(value));
  };
  put(0, std::int32_t{348});
  for (const auto& [i, extent] :
       {std::pair{0, 4}, {1, 3}, {2, 2}, {3, 2}, {4, 2}, {5, 1}, {6, 1}, {7, 1}}) {
    put(40 + 2 * static_cast<std::size_t>(i), static_cast<std::int16_t>(extent));
  }
  put(70, std::int16_t{4});   // int16
  put(72, std::int16_t{16});  // bits
  for (const auto& [i, step] : {std::pair{0, 1.0F}, {1, 1.5F}, {2, 2.5F}, {3, 3.5F}, {4, 9.0F}}) {
    put(76 + 4 * static_cast<std::size_t>(i), step);
  }
  put(108, 352.0F);
  put(112, 0.5F);
  put(116, 10.0F);
  put(254, std::int16_t{1});  // sform
  put(280, 1.5F);
  put(300, 2.5F);
  put(320, 3.5F);
  std::memcpy(header.data() + 344, "n+1", 4);
  for (std::int16_t i = 0; i < 24; ++i) header.append(reinterpret_cast<const char*>(&i), 2);
  return header;
}

}  // namespace voxarena::test
