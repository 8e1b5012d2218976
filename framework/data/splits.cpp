#include "voxarena/data/splits.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "voxarena/core/error.h"
#include "voxarena/core/hash.h"
#include "voxarena/core/json.h"
#include "voxarena/core/random.h"

namespace voxarena {
namespace {

constexpr std::size_t kFolds = 5;
constexpr std::uint32_t kSeed = 12345;

std::vector<std::size_t> shuffled_indices(std::size_t count, std::uint32_t seed) {
  std::vector<std::size_t> indices(count);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  NumpyRandom(seed).shuffle(indices);
  return indices;
}

Json to_json(const Split& split) {
  Json out = Json::object();
  out["train"] = split.train;
  out["val"] = split.val;
  return out;
}

// One half ("train" or "val") of fold `fold` in a splits file.
std::vector<std::string> read_half(const Json& entry, const char* half, const std::string& where,
                                   const std::set<std::string>& known) {
  const auto field = entry.is_object() ? entry.find(half) : entry.end();
  if (!entry.is_object() || field == entry.end() || !field->is_array() || field->empty()) {
    throw Error::input(fmt::format("{}: '{}' is missing, empty or not a list", where, half),
                       R"(each fold is {"train": [case ids], "val": [case ids]})");
  }
  std::vector<std::string> cases;
  std::set<std::string> seen;
  for (const Json& item : *field) {
    if (!item.is_string() || !known.contains(item.get<std::string>())) {
      throw Error::input(
          fmt::format("{}: '{}' names the unknown case {}", where, half, json_text(item)),
          "case ids are file names without channel number and ending; remove it or add its files");
    }
    cases.push_back(item.get<std::string>());
    if (!seen.insert(cases.back()).second) {
      throw Error::input(fmt::format("{}: '{}' names case '{}' twice", where, half, cases.back()),
                         "remove one of them");
    }
  }
  return cases;
}

}  // namespace

std::vector<Split> five_fold_splits(std::vector<std::string> cases) {
  if (cases.size() < kFolds) {
    throw Error::input(fmt::format("{} cases cannot be split into {} folds", cases.size(), kFolds),
                       "add cases, or write a splits_final.json of your own beside dataset.json");
  }
  std::sort(cases.begin(), cases.end());
  const std::vector<std::size_t> order = shuffled_indices(cases.size(), kSeed);

  std::vector<std::size_t> fold_of(cases.size());
  std::size_t next = 0;
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    const std::size_t count = cases.size() / kFolds + (fold < cases.size() % kFolds ? 1 : 0);
    for (std::size_t i = 0; i < count; ++i) fold_of[order[next++]] = fold;
  }
  std::vector<Split> splits(kFolds);
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      (fold_of[i] == fold ? splits[fold].val : splits[fold].train).push_back(cases[i]);
    }
  }
  return splits;
}

std::vector<Split> read_splits(const std::filesystem::path& file,
                               const std::vector<std::string>& cases) {
  const Json json = read_json(file);
  if (!json.is_array() || json.empty()) {
    throw Error::input(fmt::format("{}: not a list of folds", file.string()),
                       R"(write [{"train": [...], "val": [...]}, ...])");
  }
  const std::set<std::string> known(cases.begin(), cases.end());
  std::vector<Split> splits;
  for (const Json& entry : json) {
    const std::string where = fmt::format("{}: fold {}", file.string(), splits.size());
    Split split{read_half(entry, "train", where, known), read_half(entry, "val", where, known)};
    const std::set<std::string> training(split.train.begin(), split.train.end());
    for (const std::string& id : split.val) {
      if (!training.contains(id)) continue;
      throw Error::input(
          fmt::format("{}: case '{}' is in 'train' and in 'val'", where, id),
          "a case that is trained on cannot be evaluated: remove it from one of them");
    }
    splits.push_back(std::move(split));
  }
  return splits;
}

std::string splits_text(const std::vector<Split>& splits) {
  Json json = Json::array();
  for (const Split& split : splits) json.push_back(to_json(split));
  return dump_json(json);  // no new line at the end
}

std::string fold_name(int fold) { return fold == kAllCases ? "all" : std::to_string(fold); }

int parse_fold(const std::string& fold_name) {
  if (fold_name == "all") return kAllCases;
  const bool number = !fold_name.empty() && fold_name.size() < 6 &&
                      std::ranges::all_of(fold_name, [](char c) { return c >= '0' && c <= '9'; });
  if (!number) {
    throw Error::usage(fmt::format("'{}' is not a fold", fold_name),
                       "folds are 0, 1, 2, ... and all");
  }
  return std::stoi(fold_name);
}

Split select_fold(const std::vector<Split>& splits, int fold, std::vector<std::string> cases) {
  if (fold == kAllCases) return {cases, cases};
  if (fold < 0)
    throw Error::usage(fmt::format("fold {} does not exist", fold), "folds are numbered from 0");
  if (static_cast<std::size_t>(fold) < splits.size()) return splits[static_cast<std::size_t>(fold)];
  if (cases.size() < 2) {
    throw Error::input(
        fmt::format("{} case(s) cannot be split into training and validation", cases.size()),
        "add cases to the data set");
  }
  std::sort(cases.begin(), cases.end());
  const std::vector<std::size_t> order =
      shuffled_indices(cases.size(), kSeed + static_cast<std::uint32_t>(fold));
  const auto training = static_cast<std::size_t>(static_cast<double>(cases.size()) * 0.8);
  Split split;
  std::vector<bool> is_training(cases.size(), false);
  for (std::size_t i = 0; i < training; ++i) {
    split.train.push_back(cases[order[i]]);
    is_training[order[i]] = true;
  }
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!is_training[i]) split.val.push_back(cases[i]);
  }
  return split;
}

std::string split_hash(const Split& split) { return sha256(canonical_json(to_json(split))); }

}  // namespace voxarena
