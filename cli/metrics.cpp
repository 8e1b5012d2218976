#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "evaluation/metric.h"

namespace voxarena::cli {
namespace {

const char* direction_text(Direction direction) {
  if (direction == Direction::count) return "count";
  return direction == Direction::higher_is_better ? "higher" : "lower";
}

std::string range_text(const Metric& metric) {
  return std::isinf(metric.highest) ? fmt::format("[{}, inf)", metric.lowest)
                                    : fmt::format("[{}, {}]", metric.lowest, metric.highest);
}

Json metric_json(const Metric& metric) {
  return {{"key", metric.key()},
          {"name", metric.name},
          {"flavour", metric.flavour},
          {"better", direction_text(metric.direction)},
          {"unit", metric.unit},
          {"lowest", metric.lowest},
          {"highest", std::isinf(metric.highest) ? Json(nullptr) : Json(metric.highest)},
          {"citation", metric.citation}};
}

}  // namespace

int metrics(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("metrics", "[options]", "voxarena metrics");
  line.options()("json", "print as JSON");
  if (!line.parse(arguments, context)) return 0;
  if (line.has("json")) {
    Json all = Json::array();
    for (const Metric& metric : voxarena::metrics()) all.push_back(metric_json(metric));
    fmt::print("{}\n", dump_json(all));
    return 0;
  }
  fmt::print("{:<24} {:<17} {:<7} {:<6} {:<9} {}\n", "key", "flavour", "better", "unit", "range",
             "source");
  for (const Metric& metric : voxarena::metrics()) {
    fmt::print("{:<24} {:<17} {:<7} {:<6} {:<9} {}\n", metric.key(), metric.flavour,
               direction_text(metric.direction), metric.unit, range_text(metric), metric.citation);
  }
  fmt::print(
      "\nHD takes any percentile, for example HD99. Distances are in mm; the worst value of one is "
      "the diagonal of the image.\nNSD has a tolerance for each class: see 'voxarena evaluate "
      "--help' and 'nsd_tolerance' in a spec.\n");
  return 0;
}

}  // namespace voxarena::cli
