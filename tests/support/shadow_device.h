// A device for tests that exists nowhere: tensors on "privateuseone:0" (called "shadow") live in
// CPU memory and every operator runs on the CPU, but tensors of two devices in one operator throw,
// as with CUDA. What passes forward and backward on it creates its tensors on the right device.
//
//   register_shadow_device();
//   to_shadow(network);
//   const at::Tensor logits = network.forward(at::rand({1, 1, 8, 8, 8}).to(shadow_device()));
//
// Link with voxarena_shadow.
#pragma once

#include <c10/core/Device.h>

namespace torch::nn {
class Module;
}

namespace voxarena::testing {

// Before the first backward pass of the process: autograd counts devices then. More calls do
// nothing.
void register_shadow_device();

inline c10::Device shadow_device() { return {c10::DeviceType::PrivateUse1, 0}; }

// Moves parameters and buffers. Module::to() refuses devices of this kind. Before the first forward
// pass with gradients: autograd remembers a parameter's device from then on.
void to_shadow(torch::nn::Module& module);

}  // namespace voxarena::testing

// The same for callers that load the library on demand.
extern "C" {
void voxarena_register_shadow_device();
void voxarena_to_shadow(torch::nn::Module* module);
}
