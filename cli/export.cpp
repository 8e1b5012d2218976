#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>

#include "benchmark/nnunet_export.h"
#include "benchmark/run_folder.h"
#include "cli/command.h"
#include "voxarena/core/error.h"

namespace voxarena::cli {
namespace po = boost::program_options;
namespace fs = std::filesystem;

int export_run(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("export", "MODEL RUN... [options]",
                   "voxarena export "
                   "nnUNet_results/Dataset004_Hippocampus/nnUNetTrainer__nnUNetPlans__3d_fullres "
                   "results/Dataset004_Hippocampus/3f2a.../plain_unet/fold_0");
  line.positional("MODEL", "folder to write, as nnU-Net names it: Trainer__Plans__Configuration")
      .positional("RUN", "folders of trained folds (fold_<k>) of one method", -1)
      .with_roots();
  line.options()("trainer", po::value<std::string>()->default_value("nnUNetTrainer"),
                 "class that nnU-Net goes on training with")(
      "plans-name", po::value<std::string>(), "another name for the plans (default: their own)")(
      "plugins", po::value<std::vector<std::string>>()->composing(),
      "further plugin folder or library");
  if (!line.parse(arguments, context)) return 0;
  const fs::path model = line.text("MODEL");
  Paths runs, plugins;
  for (const std::string& run : line.texts("RUN")) runs.emplace_back(run);
  if (runs.empty())
    throw Error::usage("export: RUN is missing", "usage: voxarena export MODEL RUN... [options]");
  for (const std::string& path : line.texts("plugins")) plugins.emplace_back(path);
  NnunetExport options{.trainer = line.text("trainer")};
  if (line.has("plans-name")) options.plans_name = line.text("plans-name");
  const Json manifest = read_manifest({runs.front()});
  if (const Roots roots = line.roots(); !roots.preprocessed.empty()) {
    options.fingerprint =
        roots.preprocessed / manifest.value("dataset", "") / "dataset_fingerprint.json";
  }
  export_nnunet(runs, model, options, plugins, context);
  fmt::print("{} folds in {}\n", runs.size(), model.string());
  return 0;
}

}  // namespace voxarena::cli
