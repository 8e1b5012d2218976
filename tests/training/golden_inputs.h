// The inputs and outputs of tests/golden/augmentation/make.py.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

inline const nlohmann::json& golden() {
  static const nlohmann::json document = nlohmann::json::parse(
      std::ifstream(VOXARENA_SOURCE_DIR "/tests/golden/augmentation/augmentation.json"));
  return document;
}

inline Volume<float> texture(std::int64_t channels, const Extent& size) {
  Volume<float> image(channels, size);
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t z = 0; z < size[0]; ++z) {
      for (std::int64_t y = 0; y < size[1]; ++y) {
        for (std::int64_t x = 0; x < size[2]; ++x) {
          const std::int64_t value =
              (z * 37 + y * 101 + x * 53 + c * 17 + z * y * 7 + x * y * 3) % 97;
          image.at(c, z, y, x) = static_cast<float>(static_cast<double>(value) / 48.5 - 1);
        }
      }
    }
  }
  return image;
}

inline Volume<std::int16_t> label_blocks(const Extent& size) {
  Volume<std::int16_t> labels(1, size);
  for (std::int64_t z = 0; z < size[0]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[2]; ++x) {
        labels.at(0, z, y, x) = static_cast<std::int16_t>((z / 4 + y / 5 + 2 * (x / 4)) % 5 - 1);
      }
    }
  }
  return labels;
}

// `size` of a golden case; 2-D sizes get z = 1.
inline Extent golden_extent(const nlohmann::json& json) {
  auto values = json.get<std::vector<std::int64_t>>();
  if (values.size() == 2) values.insert(values.begin(), 1);
  return {values.at(0), values.at(1), values.at(2)};
}

inline void expect_near(const std::vector<float>& actual, const nlohmann::json& expected,
                        float tolerance = 1e-5F) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_NEAR(actual[i], expected[i].get<float>(), tolerance) << "voxel " << i;
  }
}

// Voxels of `volume` in `window`; `outside` beyond its ends.
template <class T>
Volume<T> cut(const Volume<T>& volume, const Box& window, T outside) {
  Volume<T> result(volume.channels, window.size(), outside);
  for (std::int64_t c = 0; c < volume.channels; ++c) {
    for (std::int64_t z = 0; z < result.size[0]; ++z) {
      for (std::int64_t y = 0; y < result.size[1]; ++y) {
        for (std::int64_t x = 0; x < result.size[2]; ++x) {
          const Extent from = {z + window.lo[0], y + window.lo[1], x + window.lo[2]};
          bool inside = true;
          for (std::size_t d = 0; d < 3; ++d)
            inside = inside && from[d] >= 0 && from[d] < volume.size[d];
          if (inside) result.at(c, z, y, x) = volume.at(c, from[0], from[1], from[2]);
        }
      }
    }
  }
  return result;
}

}  // namespace voxarena
