#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <optional>

#include "benchmark/nnunet_archive.h"
#include "cli/nnunet/commands.h"
#include "voxarena/core/error.h"
#include "voxarena/data/msd_dataset.h"

namespace voxarena::cli::nnunet {
namespace po = boost::program_options;
namespace fs = std::filesystem;

int export_model_to_zip(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet export_model_to_zip", "-d DATASET -o FILE [options]",
                   "voxarena nnunet export_model_to_zip -d 4 -o hippocampus.zip -c 3d_fullres");
  line.with_single_dashes();
  const auto list = [] { return po::value<std::vector<std::string>>()->multitoken(); };
  line.options()("d", po::value<std::string>(), "number or name of the data set")(
      "o", po::value<std::string>(), "zip file to write")("c", list(),
                                                          "configurations (default: all four)")(
      "tr", po::value<std::string>()->default_value("nnUNetTrainer"), "trainer")(
      "p", po::value<std::string>()->default_value("nnUNetPlans"), "name of the plans")(
      "chk", list(), "checkpoints (default: checkpoint_final.pth)")(
      "not_strict", "leave out configurations that are not there")(
      "exp_cv_preds", "the predictions of the validation too");
  add_folds_option(line, "folds (default: 0 1 2 3 4)");
  if (!line.parse(arguments, context)) return 0;
  const fs::path results = results_of(line.text("d"));
  ArchiveRequest request{.results = results.parent_path(),
                         .dataset = results.filename().string(),
                         .models = {},
                         .folds = folds_option(line),
                         .strict = !line.has("not_strict"),
                         .predictions = line.has("exp_cv_preds")};
  std::vector<std::string> configurations = line.texts("c");
  if (configurations.empty())
    configurations = {"3d_lowres", "3d_fullres", "2d", "3d_cascade_fullres"};
  for (const std::string& configuration : configurations)
    request.models.push_back({line.text("tr"), line.text("p"), configuration});
  if (line.has("chk")) request.checkpoints = line.texts("chk");
  const std::size_t files = write_model_archive(line.text("o"), request);
  fmt::print("{} files in {}\n", files, line.text("o"));
  return 0;
}

int install_pretrained_model_from_zip(const std::vector<std::string>& arguments,
                                      RunContext& context) {
  CommandLine line("nnunet install_pretrained_model_from_zip", "FILE",
                   "voxarena nnunet install_pretrained_model_from_zip hippocampus.zip");
  line.with_single_dashes().positional("FILE", "zip archive of models");
  if (!line.parse(arguments, context)) return 0;
  const Roots roots = environment_roots();
  if (roots.results.empty())
    throw Error::usage("nnUNet_results is not set", "export nnUNet_results=FOLDER");
  install_model_archive(line.text("FILE"), roots.results);
  fmt::print("{}\n", roots.results.string());
  return 0;
}

int convert_msd_dataset(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet convert_MSD_dataset", "-i FOLDER [options]",
                   "voxarena nnunet convert_MSD_dataset -i Task05_Prostate");
  line.with_single_dashes();
  line.options()("i", po::value<std::string>(), "extracted folder of the Decathlon")(
      "overwrite_id", po::value<int>(), "number of the new data set (default: the task's)");
  add_threads_option(line);
  if (!line.parse(arguments, context)) return 0;
  set_threads(line, context);
  const Roots roots = environment_roots();
  if (roots.raw.empty()) throw Error::usage("nnUNet_raw is not set", "export nnUNet_raw=FOLDER");
  std::optional<int> id;
  if (line.has("overwrite_id")) id = line.get<int>("overwrite_id");
  const std::string name =
      voxarena::convert_msd_dataset(fs::absolute(line.text("i")), roots.raw, id, context);
  fmt::print("{}\n", (roots.raw / name).string());
  return 0;
}

}  // namespace voxarena::cli::nnunet
