// Keys of manifests, and what a difference in each of them means.
#pragma once

#include <optional>
#include <string>

#include "benchmark/compare.h"

namespace voxarena {

struct KeyMeaning {
  KeyKind kind = KeyKind::method;
  std::optional<Rule> broken;  // by a difference
  std::string reason;          // in words: "different splits"
};

// Of a dotted key.
KeyMeaning meaning_of(const std::string& key);

// Keys of one fold that differ, in the order of the manifest of `a`, without fold and status. Of
// deviations only those that the other lacks.
std::vector<KeyDifference> differing_keys(const Json& a, const Json& b, int fold);

}  // namespace voxarena
