#include "benchmark/run_folder.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "voxarena/core/files.h"

namespace voxarena {
namespace {

// Objects are joined key by key, everything else is replaced. (JSON's merge patch would drop
// nulls.)
void merge(Json& into, const Json& changes) {
  for (const auto& [key, value] : changes.items()) {
    if (value.is_object() && into.contains(key) && into[key].is_object()) {
      merge(into[key], value);
    } else {
      into[key] = value;
    }
  }
}

}  // namespace

RunFolder run_folder(const std::filesystem::path& results, const std::string& dataset,
                     const std::string& protocol_id, const std::string& method, int fold) {
  return {results / dataset / protocol_id / method / fmt::format("fold_{}", fold)};
}

Json read_manifest(const RunFolder& run) {
  return std::filesystem::exists(run.manifest()) ? read_json(run.manifest()) : Json::object();
}

void update_manifest(const RunFolder& run, const Json& changes) {
  Json manifest = read_manifest(run);
  merge(manifest, changes);
  write_json(run.manifest(), manifest);
}

}  // namespace voxarena
