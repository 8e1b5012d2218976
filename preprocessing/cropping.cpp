#include "preprocessing/cropping.h"

#include <algorithm>

namespace voxarena {
namespace {

constexpr std::uint8_t kZero = 0, kNonzero = 1, kOutside = 2;

// Flood fill of the zeros that are connected with the border, row by row of x.
class OutsideFill {
 public:
  OutsideFill(std::vector<std::uint8_t>& mask, const Extent& size) : mask_(mask), size_(size) {}

  void run() {
    for (std::int64_t z = 0; z < size_[0]; ++z) {
      for (std::int64_t y = 0; y < size_[1]; ++y) {
        const bool face = z == 0 || z == size_[0] - 1 || y == 0 || y == size_[1] - 1;
        if (face) {
          seed(z, y, 0, size_[2] - 1);
        } else {
          seed(z, y, 0, 0);
          seed(z, y, size_[2] - 1, size_[2] - 1);
        }
        grow();
      }
    }
  }

 private:
  struct Seed {
    std::int64_t z, y, x;
  };

  std::uint8_t* row(std::int64_t z, std::int64_t y) {
    return mask_.data() + (z * size_[1] + y) * size_[2];
  }

  // One seed for each run of zeros of a row that meets [from, to].
  void seed(std::int64_t z, std::int64_t y, std::int64_t from, std::int64_t to) {
    if (z < 0 || y < 0 || z >= size_[0] || y >= size_[1]) return;
    const std::uint8_t* voxels = row(z, y);
    for (std::int64_t x = from; x <= to; ++x) {
      if (voxels[x] == kZero && (x == from || voxels[x - 1] != kZero)) seeds_.push_back({z, y, x});
    }
  }

  void grow() {
    while (!seeds_.empty()) {
      const auto [z, y, x] = seeds_.back();
      seeds_.pop_back();
      std::uint8_t* voxels = row(z, y);
      if (voxels[x] != kZero) continue;
      std::int64_t from = x;
      std::int64_t to = x;
      while (from > 0 && voxels[from - 1] == kZero) --from;
      while (to + 1 < size_[2] && voxels[to + 1] == kZero) ++to;
      std::fill(voxels + from, voxels + to + 1, kOutside);
      seed(z - 1, y, from, to);
      seed(z + 1, y, from, to);
      seed(z, y - 1, from, to);
      seed(z, y + 1, from, to);
    }
  }

  std::vector<std::uint8_t>& mask_;
  const Extent size_;
  std::vector<Seed> seeds_;
};

}  // namespace

std::vector<std::uint8_t> nonzero_mask(const Volume<float>& image) {
  const auto count = static_cast<std::size_t>(voxels(image.size));
  std::vector<std::uint8_t> mask(count, kZero);
  for (std::int64_t c = 0; c < image.channels; ++c) {
    const float* values = image.channel(c);
    for (std::size_t i = 0; i < count; ++i) mask[i] |= static_cast<std::uint8_t>(values[i] != 0);
  }
  if (std::find(mask.begin(), mask.end(), kZero) == mask.end()) return mask;
  OutsideFill(mask, image.size).run();
  for (std::uint8_t& m : mask) m = m == kOutside ? kZero : kNonzero;
  return mask;
}

Box bounding_box(const std::vector<std::uint8_t>& mask, const Extent& size) {
  Box box{size, {0, 0, 0}};
  const std::uint8_t* row = mask.data();
  for (std::int64_t z = 0; z < size[0]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y, row += size[2]) {
      const auto* const first = std::find(row, row + size[2], kNonzero);
      if (first == row + size[2]) continue;
      std::int64_t last = size[2] - 1;
      while (row[last] != kNonzero) --last;
      box.lo = {std::min(box.lo[0], z), std::min(box.lo[1], y), std::min(box.lo[2], first - row)};
      box.hi = {std::max(box.hi[0], z + 1), std::max(box.hi[1], y + 1),
                std::max(box.hi[2], last + 1)};
    }
  }
  return box.hi[0] == 0 ? Box{{0, 0, 0}, size} : box;
}

template <class T>
Volume<T> cropped(const Volume<T>& volume, const Box& box) {
  Volume<T> out(volume.channels, box.size());
  T* to = out.values.data();
  const std::int64_t width = box.hi[2] - box.lo[2];
  for (std::int64_t c = 0; c < volume.channels; ++c) {
    for (std::int64_t z = box.lo[0]; z < box.hi[0]; ++z) {
      for (std::int64_t y = box.lo[1]; y < box.hi[1]; ++y, to += width) {
        std::copy_n(&volume.at(c, z, y, box.lo[2]), width, to);
      }
    }
  }
  return out;
}

template Volume<float> cropped(const Volume<float>&, const Box&);
template Volume<std::int16_t> cropped(const Volume<std::int16_t>&, const Box&);
template Volume<std::uint8_t> cropped(const Volume<std::uint8_t>&, const Box&);

Cropped crop_to_nonzero(const Volume<float>& image, const Volume<std::int16_t>* label) {
  Volume<std::uint8_t> mask;
  mask.channels = 1;
  mask.size = image.size;
  mask.values = nonzero_mask(image);

  Cropped out;
  out.box = bounding_box(mask.values, mask.size);
  out.image = cropped(image, out.box);
  mask = cropped(mask, out.box);
  out.seg = label != nullptr ? cropped(*label, out.box) : Volume<std::int16_t>(1, out.box.size());
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    if (mask.values[i] == kZero && out.seg.values[i] == 0) out.seg.values[i] = -1;
  }
  return out;
}

}  // namespace voxarena
