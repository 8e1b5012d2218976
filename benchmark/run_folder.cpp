#include "benchmark/run_folder.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "voxarena/core/files.h"

namespace voxarena {

RunFolder run_folder(const std::filesystem::path& results, const std::string& dataset,
                     const std::string& protocol_id, const MethodEntry& method, int fold) {
  return {results / dataset / protocol_id / method.folder() / fmt::format("fold_{}", fold)};
}

Json read_manifest(const RunFolder& run) {
  return std::filesystem::exists(run.manifest()) ? read_json(run.manifest()) : Json::object();
}

void update_manifest(const RunFolder& run, const Json& changes) {
  Json manifest = read_manifest(run);
  manifest.merge_patch(changes);
  write_json(run.manifest(), manifest);
}

}  // namespace voxarena
