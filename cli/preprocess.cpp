#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>

#include "benchmark/prepared_dataset.h"
#include "cli/command.h"
#include "preprocessing/case_preprocessor.h"

namespace voxarena::cli {
namespace po = boost::program_options;

int preprocess(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("preprocess", "DATASET [options]", "voxarena preprocess 4 -c 3d_fullres");
  line.positional("DATASET", "number, name or folder of a raw data set")
      .with_roots()
      .with_run_options();
  line.options()("configuration,c", po::value<std::vector<std::string>>()->multitoken(),
                 "2d, 3d_fullres (default: all that are planned)")(
      "plans,p", po::value<std::string>()->default_value("nnUNetPlans"), "name of the plans");
  if (!line.parse(arguments, context)) return 0;
  const PreparedDataset dataset =
      plan_dataset(line.text("DATASET"), line.roots(), context, {.plans = line.text("plans")});
  std::vector<std::string> names = line.texts("configuration");
  if (names.empty()) {
    for (const Configuration& one : dataset.plans.configurations) names.push_back(one.name);
  }
  for (const std::string& name : names)
    dataset.plans.configuration(name);  // unknown names fail before any work
  for (const std::string& name : names) {
    const CaseStore store = preprocess_dataset(
        dataset.raw, dataset.plans, dataset.plans.configuration(name), dataset.folder, context);
    fmt::print("{}: {} cases in {}\n", name, store.cases().size(), store.folder().string());
  }
  return 0;
}

}  // namespace voxarena::cli
