#include "benchmark/fairness.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "benchmark/declaration.h"
#include "evaluation/metric.h"
#include "voxarena/core/error.h"
#include "voxarena/core/hash.h"

namespace voxarena {
namespace {

// A key of `information`, what it is called where nobody declared it, and what it does where it has
// another value than a row of the protocol.
struct FactorRule {
  const char* key;
  const char* what;
  std::string (*block)(const Json& value);  // the value is not the protocol's
  std::string (*note)(const Json& value);
};

std::string words(const Json& value) {
  return value.is_string() ? value.get<std::string>() : json_text(value);
}

std::string mirroring(const Json& axes) {
  if (axes.empty()) return "not mirrored at test time";
  return fmt::format("mirrored at test time over {} {}", axes.size() == 1 ? "axis" : "axes",
                     fmt::join(axes.get<std::vector<int>>(), ", "));
}

std::string nothing(const Json& /*value*/) { return {}; }

const std::vector<FactorRule>& factor_rules() {
  static const std::vector<FactorRule> rules = {
      {"training_data", "training data",
       [](const Json&) -> std::string { return "other training data"; },
       [](const Json& value) {
         return "training data: " + (value == kSplit ? "all training cases" : words(value));
       }},
      {"pretraining", "pre-training",
       [](const Json&) -> std::string { return "pre-trained weights"; },
       [](const Json& value) { return "pre-trained weights: " + words(value); }},
      {"ensemble", "ensemble",
       [](const Json& value) { return fmt::format("ensemble of {} models", words(value)); },
       nothing},
      {"mirror_axes", "mirroring at test time", mirroring, nothing},
      {"post_processing", "post-processing",
       [](const Json& value) { return "post-processing: " + words(value); }, nothing},
      {"prompts", "prompts", [](const Json& value) { return "prompts: " + words(value); }, nothing},
      {"budget", "budget", [](const Json& value) { return "budget: " + words(value); }, nothing},
  };
  return rules;
}

// What a row has that had nothing but the protocol. The harness trains its own rows on the supports
// alone; another tool knows of them only if its author says so.
Json expected(const std::string& key, const Json& manifest) {
  const Json& protocol = manifest.at("protocol");
  if (key == "training_data") {
    const bool few = protocol.value("supports", std::int64_t{0}) > 0;
    return few && manifest.contains("predictions") ? kSupports : kSplit;
  }
  if (key == "ensemble") return 1;
  if (key == "mirror_axes") return protocol.value("mirror_axes", Json::array());
  if (key == "post_processing") return protocol.value("post_processing", kNone);
  if (key == "budget") return kAsProtocol;
  return kNone;
}

Json options_of(const Json& manifest) {
  return manifest.value("method", Json::object()).value("options", Json::object());
}

bool equal_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// "Dataset004_Hippocampus", "Dataset004", "Hippocampus", "004" or "4"; letters may be small or
// large.
bool is_dataset(std::string name, const std::string& dataset) {
  name.erase(name.find_last_not_of(" \t") + 1);
  name.erase(0, name.find_first_not_of(" \t"));
  const std::size_t rule = dataset.find('_');
  for (const std::string& known : {dataset, dataset.substr(0, rule), dataset.substr(rule + 1)})
    if (equal_letters(name, known)) return true;
  const bool number = !name.empty() && std::all_of(name.begin(), name.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  return number && name.size() < 9 &&
         dataset.rfind(fmt::format("Dataset{:03}_", std::stoi(name)), 0) == 0;
}

}  // namespace

const char* to_string(Rule rule) {
  switch (rule) {
    case Rule::one_change: return "P1";
    case Rule::same_care: return "P2";
    case Rule::enough_data: return "P3";
    case Rule::same_reports: return "P4";
  }
  return "";
}

const char* describe(Rule rule) {
  switch (rule) {
    case Rule::one_change: return "only the method differs";
    case Rule::same_care: return "planned and tuned alike";
    case Rule::enough_data: return "the data can tell";
    case Rule::same_reports: return "same splits, cases, classes and metrics";
  }
  return "";
}

Json information_of(const Json& manifest) {
  if (manifest.contains("information")) return manifest.at("information");
  // Only the harness knows what its own runs had: of another tool's nothing was declared.
  if (manifest.contains("predictions")) return Json::object();
  return to_json(
      complete_for_harness({}, manifest.at("protocol"), manifest.value("weights", Json())));
}

std::vector<Factor> find_factors(const Json& manifest) {
  const Json information = information_of(manifest);
  std::vector<Factor> factors;
  for (const FactorRule& rule : factor_rules()) {
    const Json value = information.value(rule.key, Json());
    const std::string key = std::string("information.") + rule.key;
    if (value.is_null()) {
      factors.push_back({Rule::one_change, key, rule.what, "", true});
    } else if (value != expected(rule.key, manifest)) {
      factors.push_back({Rule::one_change, key, rule.block(value), rule.note(value)});
    }
  }
  const auto dataset = manifest.at("dataset").get<std::string>();
  const Json tuned_on = information.value("tuned_on", Json());
  const std::string key = "information.tuned_on";
  if (tuned_on.is_null())
    factors.push_back({Rule::same_care, key, "data sets of tuning", "", true});
  const auto is_this = [&](const Json& name) {
    return is_dataset(name.get<std::string>(), dataset);
  };
  if (std::any_of(tuned_on.begin(), tuned_on.end(), is_this))
    factors.push_back({Rule::same_care, key, "tuned on this data set", ""});
  return factors;
}

std::string block_name(const std::vector<Factor>& factors) {
  std::vector<std::string> known, undeclared;
  for (const Factor& factor : factors)
    (factor.undeclared ? undeclared : known).push_back(factor.block);
  if (!undeclared.empty())
    known.push_back(fmt::format("not declared: {}", fmt::join(undeclared, ", ")));
  return fmt::format("{}", fmt::join(known, "; "));
}

bool starts_from_scratch(const Json& manifest) {
  if (manifest.contains("predictions")) return false;
  if (information_of(manifest).value("pretraining", Json()) != kNone) return false;
  const Json weights = manifest.value("weights", Json());
  if (weights.contains("from_scratch")) return true;
  // Older manifests say so only if the user asked for it: {"random": true}.
  return weights.contains("random") ||
         (weights.is_null() && options_of(manifest).contains("weights"));
}

std::string mark_of_start_from_scratch(const Json& manifest) {
  return manifest.value("training_free", false) ? "random weights" : "from scratch";
}

std::string describe_start_from_scratch(const Json& manifest) {
  std::string text =
      manifest.value("training_free", false)
          ? "random weights instead of pre-trained ones"
          : "trained from scratch, without the pre-trained weights that the method can start from";
  const Json options = options_of(manifest);
  for (const char* key : {"preset", "encoder", "backbone"}) {
    if (!options.contains(key)) continue;
    return fmt::format("{} ({} = {})", text, key, words(options.at(key)));
  }
  return text;
}

bool configures_itself(const Json& manifest) {
  if (manifest.contains("predictions"))
    return manifest.at("predictions").value("made_by", "") == "nnU-Net";
  const auto plugin = manifest.value("method", Json::object()).value("plugin", "");
  return plugin == "plain_unet" || plugin == "resenc_unet";
}

bool is_boundary_metric(const std::string& key) {
  const Metric metric = find_metric(key);
  return metric.unit == "mm" || metric.name == "NSD" || metric.name == "Boundary IoU";
}

std::string protocol_id(const Json& protocol) {
  return sha256(canonical_json(protocol)).substr(0, 12);
}

void require_own_protocol(const Json& manifest, const std::filesystem::path& file) {
  const auto id = manifest.at("protocol_id").get<std::string>();
  const std::string own = protocol_id(manifest.at("protocol"));
  if (id == own) return;
  throw Error::input(
      fmt::format("{}: protocol_id is {}, but its protocol has the id {}", file.string(), id, own),
      "rows of one id must have one protocol: the manifest was edited; remove the "
      "run folder and start the benchmark again");
}

}  // namespace voxarena
