#include "evaluation/shapes/skeleton.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace voxarena {
namespace {

// The 27 voxels around one, as bits 9 (dz + 1) + 3 (dy + 1) + dx + 1.
using Neighbourhood = std::uint32_t;
constexpr Neighbourhood kCentre = 1U << 13;

constexpr Neighbourhood bit(int dz, int dy, int dx) {
  return 1U << (9 * (dz + 1) + 3 * (dy + 1) + dx + 1);
}

// Other voxels that share the vertex, edge or face of the centre voxel in direction (dz, dy, dx),
// each -1, 0 or 1; 0 means that the element extends along the axis.
constexpr Neighbourhood sharing(int dz, int dy, int dx) {
  Neighbourhood voxels = 0;
  for (const int z : {0, dz}) {
    for (const int y : {0, dy}) {
      for (const int x : {0, dx}) voxels |= bit(z, y, x);
    }
  }
  return voxels & ~kCentre;
}

struct Tables {
  std::array<Neighbourhood, 6> faces{};
  std::array<Neighbourhood, 12> edges{};
  std::array<Neighbourhood, 8> vertices{};
  std::array<Neighbourhood, 27> adjacent{};  // voxels that touch each, corners included
};

constexpr Tables make_tables() {
  Tables tables;
  std::size_t faces = 0, edges = 0, vertices = 0;
  for (int i = 0; i < 27; ++i) {
    const int dz = i / 9 - 1, dy = i / 3 % 3 - 1, dx = i % 3 - 1;
    const int axes = dz * dz + dy * dy + dx * dx;
    if (axes == 1) tables.faces[faces++] = sharing(dz, dy, dx);
    if (axes == 2) tables.edges[edges++] = sharing(dz, dy, dx);
    if (axes == 3) tables.vertices[vertices++] = sharing(dz, dy, dx);
    for (int j = 0; j < 27; ++j) {
      const int z = j / 9 - 1 - dz, y = j / 3 % 3 - 1 - dy, x = j % 3 - 1 - dx;
      if (z * z <= 1 && y * y <= 1 && x * x <= 1 && i != j)
        tables.adjacent[static_cast<std::size_t>(i)] |= 1U << j;
    }
  }
  return tables;
}
constexpr Tables kTables = make_tables();

// Whether the union of closed voxels keeps its Euler characteristic without the centre: vertices -
// edges + faces - voxels that only the centre has.
bool keeps_euler(Neighbourhood n) {
  int change = -1;
  for (const Neighbourhood face : kTables.faces) change += (n & face) == 0 ? 1 : 0;
  for (const Neighbourhood edge : kTables.edges) change -= (n & edge) == 0 ? 1 : 0;
  for (const Neighbourhood vertex : kTables.vertices) change += (n & vertex) == 0 ? 1 : 0;
  return change == 0;
}

// Whether the neighbours without the centre are one piece.
bool stays_connected(Neighbourhood n) {
  n &= ~kCentre;
  Neighbourhood piece = n & (~n + 1), open = piece;
  while (open != 0) {
    const auto i = static_cast<std::size_t>(std::countr_zero(open));
    open &= open - 1;
    const Neighbourhood grown = kTables.adjacent[i] & n & ~piece;
    piece |= grown;
    open |= grown;
  }
  return piece == n;
}

bool deletable(Neighbourhood n) {
  const bool endpoint = std::popcount(n) == 2;
  return !endpoint && keeps_euler(n) && stays_connected(n);
}

// Smooth surfaces have few different neighbourhoods: most answers have been found before.
class Deletable {
 public:
  bool operator()(Neighbourhood n) {
    std::uint32_t& known = known_[(n * 0x9E3779B1U) >> (32 - kBits)];
    if (known >> 1 != n) known = n << 1 | (deletable(n) ? 1U : 0U);
    return (known & 1U) != 0;
  }

