#include "preprocessing/transposition.h"

namespace voxarena {

template <class T>
Volume<T> transposed(const Volume<T>& volume, const std::array<int, 3>& order) {
  if (order == std::array{0, 1, 2}) return volume;
  const Extent strides =
      transposed(Extent{volume.size[1] * volume.size[2], volume.size[2], 1}, order);
  Volume<T> out(volume.channels, transposed(volume.size, order));
  T* to = out.values.data();
  for (std::int64_t c = 0; c < volume.channels; ++c) {
    const T* from = volume.channel(c);
    for (std::int64_t z = 0; z < out.size[0]; ++z) {
      for (std::int64_t y = 0; y < out.size[1]; ++y) {
        const T* row = from + z * strides[0] + y * strides[1];
        for (std::int64_t x = 0; x < out.size[2]; ++x) *to++ = row[x * strides[2]];
      }
    }
  }
  return out;
}

template Volume<float> transposed(const Volume<float>&, const std::array<int, 3>&);
template Volume<std::int16_t> transposed(const Volume<std::int16_t>&, const std::array<int, 3>&);

}  // namespace voxarena
