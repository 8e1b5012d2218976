// Where a model computes.
#pragma once

#include <string>

namespace voxarena {

class Model;

// Error (input) if LibTorch does not know `device` ("cpu", "cuda", "cuda:1") or cannot use it here.
void require_device(const std::string& device);

// "cuda" if LibTorch can use it here, else "cpu".
std::string default_device();

// Moves all parameters and buffers.
void move_to_device(Model& model, const std::string& device);

}  // namespace voxarena