 private:
  static constexpr unsigned kBits = 14;
  std::vector<std::uint32_t> known_ = std::vector<std::uint32_t>(std::size_t{1} << kBits, 0);
};

class Thinning {
 public:
  Thinning(std::vector<std::uint8_t> image, const Extent& size)
      : image_(std::move(image)), row_(size[2]), slice_(size[1] * size[2]) {
    const auto voxels = static_cast<std::int64_t>(image_.size());
    image_.resize(image_.size() + sizeof(std::uint32_t), 0);  // around() reads one voxel too many
    listed_.assign(image_.size(), 0);
    for (std::int64_t i = 0; i < voxels; ++i) {
      if (image_[static_cast<std::size_t>(i)] != 0 && on_surface(i)) list(i);
    }
    // The order of directions is scikit-image's; an image of one slice has the first four.
    const std::array<std::int64_t, 6> directions = {-row_, row_, 1, -1, slice_, -slice_};
    const std::size_t count = size[0] == 3 ? 4 : 6;
    for (std::size_t unchanged = 0; unchanged < count;) {
      unchanged = 0;
      for (std::size_t d = 0; d < count; ++d) unchanged += peel(directions[d]) ? 0 : 1;
    }
  }

  std::vector<std::uint8_t> take() {
    image_.resize(image_.size() - sizeof(std::uint32_t));
    return std::move(image_);
  }

 private:
  struct Candidate {
    std::int64_t voxel = 0;
    Neighbourhood around = 0;
  };

  std::uint8_t at(std::int64_t i) const { return image_[static_cast<std::size_t>(i)]; }

  bool on_surface(std::int64_t i) const {
    return (at(i - 1) & at(i + 1) & at(i - row_) & at(i + row_) & at(i - slice_) &
            at(i + slice_)) == 0;
  }

  Neighbourhood around(std::int64_t i) const {
    Neighbourhood n = 0;
    int shift = 0;
    for (std::int64_t z = -slice_; z <= slice_; z += slice_) {
      for (std::int64_t y = -row_; y <= row_; y += row_, shift += 3) {
        std::uint32_t four = 0;  // three voxels and one more
        std::memcpy(&four, image_.data() + i + z + y - 1, sizeof four);
        four &= 0x010101U;
        n |= ((four | four >> 7 | four >> 14) & 7U) << shift;
      }
    }
    return n;
  }

  void list(std::int64_t i) {
    std::uint8_t& flag = listed_[static_cast<std::size_t>(i)];
    if (flag == 0) new_.push_back(i);
    flag = 1;
  }

  void consider(std::int64_t i, std::int64_t direction) {
    if (at(i) == 0) return;
    merged_.push_back(i);
    if (at(i + direction) != 0) return;
    const Neighbourhood n = around(i);
    if (deletable_(n)) candidates_.push_back({i, n});
  }

  // Removes what can go of the voxels that are open towards `direction`. Whether any went.
  bool peel(std::int64_t direction) {
    std::sort(new_.begin(), new_.end());
    merged_.clear();
    candidates_.clear();
    auto fresh = new_.begin();
    for (const std::int64_t i : surface_) {
      for (; fresh != new_.end() && *fresh < i; ++fresh) consider(*fresh, direction);
      consider(i, direction);
    }
    for (; fresh != new_.end(); ++fresh) consider(*fresh, direction);
    surface_.swap(merged_);
    new_.clear();
    bool changed = false;
    for (const auto& [i, before] : candidates_) {
      // Others may have gone since.
      const Neighbourhood n = around(i);
      if (n != before && !stays_connected(n)) continue;
      image_[static_cast<std::size_t>(i)] = 0;
      changed = true;
      for (const std::int64_t step :
           {-slice_, -row_, std::int64_t{-1}, std::int64_t{1}, row_, slice_}) {
        if (at(i + step) != 0) list(i + step);
      }
    }
    return changed;
  }

  std::vector<std::uint8_t> image_;
  std::vector<std::uint8_t> listed_;  // is or was in surface_
  std::int64_t row_, slice_;
  std::vector<std::int64_t> surface_, new_, merged_;  // in the order of voxels
  std::vector<Candidate> candidates_;
  Deletable deletable_;
};

}  // namespace

std::vector<std::uint8_t> skeleton(const std::vector<std::uint8_t>& mask, const Extent& size,
                                   bool flat) {
  if (!flat) return Thinning(mask, size).take();
  const auto slice = static_cast<std::ptrdiff_t>(mask.size());
  std::vector<std::uint8_t> padded(3 * mask.size(), 0);
  std::copy(mask.begin(), mask.end(), padded.begin() + slice);
  padded = Thinning(std::move(padded), {3, size[1], size[2]}).take();
  return {padded.begin() + slice, padded.begin() + 2 * slice};
}

}  // namespace voxarena
