// The one symbol a plugin library exports. Nothing else in the library is touched before these
// fields were compared.
#pragma once

#include <torch/version.h>

#include <cstddef>
#include <cstdint>

#include "voxarena/core/version.h"

#define VOXARENA_PLUGIN_API 3

#if defined(__clang__)
#define VOXARENA_COMPILER "clang"
#elif defined(__GNUC__)
#define VOXARENA_COMPILER "gcc"
#else
#define VOXARENA_COMPILER "unknown"
#endif
#if defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
#define VOXARENA_ABI VOXARENA_COMPILER " cxx11-abi"
#else
#define VOXARENA_ABI VOXARENA_COMPILER " other-abi"
#endif

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

using PluginEntryPoint = const PluginDescriptor* (*)();
}

// Name of the exported function, a PluginEntryPoint.
inline constexpr const char* kPluginEntryPoint = "voxarena_plugin";

}  // namespace voxarena

// Makes a shared library a plugin: once per library, at namespace scope, after the definition of
// the Method.
#define VOXARENA_PLUGIN(MethodClass)                                                    \
  extern "C" __attribute__((visibility("default"))) const ::voxarena::PluginDescriptor* \
  voxarena_plugin() {                                                                   \
    static const ::voxarena::PluginDescriptor descriptor{                               \
        sizeof(::voxarena::PluginDescriptor),                                           \
        VOXARENA_PLUGIN_API,                                                            \
        VOXARENA_VERSION,                                                               \
        TORCH_VERSION,                                                                  \
        VOXARENA_ABI,                                                                   \
        []() -> ::voxarena::Method* { return new MethodClass; },                        \
        [](::voxarena::Method* method) { delete method; }};                             \
    return &descriptor;                                                                 \
  }
