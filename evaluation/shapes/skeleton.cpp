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
bool is_one_piece(Neighbourhood n) {
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

// Smooth surfaces have few different neighbourhoods: most answers have been found before.
class KnownNeighbourhoods {
 public:
  bool deletable(Neighbourhood n) { return (answer(n) & kDeletable) != 0; }
  bool stays_connected(Neighbourhood n) { return (answer(n) & kConnected) != 0; }

 private:
  static constexpr std::uint32_t kDeletable = 1, kConnected = 2;
  static constexpr unsigned kBits = 15;

  std::uint32_t answer(Neighbourhood n) {
    std::uint32_t& known = known_[(n * 0x9E3779B1U) >> (32 - kBits)];
    if (known >> 2 == n) return known;
    known = n << 2;
    if (!is_one_piece(n)) return known;
    const bool endpoint = std::popcount(n) == 2;
    return known |= kConnected | (!endpoint && keeps_euler(n) ? kDeletable : 0);
  }

  std::vector<std::uint32_t> known_ = std::vector<std::uint32_t>(std::size_t{1} << kBits, 0);
};

// One bit a voxel, so that a whole image stays in the cache and 64 voxels are looked at together.
class Thinning {
 public:
  Thinning(const std::vector<std::uint8_t>& mask, const Extent& size)
      : size_(size), row_((size[2] + 63) / 64), slice_(size[1] * row_) {
    // around() reads a little beyond the last voxel.
    words_.assign(static_cast<std::size_t>(size[0] * slice_ + 1), 0);
    for (std::int64_t row = 0; row < size[0] * size[1]; ++row) {
      const std::uint8_t* m = mask.data() + row * size[2];
      for (std::int64_t x = 0; x < size[2]; ++x)
        word(row * row_ + x / 64) |= static_cast<std::uint64_t>(m[x] != 0) << (x % 64);
    }
    // The order of directions is scikit-image's; an image of one slice has the first four.
    const std::array<Direction, 6> directions = {
        {{-row_, 0}, {row_, 0}, {0, 1}, {0, -1}, {slice_, 0}, {-slice_, 0}}};
    const std::size_t count = size[0] == 3 ? 4 : 6;
    for (std::size_t unchanged = 0; unchanged < count;) {
      unchanged = 0;
      for (std::size_t d = 0; d < count; ++d) unchanged += peel(directions[d]) ? 0 : 1;
    }
  }

  std::vector<std::uint8_t> mask() {
    std::vector<std::uint8_t> result(static_cast<std::size_t>(voxels(size_)));
    auto out = result.begin();
    for (std::int64_t row = 0; row < size_[0] * size_[1]; ++row) {
      for (std::int64_t x = 0; x < size_[2]; ++x)
        *out++ = static_cast<std::uint8_t>(word(row * row_ + x / 64) >> (x % 64) & 1U);
    }
    return result;
  }

 private:
  struct Direction {
    std::int64_t words = 0;  // to another row
    int x = 0;
  };
  struct Candidate {
    std::int64_t row = 0, x = 0;  // word with which its row begins, place in the row
    Neighbourhood around = 0;
  };

  std::uint64_t& word(std::int64_t i) { return words_[static_cast<std::size_t>(i)]; }

  Neighbourhood around(std::int64_t row, std::int64_t x) const {
    const auto* bytes = reinterpret_cast<const unsigned char*>(words_.data() + row) + (x - 1) / 8;
    const auto first = static_cast<unsigned>(x - 1) % 8;
    Neighbourhood n = 0;
    int shift = 0;
    for (std::int64_t z = -slice_; z <= slice_; z += slice_) {
      for (std::int64_t y = -row_; y <= row_; y += row_, shift += 3) {
        std::uint16_t bits = 0;
        std::memcpy(&bits, bytes + (z + y) * 8, sizeof bits);
        n |= (static_cast<Neighbourhood>(bits) >> first & 7U) << shift;
      }
    }
    return n;
  }

  // The voxels of a word whose neighbour in this direction is empty.
  std::uint64_t open_voxels(std::int64_t i, const Direction& direction) {
    const std::uint64_t here = word(i);
    if (here == 0) return 0;
    if (direction.x > 0) return here & ~(here >> 1 | word(i + 1) << 63);
    if (direction.x < 0) return here & ~(here << 1 | word(i - 1) >> 63);
    return here & ~word(i + direction.words);
  }

  // Removes what can go of the voxels that are open towards `direction`. Whether any went.
  bool peel(const Direction& direction) {
    candidates_.clear();
    for (std::int64_t z = 1; z + 1 < size_[0]; ++z) {
      for (std::int64_t y = 1; y + 1 < size_[1]; ++y) {
        const std::int64_t row = z * slice_ + y * row_;
        for (std::int64_t i = 0; i < row_; ++i) {
          std::uint64_t open = open_voxels(row + i, direction);
          for (; open != 0; open &= open - 1) {
            const std::int64_t x = 64 * i + std::countr_zero(open);
            const Neighbourhood n = around(row, x);
            if (known_.deletable(n)) candidates_.push_back({row, x, n});
          }
        }
      }
    }
    bool changed = false;
    for (const auto& [row, x, before] : candidates_) {
      // Others may have gone since.
      const Neighbourhood n = around(row, x);
      if (n != before && !known_.stays_connected(n)) continue;
      word(row + x / 64) &= ~(std::uint64_t{1} << (x % 64));
      changed = true;
    }
    return changed;
  }

  Extent size_;
  std::int64_t row_, slice_;  // words
  std::vector<std::uint64_t> words_;
  std::vector<Candidate> candidates_;
  KnownNeighbourhoods known_;
};

}  // namespace

std::vector<std::uint8_t> skeleton(const std::vector<std::uint8_t>& mask, const Extent& size,
                                   bool flat) {
  if (!flat) return Thinning(mask, size).mask();
  const auto slice = static_cast<std::ptrdiff_t>(mask.size());
  std::vector<std::uint8_t> padded(3 * mask.size(), 0);
  std::copy(mask.begin(), mask.end(), padded.begin() + slice);
  padded = Thinning(padded, {3, size[1], size[2]}).mask();
  return {padded.begin() + slice, padded.begin() + 2 * slice};
}

}  // namespace voxarena
