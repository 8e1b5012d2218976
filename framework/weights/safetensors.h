// The safetensors format (huggingface.co/docs/safetensors): 8 bytes little-endian length N, N bytes
// of JSON that give type, shape and place of every tensor, then the raw tensors.
//
//   write_safetensors("model.safetensors", {.tensors = state_dict(network)});
//   TensorFile file = read_safetensors("model.safetensors");
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>

namespace voxarena {

using TensorMap = std::map<std::string, at::Tensor>;

struct TensorFile {
  TensorMap tensors;                            // contiguous, on the CPU after reading
  std::map<std::string, std::string> metadata;  // the header's `__metadata__`
};

// Atomic, and the same content gives the same bytes. Tensors may lie on any device; types
// float64/32/16, bfloat16, int64/32/16/8, uint8 and bool, else Error (internal). The header gets a
// SHA-256 of everything, under the metadata key `sha256`, so that a damaged file is noticed.
void write_safetensors(const std::filesystem::path& path, const TensorFile& content);

// Error (input) naming the file and the tensor or field if it is missing, truncated, malformed or,
// where it carries a SHA-256, damaged. Files of other programs carry none and are read as well.
TensorFile read_safetensors(const std::filesystem::path& path);

}  // namespace voxarena
