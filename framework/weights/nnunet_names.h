// nnU-Net's networks register most layers under several names: every convolution unit keeps its
// layers in a list as well (`all_modules`), and the decoder keeps the encoder. Ours know each
// parameter by its first name; files have all of them.
#pragma once

#include <string>

#include "voxarena/weights/pth_writer.h"
#include "voxarena/weights/safetensors.h"

namespace voxarena {

// Parameters in the order of their registration → the entries of Python's state dict, in its order.
// The second names share their tensors with the first ones.
NamedTensors with_second_names(const NamedTensors& parameters);

// Drops second names. Error (input) naming `source` and the tensor if one is not equal to its
// first.
TensorMap without_second_names(const TensorMap& tensors, const std::string& source);

}  // namespace voxarena
