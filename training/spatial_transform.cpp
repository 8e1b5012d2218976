#include "training/spatial_transform.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace voxarena {
namespace {

// Rounding room around the exact bounding box, in voxels.
constexpr double kSlack = 1e-3;

Matrix3 multiply(const Matrix3& a, const Matrix3& b) {
  Matrix3 product{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t k = 0; k < 3; ++k) product[i * 3 + j] += a[i * 3 + k] * b[k * 3 + j];
    }
  }
  return product;
}

// Corner of the patch in the loader patch when nothing is transformed.
Extent centre_crop(const SpatialFrame& frame) {
  Extent start;
  for (std::size_t d = 0; d < 3; ++d) start[d] = frame.initial[d] / 2 - frame.patch[d] / 2;
  return start;
}

// Voxels of the window that a row of the patch is interpolated from: linear index of the lowest
// corner of the cell and the position inside the cell.
struct Row {
  explicit Row(std::int64_t length)
      : cell(static_cast<std::size_t>(length)),
        z(static_cast<std::size_t>(length)),
        y(static_cast<std::size_t>(length)),
        x(static_cast<std::size_t>(length)) {}

  std::vector<std::int32_t> cell;
  std::vector<float> z, y, x;
};

class Sampler {
 public:
  Sampler(const SpatialDraw& draw, const SpatialFrame& frame, const Box& window)
      : matrix_(spatial_matrix(draw, frame.planar)), frame_(frame), size_(window.size()) {
    for (std::size_t d = 0; d < 3; ++d) {
      centre_[d] =
          0.5 * static_cast<double>(frame.initial[d] - 1) - static_cast<double>(window.lo[d]);
    }
  }

  void locate(std::int64_t z, std::int64_t y, Row& row) const {
    const Extent& patch = frame_.patch;
    const std::array<double, 3> offset = {
        static_cast<double>(z) - 0.5 * static_cast<double>(patch[0] - 1),
        static_cast<double>(y) - 0.5 * static_cast<double>(patch[1] - 1),
        -0.5 * static_cast<double>(patch[2] - 1)};
    std::array<float, 3> start{}, step{};
    for (std::size_t d = 0; d < 3; ++d) {
      const double* a = matrix_.data() + d * 3;
      start[d] =
          static_cast<float>(centre_[d] + a[0] * offset[0] + a[1] * offset[1] + a[2] * offset[2]);
      step[d] = static_cast<float>(a[2]);
    }
    const auto slice = static_cast<std::int32_t>(size_[1] * size_[2]);
    const auto line = static_cast<std::int32_t>(size_[2]);
    const auto plane =
        static_cast<std::int32_t>(z);  // planar transforms read exactly the slices of the patch
    const std::size_t length = row.cell.size();
    for (std::size_t i = 0; i < length; ++i) {
      const auto at = static_cast<float>(i);
      const float pz = start[0] + step[0] * at;
      const float py = start[1] + step[1] * at;
      const float px = start[2] + step[2] * at;
      const auto iz = frame_.planar ? plane : static_cast<std::int32_t>(pz);
      const auto iy = static_cast<std::int32_t>(py);
      const auto ix = static_cast<std::int32_t>(px);
      row.cell[i] = iz * slice + iy * line + ix;
      row.z[i] = pz - static_cast<float>(iz);
      row.y[i] = py - static_cast<float>(iy);
      row.x[i] = px - static_cast<float>(ix);
    }
  }

 private:
  Matrix3 matrix_;
  SpatialFrame frame_;
  Extent size_;
  std::array<double, 3> centre_{};
};

float lerp(float a, float b, float t) { return a + (b - a) * t; }

float bilinear(const std::array<float, 4>& p, float y, float x) {
  const float near = lerp(p[0], p[2], y), far = lerp(p[1], p[3], y);
  return lerp(near, far, x);
}

// The corners of a cell in the order of the bits (z, y, x); planar cells have their four twice.
using Labels8 = std::array<std::int32_t, 8>;
using Weights8 = std::array<float, 8>;

