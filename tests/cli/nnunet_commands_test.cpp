// A user of nnU-Net does the daily round with a model that Python trained.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/files.h"
#include "voxarena/core/json.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/phantom.h"

namespace voxarena::test {
namespace {

namespace fs = std::filesystem;

class NnunetCommands : public testing::Test {
 protected:
  Outcome run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "nnunet");
    ProgramOptions options;
    for (const char* root : {"raw", "preprocessed", "results"})
      options.environment.push_back(std::string("nnUNet_") + root + "=" + path(root));
    return run_voxarena(arguments, options);
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  // The model of two folds in nnUNet_results, Dataset901_Golden.
  void install() const {
    const Outcome outcome =
        run({"install_pretrained_model_from_zip", (kGolden / "model.zip").string()});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  Outcome predict(const std::string& output, const std::string& fold) const {
    return run({"predict", "-d", "901", "-c", "3d_fullres", "-i",
                (kGolden / "raw/imagesTr").string(), "-o", path(output), "-f", fold,
                "--save_probabilities", "-device", "cpu"});
  }

  const fs::path kGolden = fs::path(VOXARENA_SOURCE_DIR) / "tests/golden/nnunet_files";
  TemporaryFolder folder_;
};

TEST_F(NnunetCommands, AModelIsInstalledPredictsAndIsEnsembled) {
  install();
  for (const char* fold : {"0", "1"}) {
    const Outcome outcome = predict(std::string("fold_") + fold, fold);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const Json arguments =
        read_json(path(std::string("fold_") + fold + "/predict_from_raw_data_args.json"));
    EXPECT_EQ(arguments["save_probabilities"], true);
    EXPECT_EQ(arguments["num_parts"], 1);
  }
  for (const char* name :
       {"case_1.nii.gz", "case_1.npz", "case_1.pkl", "plans.json", "dataset.json"})
    EXPECT_TRUE(fs::exists(folder_ / "fold_0" / name)) << name;
  const Outcome outcome =
      run({"ensemble", "-i", path("fold_0"), path("fold_1"), "-o", path("both"), "-np", "2"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(fs::exists(folder_ / "both/case_2.nii.gz"));
}

TEST_F(NnunetCommands, PredictionsAreEvaluatedAndPostprocessed) {
  install();
  ASSERT_EQ(predict("out", "0").exit_code, 0);
  const std::string references = (kGolden / "raw/labelsTr").string();
  const Outcome simple = run({"evaluate_simple", references, path("out"), "-l", "1", "2"});
  ASSERT_EQ(simple.exit_code, 0) << simple.err;
  const Json by_labels = read_json(folder_ / "out/summary.json");
  const Outcome folder = run({"evaluate_folder", references, path("out"), "-djfile",
                              path("out/dataset.json"), "-o", path("other.json")});
  ASSERT_EQ(folder.exit_code, 0) << folder.err;
  EXPECT_EQ(read_json(folder_ / "other.json")["mean"], by_labels["mean"]);
  const Outcome chosen = run({"determine_postprocessing", "-i", path("out"), "-ref", references});
  ASSERT_EQ(chosen.exit_code, 0) << chosen.err;
  const Outcome applied = run({"apply_postprocessing", "-i", path("out"), "-o", path("out_pp"),
                               "-pp_pkl_file", path("out/postprocessing.pkl")});
  ASSERT_EQ(applied.exit_code, 0) << applied.err;
  EXPECT_EQ(read_label(folder_ / "out_pp/case_1.nii.gz").voxels.values,
            read_label(folder_ / "out/postprocessed/case_1.nii.gz").voxels.values);
}

TEST_F(NnunetCommands, MissingPredictionsAreAnErrorUnlessChill) {
  install();
  ASSERT_EQ(predict("out", "0").exit_code, 0);
  fs::remove(folder_ / "out/case_2.nii.gz");
  const std::string references = (kGolden / "raw/labelsTr").string();
  for (std::vector<std::string> command :
       {std::vector<std::string>{"evaluate_folder", references, path("out"), "-djfile",
                                 path("out/dataset.json")},
        {"evaluate_simple", references, path("out"), "-l", "1", "-il", "7"}}) {
    const Outcome strict = run(command);
    EXPECT_EQ(strict.exit_code, 1);
    EXPECT_NE(strict.err.find("predictions are missing: case_2.nii.gz"), std::string::npos)
        << strict.err;
    command.emplace_back("--chill");
    EXPECT_EQ(run(command).exit_code, 0);
    EXPECT_EQ(read_json(folder_ / "out/summary.json")["metric_per_case"].size(), 1U);
  }
}

TEST_F(NnunetCommands, APredictionGoesOnUnderBothNamesOfTheOption) {
  install();
  for (const char* option : {"--continue_prediction", "--c"}) {
    const std::string model =
        path("results/Dataset901_Golden/nnUNetTrainer__nnUNetPlans__3d_fullres");
    const Outcome outcome =
        run({"predict_from_modelfolder", "-m", model, "-i", (kGolden / "raw/imagesTr").string(),
             "-o", path("out"), "-f", "0", "-device", "cpu", "--memory", "4", option});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const bool first = std::string(option) == "--continue_prediction";
    EXPECT_EQ(outcome.out.starts_with("0 cases predicted"), !first) << outcome.out;
  }
}

TEST_F(NnunetCommands, AModelIsExportedAsItWasInstalled) {
  install();
  const std::vector<std::string> command{
      "export_model_to_zip", "-d", "901", "-o", path("m.zip"), "-c", "3d_fullres", "-f", "0", "1"};
  const Outcome outcome = run(command);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Outcome strict = run({"export_model_to_zip", "-d", "901", "-o", path("n.zip")});
  EXPECT_EQ(strict.exit_code, 1);
  EXPECT_NE(strict.err.find("3d_lowres: is not there"), std::string::npos) << strict.err;
}

TEST_F(NnunetCommands, ADatasetIsPlannedAndPreprocessed) {
  RunContext context;
  context.quiet = true;
  write_phantom_dataset(folder_ / "raw/Dataset900_Phantom",
                        {.cases = 5, .classes = 2, .size = {6, 12, 12}}, context);
  const Outcome outcome =
      run({"plan_and_preprocess", "-d", "900", "--verify_dataset_integrity", "-c", "3d_fullres",
           "-np", "2", "-gpu_memory_target", "4", "-overwrite_plans_name", "small"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const fs::path folder = folder_ / "preprocessed/Dataset900_Phantom";
  EXPECT_EQ(read_json(folder / "small.json")["plans_name"], "small");
  EXPECT_TRUE(fs::exists(folder / "dataset_fingerprint.json"));
  EXPECT_TRUE(fs::is_directory(folder / "small_3d_fullres"));
  EXPECT_FALSE(fs::exists(folder / "small_2d"));
  const Outcome unplanned = run({"preprocess", "-d", "900", "-plans_name", "small", "-c",
                                 "3d_lowres", "2d", "--memory", "4", "--no_pbar"});
  ASSERT_EQ(unplanned.exit_code, 0) << unplanned.err;
  EXPECT_NE(unplanned.err.find("configuration 3d_lowres is not in plans small: left out"),
            std::string::npos)
      << unplanned.err;
  EXPECT_TRUE(fs::is_directory(folder / "small_2d"));
  const Outcome fingerprint =
      run({"extract_fingerprint", "-d", "900", "-np", "2", "--no_pbar", "--memory", "4"});
  EXPECT_EQ(fingerprint.exit_code, 0) << fingerprint.err;
}

TEST_F(NnunetCommands, WrongInputIsNamed) {
  const auto expect = [&](const std::vector<std::string>& arguments, int code,
                          const std::string& message) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.exit_code, code) << outcome.err;
    EXPECT_NE(outcome.err.find(message), std::string::npos) << outcome.err;
  };
  install();
  expect({"segment"}, 2, "unknown command 'segment'");
  expect({"train", "901", "3d_fullres", "0", "-tr", "nnUNetTrainerX"}, 1,
         "there is no trainer 'nnUNetTrainerX'");
  expect({"train", "901", "3d_fullres", "five"}, 2, "'five' is not a fold");
  expect({"train", "901", "3d_fullres", "0", "--c", "-pretrained_weights", "w.pth"}, 2,
         "--c and --pretrained_weights do not go together");
  expect({"predict", "-d", "901", "-c", "2d", "-i", path("in"), "-o", path("out")}, 1,
         "nnUNetTrainer__nnUNetPlans__2d: is not there");
  expect({"predict", "-d", "901", "-c", "3d_fullres", "-i", path("in")}, 1, "in");
  expect({"plan_experiment", "-d", "901", "-pl", "Planner"}, 2, "there is no planner 'Planner'");
  expect({"evaluate_simple", path("a"), path("b")}, 2, "-l is missing");
  expect({"apply_postprocessing", "-i", path("out"), "-o", path("pp"), "-pp_pkl_file",
          path("none.pkl")},
         1, "none.pkl");
}

TEST_F(NnunetCommands, HelpShowsNnunetsDashes) {
  const Outcome outcome = run({"predict", "-h"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.out.find(" -step_size arg"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find(" --disable_tta "), std::string::npos) << outcome.out;
}

TEST(Completion, AsksTheProgramItself) {
  const Outcome bash = run_voxarena({"completion", "bash"});
  EXPECT_EQ(bash.exit_code, 0);
  EXPECT_NE(bash.out.find("complete -F _voxarena voxarena"), std::string::npos);
  EXPECT_EQ(run_voxarena({"completion", "zsh"}).exit_code, 0);
  const Outcome fish = run_voxarena({"completion", "fish"});
  EXPECT_EQ(fish.exit_code, 2);
  EXPECT_NE(fish.err.find("use bash or zsh"), std::string::npos) << fish.err;
}

}  // namespace
}  // namespace voxarena::test
