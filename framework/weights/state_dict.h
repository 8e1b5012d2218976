// Named tensors of a network, and putting such tensors into one.
#pragma once

#include <string>
#include <vector>

#include "voxarena/weights/safetensors.h"

namespace torch::nn {
class Module;
}

namespace voxarena {

// Parameters and buffers by dotted name ("encoder.stages.0.0.conv.weight"), detached and sharing
// the module's memory.
TensorMap state_dict(const torch::nn::Module& module);

// The same without parameters that get no gradient.
TensorMap trained_state_dict(const torch::nn::Module& module);

// Names of the parameters in the order of their registration, in which torch's optimizers number
// them.
std::vector<std::string> parameter_names(const torch::nn::Module& module);

// What fitted and what did not. Names are the module's, or the file's for `unexpected`.
struct LoadReport {
  std::vector<std::string> loaded, missing, unexpected;
  std::vector<std::string> mismatched;  // "name: file 32 x 1 x 3 x 3, network 16 x 1 x 3 x 3"

  bool exact() const { return missing.empty() && unexpected.empty() && mismatched.empty(); }
  // "120 of 124 tensors fit" and a few names of every kind of misfit, one a line.
  std::string text() const;
};

// Copies every tensor that has the name and shape of one of the module's; types and devices are
// converted.
LoadReport load_state_dict(torch::nn::Module& module, const TensorMap& tensors);

// The same, but Error (input) with the report if anything does not fit; the module is then
// unchanged. `source` is the file's name.
void load_exactly(torch::nn::Module& module, const TensorMap& tensors, const std::string& source);

// As load_exactly, for what trained_state_dict() gave: parameters without a gradient may be missing
// and keep their values.
void load_trained(torch::nn::Module& module, const TensorMap& tensors, const std::string& source);

}  // namespace voxarena
