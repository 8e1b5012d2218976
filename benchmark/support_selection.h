// The few labelled cases that every row of a few-shot benchmark sees.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "benchmark/prepared_dataset.h"
#include "benchmark/spec.h"

namespace voxarena {

// `count` of `training`, drawn by (seed, fold) alone: more of them are the same ones and some
// further. In the order they were drawn. Error (input) if there are not as many.
std::vector<std::string> draw_supports(std::vector<std::string> training, std::int64_t count,
                                       std::uint64_t seed, int fold);

// The fold of the protocol: of its training half only the supports, where the protocol asks for
// some.
Split protocol_split(const PreparedDataset& dataset, const ProtocolSettings& settings, int fold);

}  // namespace voxarena
