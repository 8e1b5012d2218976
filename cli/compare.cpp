#include "benchmark/compare.h"

#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/command.h"
#include "voxarena/core/error.h"

namespace voxarena::cli {
namespace po = boost::program_options;

int compare(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("compare", "A B [options]",
                   "voxarena compare results/Dataset004_Hippocampus/*/plain_unet "
                   "results/Dataset004_Hippocampus/*/resenc_unet");
  line.positional("A", "run folder: one fold, one method, or all of a method's data sets")
      .positional("B", "the other");
  line.with_run_options().options()("metrics,m",
                                    po::value<std::string>()->default_value("Dice,NSD"),
                                    "comma-separated; the first decides")(
      "factor,f", po::value<std::vector<std::string>>()->composing(),
      "dotted key that the claim is about, e.g. method.options.depth; any other difference then "
      "refuses it (default: the method as a whole)")(
      "samples", po::value<std::int64_t>()->default_value(10000), "resamples of the bootstrap")(
      "json", "print as JSON");
  if (!line.parse(arguments, context)) return 0;
  const std::string a = line.text("A"), b = line.text("B");
  CompareOptions options;
  options.metrics.clear();
  std::istringstream list(line.text("metrics"));
  for (std::string metric; std::getline(list, metric, ',');) options.metrics.push_back(metric);
  if (options.metrics.empty())
    throw Error::usage("--metrics: names no metric", "for example --metrics Dice,HD95");
  options.factors = line.texts("factor");
  options.statistics.samples = line.get<std::int64_t>("samples");
  options.statistics.threads = context.threads;
  if (options.statistics.samples < 1 || options.statistics.samples > 1'000'000)
    throw Error::usage("--samples: must be between 1 and 1000000");
  const Comparison comparison = compare_runs(require_finished_runs({a}, context),
                                             require_finished_runs({b}, context), options);
  if (line.has("json")) {
    fmt::print("{}\n", dump_json(comparison_json(comparison)));
  } else {
    fmt::print("{}", comparison_text(comparison, options.statistics.level));
  }
  return 0;
}

}  // namespace voxarena::cli
