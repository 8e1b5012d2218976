// A network's weights from a file, whatever its form.
#pragma once

#include <filesystem>
#include <string>

#include "voxarena/weights/safetensors.h"

namespace voxarena {

// The named tensors of a safetensors file, or of a file of torch.save: a state dict, or a
// checkpoint that holds one as "network_weights", "state_dict", "model_state_dict" or "model". What
// DataParallel and torch.compile put before every name ("module.", "_orig_mod.") is left out. The
// content decides which form it is, not the ending. Error (input) as read_safetensors() and
// PthFile.
TensorMap read_weights(const std::filesystem::path& path);

// The same names without what DataParallel and torch.compile put before all of them, in any order.
TensorMap without_wrappers(TensorMap tensors);

// What a file of weights is known as, by its SHA-256: "SAM ViT-B (sam_vit_b_01ec64.pth)"; empty for
// all others.
std::string known_weights(const std::string& sha256);

}  // namespace voxarena
