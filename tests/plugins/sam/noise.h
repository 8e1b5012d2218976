// Weights and images by a formula, so that they need no file; tests/golden/sam/make.py has it too.
#pragma once

#include <ATen/core/Tensor.h>

#include <cmath>

#include "voxarena/weights/state_dict.h"

namespace voxarena::testing {

// Uniform in -1/2 ... 1/2: element i is a hash of i and the stream, in 32-bit arithmetic.
inline at::Tensor noise(at::IntArrayRef shape, std::int64_t stream) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  at::Tensor values = at::empty(shape);
  auto* out = values.data_ptr<float>();
  for (std::int64_t i = 0; i < count; ++i) {
    auto h = static_cast<std::uint32_t>(i) + 0x9E3779B9U * static_cast<std::uint32_t>(stream + 1);
    h = (h ^ (h >> 16)) * 0x7FEB352DU;
    h = (h ^ (h >> 15)) * 0x846CA68BU;
    h ^= h >> 16;
    out[i] = static_cast<float>(h / 4294967296.0 - 0.5);
  }
  return values;
}

// Every parameter and buffer, at the scale of a trained network.
inline void fill(torch::nn::Module& module) {
  std::int64_t stream = 0;
  for (auto& [name, tensor] : state_dict(module)) {
    const auto has = [&, &key = name](const char* part) {
      return key.find(part) != std::string::npos;
    };
    double scale = 1, base = 0;
    if (tensor.dim() == 1) {
      scale = 0.2;
      base = name.ends_with("weight") ? 1 : 0;
    } else if (!has("pos") && !has("token.") && !has("tokens.") && !has("embed.") &&
               !has("embeddings")) {
      scale = std::sqrt(12.0 * static_cast<double>(tensor.size(0)) /
                        static_cast<double>(tensor.numel()));
    }
    tensor.copy_(noise(tensor.sizes(), stream++) * scale + base);
  }
}

inline double worst_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

}  // namespace voxarena::testing
