// Files of page/ and Vega, built into the program.
#pragma once

#include <string_view>

namespace voxarena {

// "page.html", "vega", ...; empty if there is no such file (and "vega" where the build found none).
std::string_view embedded_file(std::string_view name);

}  // namespace voxarena