Weights8 corner_weights(float z, float y, float x) {
  const float low[4] = {(1 - y) * (1 - x), (1 - y) * x, y * (1 - x), y * x};
  Weights8 weights;
  for (std::size_t i = 0; i < 4; ++i) {
    weights[i] = (1 - z) * low[i];
    weights[i + 4] = z * low[i];
  }
  return weights;
}

float weight_of(std::int32_t label, const Labels8& labels, const Weights8& weights) {
  Weights8 chosen;
  for (std::size_t i = 0; i < 8; ++i) chosen[i] = labels[i] == label ? weights[i] : 0.0F;
  return ((chosen[0] + chosen[1]) + (chosen[2] + chosen[3])) +
         ((chosen[4] + chosen[5]) + (chosen[6] + chosen[7]));
}

// The label with the largest weight; the lowest wins ties.
std::int32_t vote(const Labels8& labels, const Weights8& weights) {
  std::int32_t best = labels[0];
  float best_weight = weight_of(best, labels, weights);
  std::int32_t previous = best;
  for (std::size_t i = 1; i < 8; ++i) {
    const std::int32_t label = labels[i];
    if (label == labels[0] || label == previous) continue;  // weighed already
    previous = label;
    const float weight = weight_of(label, labels, weights);
    if (weight > best_weight || (weight == best_weight && label < best)) {
      best = label;
      best_weight = weight;
    }
  }
  return best;
}

// Labels of a row of the patch. `slice`: distance of neighbours along z, 0 in planar transforms.
void vote_row(const std::int16_t* labels, std::int64_t line, std::int64_t slice, const Row& row,
              std::int16_t* out) {
  for (std::size_t i = 0; i < row.cell.size(); ++i) {
    const std::int16_t* p = labels + row.cell[i];
    const std::int16_t* q = p + slice;
    const Labels8 corners = {p[0], p[1], p[line], p[line + 1], q[0], q[1], q[line], q[line + 1]};
    std::int32_t differing = 0;
    for (const std::int32_t label : corners) differing |= label ^ corners[0];
    if (differing == 0) {
      out[i] = p[0];
      continue;
    }
    const float depth = slice == 0 ? 0.0F : row.z[i];
    out[i] = static_cast<std::int16_t>(vote(corners, corner_weights(depth, row.y[i], row.x[i])));
  }
}

// Fills what lies outside the loader patch, as if only the loader patch had been read.
template <class T>
void blank_outside(const Extent& initial, const Box& window, T value, Volume<T>& volume) {
  const bool inside = std::ranges::all_of(std::array<std::size_t, 3>{0, 1, 2}, [&](std::size_t d) {
    return window.lo[d] >= 0 && window.hi[d] <= initial[d];
  });
  if (inside) return;
  const Extent size = window.size();
  const auto out = [&](std::size_t d, std::int64_t i) {
    return i + window.lo[d] < 0 || i + window.lo[d] >= initial[d];
  };
  for (std::int64_t c = 0; c < volume.channels; ++c) {
    for (std::int64_t z = 0; z < size[0]; ++z) {
      for (std::int64_t y = 0; y < size[1]; ++y) {
        T* line = &volume.at(c, z, y, 0);
        if (out(0, z) || out(1, y)) {
          std::fill_n(line, size[2], value);
          continue;
        }
        const std::int64_t first = std::clamp<std::int64_t>(-window.lo[2], 0, size[2]);
        const std::int64_t last =
            std::clamp<std::int64_t>(initial[2] - window.lo[2], first, size[2]);
        std::fill(line, line + first, value);
        std::fill(line + last, line + size[2], value);
      }
    }
  }
}

}  // namespace

