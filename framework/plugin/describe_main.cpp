// voxarena-describe-plugin LIBRARY FILE: the build step that writes a plugin's description beside
// it.
#include <fmt/core.h>

#include <cstdio>

#include "voxarena/core/error.h"
#include "voxarena/plugin/registry.h"

int main(int count, char** arguments) {
  if (count != 3) {
    fmt::print(stderr, "usage: voxarena-describe-plugin LIBRARY FILE\n");
    return 2;
  }
  try {
    voxarena::describe_plugin(arguments[1], arguments[2]);
    return 0;
  } catch (const voxarena::Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    if (!error.hint().empty()) fmt::print(stderr, "hint: {}\n", error.hint());
    return error.exit_code();
  }
}
