#include "benchmark/protocol.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "benchmark/budgets.h"
#include "benchmark/fairness.h"
#include "evaluation/settings.h"
#include "voxarena/core/error.h"
#include "voxarena/core/hash.h"
#include "voxarena/core/version.h"

namespace voxarena {
namespace {

Json splits_json(const std::vector<Split>& splits) {
  Json out = Json::array();
  for (const Split& split : splits) out.push_back({{"train", split.train}, {"val", split.val}});
  return out;
}

}  // namespace

std::vector<int> mirror_axes(const ProtocolSettings& settings, int dimensions) {
  std::vector<int> axes;
  if (!settings.mirror_axes) {
    for (int axis = 0; axis < dimensions; ++axis) axes.push_back(axis);
    return axes;
  }
  for (const int axis : *settings.mirror_axes) {
    if (axis >= dimensions) {
      throw Error::input(
          fmt::format("protocol.mirror_axes: axis {} does not exist in configuration {}", axis,
                      settings.configuration),
          fmt::format("axes are 0 to {}", dimensions - 1));
    }
    if (std::find(axes.begin(), axes.end(), axis) != axes.end())
      throw Error::input(fmt::format("protocol.mirror_axes: axis {} is there twice", axis),
                         "name each axis once");
    axes.push_back(axis);
  }
  return axes;
}

Protocol make_protocol(const PreparedDataset& dataset, const ProtocolSettings& settings,
                       const RunContext& context) {
  const Configuration& configuration = dataset.plans.configuration(settings.configuration);
  const std::string precision =
      context.device.rfind("cuda", 0) == 0 ? "bfloat16 autocast" : "float32";
  Protocol protocol;
  protocol.values = {
      {"dataset", dataset.raw.name},
      {"dataset_hash", dataset.hash},
      {"labels", parse_json(dataset.raw.json_text, "dataset.json").at("labels")},
      {"splits_hash", sha256(canonical_json(splits_json(dataset.splits)))},
      {"plans_hash", sha256(canonical_json(to_json(dataset.plans)))},
      {"configuration", settings.configuration},
      {"budget", to_json(settings.budget)},
      {"augmentation", settings.augmentation ? "nnU-Net" : "none"},
      {"mirror_axes", mirror_axes(settings, configuration.dimensions())},
      {"loss", dataset.raw.labels.has_regions() ? "Dice + binary cross entropy, deep supervision"
                                                : "Dice + cross entropy, deep supervision"},
      {"precision", precision},
      {"inference",
       {{"step_size", settings.step_size}, {"weighting", "gaussian"}, {"mirroring", true}}},
      {"post_processing", "none"},
      {"metrics", to_json(settings.evaluation)},
      {"seed", settings.seed},
      {"harness_version", VOXARENA_VERSION},
  };
  if (!configuration.previous_stage.empty())
    protocol.values["previous_stage"] = configuration.previous_stage;
  if (settings.supports > 0) protocol.values["supports"] = settings.supports;
  protocol.id = protocol_id(protocol.values);
  return protocol;
}

}  // namespace voxarena
