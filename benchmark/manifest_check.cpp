#include "benchmark/manifest_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

bool is_text(const Json& value) { return value.is_string(); }
bool is_flag(const Json& value) { return value.is_boolean(); }
bool is_words(const Json& value) {
  return is_text(value) && !value.get_ref<const std::string&>().empty();
}
bool is_table(const Json& value) { return value.is_object(); }
bool is_whole(const Json& value) { return value.is_number_integer(); }
bool is_place(const Json& value) { return is_whole(value) && value.get<std::int64_t>() >= 0; }
bool is_count(const Json& value) { return is_whole(value) && value.get<std::int64_t>() >= 1; }
bool is_amount(const Json& value) {
  return value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= 0;
}
bool is_texts(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), is_text);
}
bool is_axes(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& axis) {
           return is_place(axis) && axis.get<std::int64_t>() < 3;
         });
}
bool is_table_or_null(const Json& value) { return value.is_object() || value.is_null(); }

struct ManifestKey {
  const char* key;  // dotted
  bool (*is)(const Json& value);
  const char* what;
  bool required = false;  // else it may be missing
  bool nullable = true;   // if it is not required
};

constexpr const char* kAmount = "a finite number that is not negative";  // NaN reads as null
constexpr const char* kWords = "a text that is not empty";
constexpr const char* kTexts = "a list of texts";
constexpr const char* kAxes = "a list of axes from 0 to 2";

constexpr ManifestKey kManifestKeys[] = {
    {"name", is_words, kWords, true},
    {"dataset", is_words, kWords, true},
    {"fold", is_place, "a number of a fold", true},
    {"protocol_id", is_words, kWords, true},
    {"protocol", is_table, "an object", true},
    {"protocol.configuration", is_words, kWords, true},
    {"protocol.budget", is_table, "an object", true},
    {"protocol.budget.name", is_words, kWords, true},
    {"protocol.budget.iterations", is_place, "a whole number", true},
    {"protocol.mirror_axes", is_axes, kAxes, true},
    {"protocol.seed", is_whole, "a whole number", true},
    {"protocol.supports", is_place, "a whole number"},
    {"protocol.metrics", is_table, "an object"},
    {"method", is_table, "an object"},
    {"method.options", is_table, "an object"},
    {"predictions", is_table, "an object"},
    {"predictions.made_by", is_words, kWords},
    {"predictions.url", is_text, "a text"},
    {"weights", is_table_or_null, "an object"},
    {"deviations", is_texts, kTexts, true},
    {"classes", is_texts, kTexts, true},
    {"cases", is_texts, kTexts, true},
    {"supports", is_texts, kTexts, false, false},
    {"parameters", is_table, "an object", true},
    {"parameters.total", is_place, "a whole number"},
    {"parameters.trained", is_place, "a whole number"},
    {"gflop_per_patch", is_amount, kAmount},
    {"seconds", is_table, "an object", true},
    {"seconds.train", is_amount, kAmount, false, false},
    {"seconds.predict", is_amount, kAmount, false, false},
    {"seconds.evaluate", is_amount, kAmount, false, false},
    {"timed_cases", is_count, "a whole number from 1 on", false, false},
    {"training_free", is_flag, "true or false", false, false},
    {"trained_on_supports", is_words, kWords, false, false},
    {"peak_memory_mib", is_table, "an object", true},
    {"peak_memory_mib.train", is_amount, kAmount, false, false},
    {"information.training_data", is_words, kWords},
    {"information.pretraining", is_words, kWords},
    {"information.ensemble", is_count, "a whole number from 1 on"},
    {"information.mirror_axes", is_axes, kAxes},
    {"information.post_processing", is_words, kWords},
    {"information.prompts", is_words, kWords},
    {"information.budget", is_words, kWords},
    {"information.tuned_on", is_texts, kTexts},
    {"information.notes", is_texts, kTexts},
};

[[noreturn]] void refuse_manifest(const std::filesystem::path& file, const std::string& what) {
  throw Error::input(fmt::format("{}: {}", file.string(), what),
                     "the manifest is not one of this version or was edited; remove the run folder "
                     "and start the benchmark again");
}

// nullptr if it is not there.
const Json* find_key(const Json& manifest, const std::string& dotted) {
  const Json* value = &manifest;
  std::istringstream parts(dotted);
  for (std::string part; std::getline(parts, part, '.');) {
    if (!value->is_object() || !value->contains(part)) return nullptr;
    value = &value->at(part);
  }
  return value;
}

}  // namespace

std::string manifest_status(const Json& manifest, const std::filesystem::path& file) {
  if (!manifest.is_object()) refuse_manifest(file, "is no manifest of a run: not an object");
  const Json* status = find_key(manifest, "status");
  if (status == nullptr) refuse_manifest(file, "status is missing");
  if (!status->is_string())
    refuse_manifest(file, fmt::format("status is {} instead of a text", json_text(*status)));
  return status->get<std::string>();
}

void require_manifest(const Json& manifest, const std::filesystem::path& file) {
  // Left out by older versions, but never without a value.
  if (const Json* information = find_key(manifest, "information");
      information != nullptr && !information->is_object()) {
    refuse_manifest(file,
                    fmt::format("information is {} instead of an object", json_text(*information)));
  }
  for (const ManifestKey& key : kManifestKeys) {
    const Json* value = find_key(manifest, key.key);
    if (value == nullptr && key.required)
      refuse_manifest(file, fmt::format("{} is missing", key.key));
    const bool nullable = !key.required && key.nullable;
    if (value == nullptr || (value->is_null() && nullable) || key.is(*value)) continue;
    refuse_manifest(file,
                    fmt::format("{} is {} instead of {}", key.key, json_text(*value), key.what));
  }
}

}  // namespace voxarena
