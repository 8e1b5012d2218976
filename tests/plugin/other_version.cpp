// A plugin of a VoxArena that does not exist.
#include "voxarena/plugin/descriptor.h"

extern "C" const voxarena::PluginDescriptor* voxarena_plugin() {
  static const voxarena::PluginDescriptor descriptor{sizeof(voxarena::PluginDescriptor),
                                                     VOXARENA_PLUGIN_API,
                                                     "99.0.0",
                                                     TORCH_VERSION,
                                                     VOXARENA_ABI,
                                                     nullptr,  // touching these would crash
                                                     nullptr};
  return &descriptor;
}
