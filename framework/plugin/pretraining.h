// Methods that bring weights of their own making: a plugin may export a second function that makes
// them, from nothing but a seed.
#pragma once

#include <cstdint>
#include <filesystem>

#include "voxarena/core/run_context.h"

namespace voxarena {

class LoadedMethod;

// The training ends after `steps`, or after `seconds` of work where that is not 0. Steps alone make
// it repeatable.
struct Pretraining {
  std::filesystem::path output;  // safetensors; "OUTPUT.checkpoint" beside it until the end
  std::int64_t steps = 2000;
  double seconds = 0;
};

extern "C" using PretrainingEntryPoint = void(*)(const Pretraining&, const RunContext&);

// Name of the exported function, a PretrainingEntryPoint.
inline constexpr const char* kPretrainingEntryPoint = "voxarena_pretrain";

// Goes on from the checkpoint of a run that was interrupted. Error (input) if the plugin has no
// weights to make, the output exists, or a checkpoint is there that began with other settings.
void pretrain(const LoadedMethod& method, const Pretraining& wanted, const RunContext& context);

}  // namespace voxarena

// Beside VOXARENA_PLUGIN(), for a function void(const Pretraining&, const RunContext&).
#define VOXARENA_PRETRAINING(function)                                                \
  extern "C" __attribute__((visibility("default"))) void voxarena_pretrain(           \
      const ::voxarena::Pretraining& wanted, const ::voxarena::RunContext& context) { \
    function(wanted, context);                                                        \
  }
