// The one symbol a plugin library exports. Nothing else in the library is touched before these fields were compared.
#pragma once

#include <cstdint>

#define VOXARENA_PLUGIN_API 1

namespace voxarena {

class Method;

extern "C" {
// Append-only; `struct_size` tells an older harness where to stop reading.
struct PluginDescriptor {
  std::uint32_t struct_size;
  std::uint32_t api;            // VOXARENA_PLUGIN_API
  const char* harness_version;  // VoxArena that the plugin was compiled against
  const char* torch_version;    // LibTorch likewise
  const char* abi;              // compiler and C++ ABI
  Method* (*create)();
  void (*destroy)(Method*);
};
}

}  // namespace voxarena
