// Points and boxes of the command line.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/sam_slice.h"
#include "plugins/sam/prompts.h"

namespace voxarena::cli {

// "12,40.5,1" → numbers; Error (usage) naming the option unless there are between `least` and
// `most`.
std::vector<double> parse_numbers(const std::string& text, const std::string& option,
                                  std::size_t least, std::size_t most);

// --points and --box. Error (usage) naming option, value and the slice's size for labels other than
// 0 and 1, for points outside of the slice, for boxes that are empty, reversed or reach outside.
sam::Prompts read_prompts(const CommandLine& line, const SamSlice& slice);

}  // namespace voxarena::cli
