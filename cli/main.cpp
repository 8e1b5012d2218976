#include <fmt/core.h>

int main() {
  fmt::print("voxarena\n");
  return 0;
}
