// The arrays of tests/golden/preprocessing/make.py, evaluated anew, and its ways of comparing.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "voxarena/core/json.h"
#include "voxarena/data/volume.h"

namespace voxarena {

inline const Json& golden() {
  static const Json json = read_json(std::string(VOXARENA_SOURCE_DIR) +
                                     "/tests/golden/preprocessing/preprocessing.json");
  return json;
}

inline double phantom_value(std::int64_t zi, std::int64_t yi, std::int64_t xi, int channel) {
  const auto z = static_cast<double>(zi), y = static_cast<double>(yi), x = static_cast<double>(xi);
  return std::sin(0.7 * z + 0.3 * channel) + std::cos(0.35 * y) * 1.5 +
         std::sin(0.21 * x * (1 + 0.1 * y)) +
         static_cast<double>((zi * 31 + yi * 17 + xi * 7) % 11) / 11;
}

template <class T, class Function>
Volume<T> filled(std::int64_t channels, const Extent& size, Function value) {
  Volume<T> out(channels, size);
  std::size_t i = 0;
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t z = 0; z < size[0]; ++z) {
      for (std::int64_t y = 0; y < size[1]; ++y) {
        for (std::int64_t x = 0; x < size[2]; ++x)
          out.values[i++] = static_cast<T>(value(static_cast<int>(c), z, y, x));
      }
    }
  }
  return out;
}

inline Volume<float> phantom(const Extent& size, std::int64_t channels = 1) {
  return filled<float>(channels, size,
                       [](int c, auto z, auto y, auto x) { return phantom_value(z, y, x, c); });
}

// Labels 0..3 in stripes and blocks, -1 in a corner.
inline Volume<std::int16_t> label_phantom(const Extent& size) {
  return filled<std::int16_t>(1, size, [](int, auto z, auto y, auto x) {
    if (y < 2 && x < 3) return -1;
    return static_cast<int>((z / 2 + y / 3 + x / 4) % 3) + (x * y * (z + 1) % 7 == 3 ? 1 : 0);
  });
}

// A zero border, a hole of zeros inside and one that is open to the outside.
inline Volume<float> case_image(const Extent& size, std::int64_t channels) {
  return filled<float>(channels, size, [&](int c, auto z, auto y, auto x) -> double {
    if (z < 2 || y >= size[1] - 3 || x < 1) return 0;
    if (z >= 4 && z < 6 && y >= 5 && y < 8 && x >= 5 && x < 8) return 0;
    if (z == 5 && y >= 10 && x == 9) return 0;
    return phantom_value(z, y, x, c) * 100 + 300;
  });
}

inline Volume<std::int16_t> case_label(const Volume<float>& image) {
  Volume<std::int16_t> label = label_phantom(image.size);
  for (std::size_t i = 0; i < label.values.size(); ++i) {
    if (label.values[i] < 0 || image.values[i] == 0) label.values[i] = 0;
  }
  label.at(0, 5, 12, 9) = 1;  // foreground outside the nonzero region
  return label;
}

// FNV-1a over little-endian int32.
template <class Values>
std::string digest(const Values& values) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const auto value : values) {
    const auto word = static_cast<std::uint32_t>(static_cast<std::int32_t>(value));
    for (int shift = 0; shift < 32; shift += 8)
      hash = (hash ^ ((word >> shift) & 0xFFU)) * 1099511628211ULL;
  }
  return std::to_string(hash);
}

inline std::string digest(const std::vector<std::array<std::int32_t, 3>>& positions) {
  std::vector<std::int32_t> flat;
  for (const auto& p : positions) flat.insert(flat.end(), p.begin(), p.end());
  return positions.empty() ? "" : digest(flat);
}

// `probes` holds every n-th voxel and two sums.
inline void expect_probes(const Volume<float>& volume, std::int64_t channel, const Json& probes,
                          double tolerance) {
  ASSERT_EQ(volume.size, probes["shape"].get<Extent>());
  const float* values = volume.channel(channel);
  double sum = 0;
  double squares = 0;
  for (std::int64_t i = 0; i < volume.voxels_per_channel(); ++i) {
    sum += values[i];
    squares += static_cast<double>(values[i]) * values[i];
  }
  const auto step = probes["step"].get<std::int64_t>();
  std::int64_t i = 0;
  for (const Json& value : probes["values"]) {
    EXPECT_NEAR(values[i], value.get<double>(),
                tolerance * std::max(1.0, std::abs(value.get<double>())))
        << "voxel " << i;
    i += step;
  }
  const double scale = tolerance * std::max(1.0, probes["squares"].get<double>());
  EXPECT_NEAR(sum, probes["sum"].get<double>(), scale);
  EXPECT_NEAR(squares, probes["squares"].get<double>(), scale);
}

}  // namespace voxarena