Matrix3 spatial_matrix(const SpatialDraw& draw, bool planar) {
  const double s = draw.scale;
  const auto& angle = draw.angles;
  const double c2 = std::cos(angle[2]), s2 = std::sin(angle[2]);
  if (planar) return {1, 0, 0, 0, s * c2, -s * s2, 0, s * s2, s * c2};
  const double c0 = std::cos(angle[0]), s0 = std::sin(angle[0]);
  const double c1 = std::cos(angle[1]), s1 = std::sin(angle[1]);
  const Matrix3 first = {s, 0, 0, 0, s * c0, -s * s0, 0, s * s0, s * c0};
  const Matrix3 second = {c1, 0, s1, 0, 1, 0, -s1, 0, c1};
  const Matrix3 third = {c2, -s2, 0, s2, c2, 0, 0, 0, 1};
  return multiply(third, multiply(second, first));
}

Box needed_window(const SpatialDraw& draw, const SpatialFrame& frame) {
  Box window;
  if (draw.is_identity()) {
    window.lo = centre_crop(frame);
    for (std::size_t d = 0; d < 3; ++d) window.hi[d] = window.lo[d] + frame.patch[d];
    return window;
  }
  const Matrix3 matrix = spatial_matrix(draw, frame.planar);
  for (std::size_t d = 0; d < 3; ++d) {
    double reach = kSlack;
    for (std::size_t k = 0; k < 3; ++k) {
      reach += std::abs(matrix[d * 3 + k]) * 0.5 * static_cast<double>(frame.patch[k] - 1);
    }
    const double centre = 0.5 * static_cast<double>(frame.initial[d] - 1);
    window.lo[d] = static_cast<std::int64_t>(std::floor(centre - reach));
    window.hi[d] = static_cast<std::int64_t>(std::floor(centre + reach)) + 2;
  }
  if (frame.planar) {
    window.lo[0] = centre_crop(frame)[0];
    window.hi[0] = window.lo[0] + frame.patch[0];
  }
  return window;
}

void transform_image(const SpatialDraw& draw, const SpatialFrame& frame, const Box& window,
                     Volume<float>& image) {
  blank_outside(frame.initial, window, 0.0F, image);
  if (draw.is_identity()) return;
  const Extent& patch = frame.patch;
  const std::int64_t line = image.size[2], slice = image.size[1] * line;
  const Sampler sampler(draw, frame, window);
  Volume<float> result(image.channels, patch);
  Row row(patch[2]);
  for (std::int64_t z = 0; z < patch[0]; ++z) {
    for (std::int64_t y = 0; y < patch[1]; ++y) {
      sampler.locate(z, y, row);
      for (std::int64_t c = 0; c < image.channels; ++c) {
        const float* source = image.channel(c);
        float* out = &result.at(c, z, y, 0);
        for (std::size_t i = 0; i < row.cell.size(); ++i) {
          const float* p = source + row.cell[i];
          std::array<float, 4> cell = {p[0], p[1], p[line], p[line + 1]};
          if (!frame.planar) {
            const float* q = p + slice;
            const std::array<float, 4> next = {q[0], q[1], q[line], q[line + 1]};
            for (std::size_t k = 0; k < 4; ++k) cell[k] = lerp(cell[k], next[k], row.z[i]);
          }
          out[i] = bilinear(cell, row.y[i], row.x[i]);
        }
      }
    }
  }
  image = std::move(result);
}

void transform_labels(const SpatialDraw& draw, const SpatialFrame& frame, const Box& window,
                      Volume<std::int16_t>& labels) {
  blank_outside(frame.initial, window, std::int16_t{-1}, labels);
  if (draw.is_identity()) return;
  const Extent& patch = frame.patch;
  const std::int64_t line = labels.size[2], slice = labels.size[1] * line;
  const Sampler sampler(draw, frame, window);
  Volume<std::int16_t> result(labels.channels, patch);
  Row row(patch[2]);
  for (std::int64_t z = 0; z < patch[0]; ++z) {
    for (std::int64_t y = 0; y < patch[1]; ++y) {
      sampler.locate(z, y, row);
      for (std::int64_t c = 0; c < labels.channels; ++c)
        vote_row(labels.channel(c), line, frame.planar ? 0 : slice, row, &result.at(c, z, y, 0));
    }
  }
  labels = std::move(result);
}

}  // namespace voxarena
