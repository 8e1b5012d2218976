// Arrays of real numbers in NumPy's .npz archives: what nnU-Net keeps probabilities in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace voxarena {

struct NpzArray {
  std::vector<std::int64_t> shape;
  std::vector<float> values;  // in C order
};

// One array called `name`, float32, compressed; atomic. Error (input) if it cannot be written.
void write_npz(const std::filesystem::path& path, const std::string& name,
               std::span<const float> values, std::span<const std::int64_t> shape);

// Float16, float32 or float64, little-endian, in C order. Error (input) naming the file if it is
// missing or damaged, lacks the array, or the array is of another kind.
NpzArray read_npz(const std::filesystem::path& path, const std::string& name);

}  // namespace voxarena
