// FATE-SAM as the harness uses it.
#pragma once

#include <memory>

#include "plugins/fatesam/settings.h"
#include "voxarena/plugin/segmenter.h"

namespace voxarena::sam2 {
class Sam2;
}

namespace voxarena::fatesam {

// The network with its weights, on the context's device. Random weights come from the context's
// seed. Error (usage) without weights; Error (input) naming the file if they are another model's.
std::shared_ptr<const sam2::Sam2> load_network(const Settings& settings, const RunContext& context);

// Segments volumes with that network after it was shown the supports. Error (input) if a class is
// in none of them.
std::unique_ptr<Segmenter> make_segmenter(std::shared_ptr<const sam2::Sam2> network,
                                          const Settings& settings, const SupportSet& supports,
                                          std::int64_t classes, const RunContext& context);

}  // namespace voxarena::fatesam
