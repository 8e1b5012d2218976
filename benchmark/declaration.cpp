#include "benchmark/declaration.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "benchmark/pretrained_weights.h"
#include "benchmark/toml_reader.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

std::optional<std::string> read_words(const TomlTable& table, const char* key) {
  if (!table.has(key)) return std::nullopt;
  std::string text = table.text(key, "");
  if (text.empty()) table.fail(key, "is empty", "say it in words, or leave the key out");
  return text;
}

void read_common(const TomlTable& table, Declaration& declaration) {
  declaration.training_data = read_words(table, "training_data");
  declaration.pretraining = read_words(table, "pretraining");
  declaration.prompts = read_words(table, "prompts");
  if (table.has("tuned_on")) declaration.tuned_on = table.texts("tuned_on");
  declaration.notes = table.texts("notes");
}

template <class Value>
Json value_or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

template <class Value>
void join(std::optional<Value>& declared, const std::optional<Value>& found, const char* key,
          const std::string& where) {
  if (declared && found && *declared != *found) {
    throw Error::input(fmt::format("{}: declares.{} is {}, but the files say {}", where, key,
                                   json_text(Json(*declared)), json_text(Json(*found))),
                       "correct the declaration, or leave the key out");
  }
  if (!declared) declared = found;
}

}  // namespace

Declaration read_method_declaration(const TomlTable& table) {
  table.allow_only({"training_data", "pretraining", "prompts", "tuned_on", "notes"});
  Declaration declaration;
  read_common(table, declaration);
  return declaration;
}

Declaration read_predictions_declaration(const TomlTable& table) {
  table.allow_only({"training_data", "pretraining", "ensemble", "mirror_axes", "post_processing",
                    "prompts", "budget", "tuned_on", "notes"});
  Declaration declaration;
  read_common(table, declaration);
  if (table.has("ensemble")) declaration.ensemble = table.integer("ensemble", 1, 1, 10'000);
  if (table.has("mirror_axes")) declaration.mirror_axes = table.axes("mirror_axes");
  declaration.post_processing = read_words(table, "post_processing");
  declaration.budget = read_words(table, "budget");
  return declaration;
}

Declaration complete_for_harness(Declaration declared, const Json& protocol, const Json& weights) {
  if (!declared.training_data) declared.training_data = kSplit;
  if (weights.contains("file")) declared.pretraining = describe_pretrained_weights(weights);
  if (!declared.pretraining) declared.pretraining = kNone;
  if (!declared.prompts) declared.prompts = kNone;
  declared.ensemble = 1;
  declared.mirror_axes = protocol.at("mirror_axes").get<std::vector<int>>();
  declared.post_processing = protocol.value("post_processing", kNone);
  declared.budget = kAsProtocol;
  if (!declared.tuned_on) declared.tuned_on.emplace();
  return declared;
}

Declaration join_declarations(const Declaration& declared, const Declaration& found,
                              const std::string& where) {
  Declaration joined = declared;
  join(joined.training_data, found.training_data, "training_data", where);
  join(joined.pretraining, found.pretraining, "pretraining", where);
  join(joined.ensemble, found.ensemble, "ensemble", where);
  join(joined.mirror_axes, found.mirror_axes, "mirror_axes", where);
  join(joined.post_processing, found.post_processing, "post_processing", where);
  join(joined.prompts, found.prompts, "prompts", where);
  join(joined.budget, found.budget, "budget", where);
  if (!joined.tuned_on) joined.tuned_on = found.tuned_on;  // the author may know of more
  joined.notes.insert(joined.notes.begin(), found.notes.begin(), found.notes.end());
  return joined;
}

Json to_json(const Declaration& declaration) {
  return {{"training_data", value_or_null(declaration.training_data)},
          {"pretraining", value_or_null(declaration.pretraining)},
          {"ensemble", value_or_null(declaration.ensemble)},
          {"mirror_axes", value_or_null(declaration.mirror_axes)},
          {"post_processing", value_or_null(declaration.post_processing)},
          {"prompts", value_or_null(declaration.prompts)},
          {"budget", value_or_null(declaration.budget)},
          {"tuned_on", value_or_null(declaration.tuned_on)},
          {"notes", declaration.notes}};
}

}  // namespace voxarena
