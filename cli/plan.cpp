#include <fmt/core.h>
#include <fmt/ranges.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <optional>

#include "benchmark/prepared_dataset.h"
#include "cli/command.h"

namespace voxarena::cli {
namespace po = boost::program_options;

namespace {

// What asks for plans of its own: nothing if no such option is given.
std::optional<PlannerSettings> planner_option(const CommandLine& line) {
  if (!line.has("planner") && !line.has("gpu-memory") && !line.has("target-spacing") &&
      !line.has("plans-name")) {
    return std::nullopt;
  }
  PlannerSettings out =
      planner_settings(line.has("planner") ? line.text("planner") : "ExperimentPlanner");
  if (line.has("gpu-memory")) out.memory = line.get<double>("gpu-memory");
  if (line.has("target-spacing"))
    out.target_spacing = parse_spacing(line.text("target-spacing"), "target-spacing");
  if (line.has("plans-name")) out.plans_name = line.text("plans-name");
  return out;
}

}  // namespace

int plan(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("plan", "DATASET [options]", "voxarena plan 4");
  line.positional("DATASET", "number, name or folder of a raw data set")
      .with_roots()
      .with_run_options();
  line.options()("again", "make fingerprint and plans anew even if the data did not change")(
      "verify", "open every file first: sizes, spacings, label values, NaN")(
      "json", "print the plans as JSON")(
      "patient", po::value<std::string>()->value_name("REGEX")->default_value(""),
      "folds keep the cases of a patient together; e.g. 'patient[0-9]+'")(
      "planner", po::value<std::string>(),
      "ExperimentPlanner, ResEncUNetPlanner or nnUNetPlannerResEncM, -L, -XL; plans anew")(
      "gpu-memory", po::value<double>()->value_name("GB"),
      "memory to plan for (default: 8; ResEncL 24, ResEncXL 40)")(
      "target-spacing", po::value<std::string>()->value_name("Z,Y,X"),
      "spacing in mm of the full resolution, instead of the fingerprint's")(
      "plans-name", po::value<std::string>(), "name of the plans, instead of the planner's own");
  if (!line.parse(arguments, context)) return 0;
  const Roots roots = line.roots();
  if (line.has("verify")) verify_dataset(open_raw_dataset(line.text("DATASET"), roots), context);
  const PreparedDataset dataset = plan_dataset(line.text("DATASET"), roots, context,
                                               {.again = line.has("again"),
                                                .patient = line.text("patient"),
                                                .planner = planner_option(line)});
  if (line.has("json")) {
    fmt::print("{}\n", dump_json(to_json(dataset.plans)));
    return 0;
  }
  fmt::print("{}: {} cases\n", dataset.raw.name, dataset.raw.cases.size());
  for (const Configuration& one : dataset.plans.configurations) {
    fmt::print("  {:<12} patch {}, batch {}, spacing {:.3g} mm, {} stages\n", one.name,
               fmt::join(one.patch_size, "x"), one.batch_size, fmt::join(one.spacing, "x"),
               one.architecture.stages());
  }
  fmt::print("plans are in {}\n", (dataset.folder / (dataset.plans.plans_name + ".json")).string());
  return 0;
}

}  // namespace voxarena::cli
