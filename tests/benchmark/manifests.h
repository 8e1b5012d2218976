// Manifests and run folders of made-up runs, as the harness leaves them.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "benchmark/fairness.h"
#include "evaluation/records.h"
#include "voxarena/core/files.h"
#include "voxarena/core/json.h"

namespace voxarena::test {

// One finished fold of a method that had nothing but the protocol.
inline Json made_up_manifest(const std::string& name, int fold,
                             const std::vector<std::string>& cases,
                             const std::string& dataset = "Dataset900_Phantom") {
  const Json protocol = {{"dataset", dataset},
                         {"dataset_hash", "d0"},
                         {"labels", {{"background", 0}, {"liver", 1}}},
                         {"splits_hash", "s0"},
                         {"plans_hash", "p0"},
                         {"configuration", "3d_fullres"},
                         {"budget", {{"name", "smoke"}, {"iterations", 8}}},
                         {"augmentation", "nnU-Net"},
                         {"mirror_axes", {2}},
                         {"post_processing", "none"},
                         {"metrics", {{"metrics", {"NSD"}}}},
                         {"seed", 1}};
  return {{"name", name},
          {"dataset", dataset},
          {"fold", fold},
          {"protocol_id", protocol_id(protocol)},
          {"protocol", protocol},
          {"method", {{"plugin", name}, {"version", "1"}, {"options", {{"depth", 3}}}}},
          {"deviations", Json::array()},
          {"weights", nullptr},
          {"information",
           {{"training_data", "split"},
            {"pretraining", "none"},
            {"ensemble", 1},
            {"mirror_axes", {2}},
            {"post_processing", "none"},
            {"prompts", "none"},
            {"budget", "protocol"},
            {"tuned_on", Json::array()},
            {"notes", Json::array()}}},
          {"classes", {"liver"}},
          {"cases", cases},
          {"parameters", {{"total", 10}, {"trained", 8}}},
          {"gflop_per_patch", 1.5},
          {"seconds", {{"train", 10.0 + fold}, {"predict", 4.0}}},
          {"peak_memory_mib", {{"train", 100.0 + fold}}},
          {"status", "finished"}};
}

// Changes the protocol and, with it, its id.
inline void change_protocol(Json& manifest, const std::string& key, const Json& value) {
  manifest["protocol"][key] = value;
  manifest["protocol_id"] = protocol_id(manifest["protocol"]);
}

// `values` of Dice and NSD, case by case.
inline void write_made_up_run(const std::filesystem::path& folder, const Json& manifest,
                              const std::vector<double>& values) {
  std::vector<Record> records;
  const auto cases = manifest.at("cases").get<std::vector<std::string>>();
  const auto classes = manifest.at("classes").get<std::vector<std::string>>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (const std::string& cls : classes) {
      for (const auto& [metric, flavour] : {std::pair("Dice", "voxel"), {"NSD", "subvoxel"}})
        records.push_back({manifest.at("dataset").get<std::string>(),
                           manifest.at("fold").get<int>(), cases[i], cls, metric, flavour,
                           values[i]});
    }
  }
  write_json(folder / "manifest.json", manifest);
  write_records(folder / "records.csv", records);
}

}  // namespace voxarena::test
