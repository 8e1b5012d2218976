// Options of a method on the command line.
#pragma once

#include <string>
#include <vector>

#include "voxarena/core/json.h"

namespace voxarena::cli {

// "width=32" → {"width": 32}; a value that is not JSON is a text. Error (usage) without '='.
Json parse_method_options(const std::vector<std::string>& texts);

}  // namespace voxarena::cli
