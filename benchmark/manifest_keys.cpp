#include "benchmark/manifest_keys.h"

#include <algorithm>
#include <array>

#include "benchmark/fairness.h"

namespace voxarena {
namespace {

struct KeyRow {
  const char* prefix;
  KeyKind kind;
  std::optional<Rule> broken;
  const char* reason;
};

// The first prefix that fits decides.
const std::vector<KeyRow>& key_rows() {
  using enum KeyKind;
  static const std::vector<KeyRow> rows = {
      {"protocol.dataset", protocol, Rule::same_reports, "different data"},
      {"protocol.labels", protocol, Rule::same_reports, "different label sets"},
      {"protocol.splits_hash", protocol, Rule::same_reports, "different splits"},
      {"protocol.metrics", protocol, Rule::same_reports, "different metric settings"},
      {"protocol.plans_hash", protocol, Rule::same_care, "planned from different default plans"},
      {"protocol.configuration", protocol, Rule::one_change, "different configurations"},
      {"protocol.budget", protocol, Rule::one_change, "different budgets"},
      {"protocol.mirror_axes", protocol, Rule::one_change, "different mirroring"},
      {"protocol.inference", protocol, Rule::one_change, "different inference"},
      {"protocol.post_processing", protocol, Rule::one_change, "different post-processing"},
      {"protocol.precision", protocol, Rule::one_change, "different precision"},
      {"protocol.", protocol, Rule::one_change, "different protocols"},
      {"protocol_id", protocol, std::nullopt, ""},  // the keys of the protocol say it
      {"classes", protocol, Rule::same_reports, "different label sets"},
      {"cases", protocol, Rule::same_reports, "different cases"},
      {"information.notes", information, std::nullopt, ""},
      {"information.tuned_on", information, std::nullopt, ""},  // matters for its own data set only
      {"information.training_data", information, Rule::one_change, "different training data"},
      {"information.pretraining", information, Rule::one_change, "different pre-training"},
      {"information.ensemble", information, Rule::one_change, "ensembles of different sizes"},
      {"information.mirror_axes", information, Rule::one_change,
       "different mirroring at test time"},
      {"information.post_processing", information, Rule::one_change, "different post-processing"},
      {"information.prompts", information, Rule::one_change, "different prompts"},
      {"information.budget", information, Rule::one_change, "different budgets"},
      {"weights", information, std::nullopt, ""},  // information.pretraining says it
      {"parameters", cost, std::nullopt, ""},
      {"gflop_per_patch", cost, std::nullopt, ""},
      {"seconds", cost, std::nullopt, ""},
      {"timed_cases", cost, std::nullopt, ""},
      {"peak_memory_mib", cost, std::nullopt, ""},
      {"device", machine, std::nullopt, ""},
      {"threads", machine, std::nullopt, ""},
      {"versions", machine, std::nullopt, ""},
  };
  return rows;
}

bool covers(const std::string& prefix, const std::string& key) {
  return key.starts_with(prefix) && (prefix.ends_with('.') || key.size() == prefix.size() ||
                                     key[prefix.size()] == '.' || key[prefix.size()] == '_');
}

// Dotted keys of everything that is no table, in order.
void flatten(const Json& json, const std::string& prefix,
             std::vector<std::pair<std::string, Json>>& out) {
  if (!json.is_object()) {
    out.emplace_back(prefix, json);
    return;
  }
  for (const auto& [key, value] : json.items()) flatten(value, prefix + "." + key, out);
}

// A table that `other` lacks as a whole stays one key.
std::vector<std::pair<std::string, Json>> leaves(const Json& manifest, const Json& other) {
  Json copy = manifest;
  copy["information"] = information_of(manifest);
  for (const char* key : {"fold", "status"}) copy.erase(key);
  std::vector<std::pair<std::string, Json>> out;
  for (const auto& [key, value] : copy.items()) {
    if (key == "information" || other.contains(key)) {
      flatten(value, key, out);
    } else {
      out.emplace_back(key, value);
    }
  }
  return out;
}

const Json* find(const std::vector<std::pair<std::string, Json>>& leaves, const std::string& key) {
  const auto found = std::find_if(leaves.begin(), leaves.end(),
                                  [&](const auto& leaf) { return leaf.first == key; });
  return found == leaves.end() ? nullptr : &found->second;
}

// Of two lists of texts, what only one of them has.
std::pair<Json, Json> only_in_one(const Json& a, const Json& b) {
  const auto without = [](const Json& list, const Json& other) {
    Json rest = Json::array();
    for (const Json& item : list)
      if (std::find(other.begin(), other.end(), item) == other.end()) rest.push_back(item);
    return rest;
  };
  return {without(a, b), without(b, a)};
}

}  // namespace

const char* to_string(KeyKind kind) {
  constexpr std::array<const char*, 5> kNames = {"protocol", "information", "method", "cost",
                                                 "machine"};
  return kNames[static_cast<std::size_t>(kind)];
}

KeyMeaning meaning_of(const std::string& key) {
  for (const KeyRow& row : key_rows())
    if (covers(row.prefix, key)) return {row.kind, row.broken, row.reason};
  return {};
}

std::vector<KeyDifference> differing_keys(const Json& a, const Json& b, int fold) {
  const auto left = leaves(a, b), right = leaves(b, a);
  std::vector<KeyDifference> out;
  const auto add = [&](const std::string& key, const Json& x, const Json& y) {
    if (canonical_json(x) == canonical_json(y)) return;
    out.push_back({key, meaning_of(key).kind, {}});
    out.back().values[fold] =
        key == "deviations" && x.is_array() && y.is_array() ? only_in_one(x, y) : std::pair(x, y);
  };
  for (const auto& [key, value] : left) {
    const Json* other = find(right, key);
    add(key, value, other == nullptr ? Json() : *other);
  }
  for (const auto& [key, value] : right)
    if (find(left, key) == nullptr) add(key, Json(), value);
  return out;
}

}  // namespace voxarena
