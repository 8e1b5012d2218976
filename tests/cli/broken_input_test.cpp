// What users break, and what the program says: one clear error that names the file, case or field,
// with a hint; or the input is legal and handled. A row is a defect made in a fresh workspace, and
// what must come of it.
#include <gtest/gtest.h>

#include <functional>

#include "tests/cli/workspace.h"
#include "voxarena/data/image_io.h"

namespace voxarena::test {
namespace {

namespace fs = std::filesystem;

struct Row {
  const char* name;
  std::function<void(const Workspace&)> break_it;
  int exit_code;                            // of the benchmark (or `arguments`)
  std::vector<std::string> mentions;        // all must stand in the message
  std::vector<std::string> arguments = {};  // instead of `benchmark spec.toml`
  ProgramOptions options = {};
};

void edit_image(const fs::path& file, const std::function<void(Image&)>& change) {
  Image image = read_image({file});
  change(image);
  write_image(file, image);
}

void edit_label(const fs::path& file, const std::function<void(LabelImage&)>& change) {
  LabelImage label = read_label(file);
  change(label);
  write_label(file, label);
}

// Keeps the first `keep` of what a file holds.
void truncate(const fs::path& file, double keep) {
  fs::resize_file(file,
                  static_cast<std::uintmax_t>(static_cast<double>(fs::file_size(file)) * keep));
}

// The benchmark as far as it gets, so that there is something of it to damage.
void run_first(const Workspace& work) {
  const Outcome outcome = work.benchmark();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
}

std::string splits(const char* train, const char* val) {
  return std::string(R"([{"train": [)") + train + R"(], "val": [)" + val + "]}]";
}

// The faulty plugins of tests/plugin.
void use_test_plugin(const Workspace& work, const std::string& library) {
  work.edit(work.spec(), "\"plain_unet\"",
            "\"" VOXARENA_BINARY_DIR "/tests/plugin/" + library + "\"");
}

std::vector<Row> rows() {
  return {
      {"MissingDatasetJson",
       [](const Workspace& w) { fs::remove(w.dataset() / "dataset.json"); },
       1,
       {"dataset.json"}},
      {"DatasetJsonNotJson",
       [](const Workspace& w) { w.write(w.dataset() / "dataset.json", "{\"labels\": "); },
       1,
       {"dataset.json", "line 1"}},
      {"WrongNumTraining",
       [](const Workspace& w) {
         w.edit(w.dataset() / "dataset.json", "\"numTraining\": 8", "\"numTraining\": 9");
       },
       1,
       {"numTraining", "9", "8"}},
      {"BackgroundIsNotZero",
       [](const Workspace& w) {
         w.edit(w.dataset() / "dataset.json", "\"background\": 0", "\"background\": 7");
       },
       1,
       {"dataset.json", "background"}},
      {"UndeclaredLabelValue",
       [](const Workspace& w) {
         edit_label(w.label(0), [](LabelImage& l) { l.voxels.values[9] = 77; });
       },
       1,
       {"phantom_", "77"}},
      {"LabelOfOtherSize",
       [](const Workspace& w) {
         edit_label(w.label(0), [](LabelImage& l) {
           l.voxels = Volume<std::int16_t>(1, {3, 4, 5});
         });
       },
       1,
       {"phantom_", "size"}},
      {"LabelOfOtherSpacing",
       [](const Workspace& w) {
         edit_label(w.label(0), [](LabelImage& l) { l.geometry.spacing[2] *= 2; });
       },
       1,
       {"phantom_", "spacing"}},
      {"LabelOfOtherDirectionIsAWarning",
       [](const Workspace& w) {
         edit_label(w.label(0), [](LabelImage& l) { l.geometry.direction[0] = -1; });
       },
       0,
       {"direction"}},
      {"NanVoxels",
       [](const Workspace& w) {
         edit_image(w.image(0), [](Image& i) {
           i.voxels.values[100] = std::numeric_limits<float>::quiet_NaN();
         });
       },
       1,
       {"phantom_", "NaN"}},
      {"TruncatedImage",
       [](const Workspace& w) { truncate(w.image(1), 0.6); },
       1,
       {"phantom_", ".nii.gz"}},
      {"EmptyImageFile",
       [](const Workspace& w) { truncate(w.image(1), 0); },
       1,
       {"phantom_", ".nii.gz"}},
      {"MissingImage", [](const Workspace& w) { fs::remove(w.image(2)); }, 1, {"numTraining"}},
      {"MissingLabel",
       [](const Workspace& w) { fs::remove(w.label(2)); },
       1,
       {"labelsTr", "phantom_"}},
      {"MissingChannel",
       [](const Workspace& w) {
         w.edit(w.dataset() / "dataset.json", "\"channel_names\": {",
                "\"channel_names\": { \"1\": \"T2\",");
       },
       1,
       {"_0001"}},
      {"CaseTwiceInSplit",
       [](const Workspace& w) {
         w.write(w.dataset() / "splits_final.json",
                 splits(R"("phantom_000", "phantom_001", "phantom_001")", R"("phantom_002")"));
       },
       1,
       {"phantom_001", "splits_final.json"}},
      {"SplitNamesUnknownCase",
       [](const Workspace& w) {
         w.write(w.dataset() / "splits_final.json",
                 splits(R"("phantom_000", "nobody")", R"("phantom_002")"));
       },
       1,
       {"nobody", "splits_final.json"}},
      {"SplitWithACaseInBothHalves",
       [](const Workspace& w) {
         w.write(w.dataset() / "splits_final.json",
                 splits(R"("phantom_000", "phantom_001")", R"("phantom_001")"));
       },
       1,
       {"phantom_001", "splits_final.json"}},
      {"EmptyLabelIsLegal",
       [](const Workspace& w) {
         edit_label(w.label(0), [](LabelImage& l) {
           std::fill(l.voxels.values.begin(), l.voxels.values.end(), 0);
         });
       },
       0,
       {}},
      {"OneSliceVolumeIsLegal",
       [](const Workspace& w) {
         edit_image(w.image(0), [](Image& i) {
           Volume<float> slice(1, {1, i.voxels.size[1], i.voxels.size[2]});
           std::copy_n(i.voxels.values.begin(), slice.values.size(), slice.values.begin());
           i.voxels = slice;
         });
         edit_label(w.label(0), [](LabelImage& l) {
           l.voxels = Volume<std::int16_t>(1, {1, l.voxels.size[1], l.voxels.size[2]});
         });
       },
       0,
       {}},
      {"ImageSmallerThanThePatchIsLegal",
       [](const Workspace& w) {
         edit_image(w.image(0), [](Image& i) { i.voxels = Volume<float>(1, {4, 5, 6}, 1.0F); });
         edit_label(w.label(0), [](LabelImage& l) {
           l.voxels = Volume<std::int16_t>(1, {4, 5, 6}, 1);
         });
       },
       0,
       {}},
      {"UnknownDataset",
       [](const Workspace& w) { w.edit(w.spec(), "Dataset900_Phantom", "Dataset901_Other"); },
       1,
       {"Dataset901_Other"}},
      {"UnknownMethod",
       [](const Workspace& w) { w.edit(w.spec(), "\"plain_unet\"", "\"plane_unet\""); },
       1,
       {"plane_unet", "plain_unet"}},
      {"UnknownOption",
       [](const Workspace& w) {
         w.edit(w.spec(), "\"plain_unet\"", "\"plain_unet\"\noptions = { depth = 3 }");
       },
       1,
       {"depth", "spec.toml"}},
      {"UnknownSpecKey",
       [](const Workspace& w) { w.edit(w.spec(), "iterations =", "iteration ="); },
       1,
       {"spec.toml", "iteration", "iterations"}},
      {"WrongTypeInSpec",
       [](const Workspace& w) { w.edit(w.spec(), "iterations = 8", "iterations = \"8\""); },
       1,
       {"spec.toml", "iterations", "integer"}},
      {"PredictionsThatAreNotThere",
       [](const Workspace& w) {
         w.edit(w.spec(), "[[method]]",
                "[[predictions]]\nname = \"theirs\"\nfolder = \"nowhere\"\n[[method]]");
       },
       1,
       {"spec.toml, line 9", "nowhere: no such folder"}},
      {"PredictionsOfOtherCases",
       [](const Workspace& w) {
         w.write(w.root() / "theirs" / "case.nii.gz", "");
         w.edit(w.spec(), "[[method]]",
                "[[predictions]]\nname = \"theirs\"\nfolder = \"" + (w.root() / "theirs").string() +
                    "\"\n[[method]]");
       },
       1,
       {"theirs", "holds no prediction"}},
      {"UnknownDeclaration",
       [](const Workspace& w) {
         w.edit(w.spec(), "\"plain_unet\"", "\"plain_unet\"\ndeclares = { pre_training = \"x\" }");
       },
       1,
       {"spec.toml", "method.declares.pre_training", "pretraining"}},
      {"UnknownFold",
       [](const Workspace& w) {
         w.write(w.dataset() / "splits_final.json",
                 splits(R"("phantom_000", "phantom_001")", R"("phantom_002")"));
         w.edit(w.spec(), "folds = [0]", "folds = [3]");
       },
       1,
       {"splits_final.json", "there is no fold 3"}},
      {"AxisThatIsNone",
       [](const Workspace& w) { w.edit(w.spec(), "mirror_axes = [2]", "mirror_axes = [3]"); },
       1,
       {"mirror_axes"}},
      {"UnknownCommand", [](const Workspace&) {}, 2, {"unknown command 'trane'"}, {"trane"}},
      {"UnknownFlag", [](const Workspace&) {}, 2, {"--fast"}, {"benchmark", "--fast"}},
      {"MissingSpec", [](const Workspace&) {}, 1, {"nowhere.toml"}, {"benchmark", "nowhere.toml"}},
      {"UnusableDevice",
       [](const Workspace&) {},
       1,
       {"cuda"},
       {"train", "900", "plain_unet", "--device", "cuda:7"}},
      {"ResultsIsAFile",
       [](const Workspace& w) { w.write(w.results(), "not a folder"); },
       1,
       {"results"}},
      {"CorruptedCheckpoint",
       [](const Workspace& w) {
         run_first(w);
         truncate(w.run("plain_unet") / "checkpoint_final.safetensors", 0.5);
         fs::remove_all(w.run("plain_unet") / "predictions");
         fs::remove(w.run("plain_unet") / "records.csv");
       },
       1,
       {"checkpoint_final.safetensors"}},
      {"CorruptedStoreFile",
       [](const Workspace& w) {
         run_first(w);
         fs::remove_all(w.results());
         for (const auto& entry : fs::recursive_directory_iterator(w.preprocessed())) {
           if (entry.path().string().ends_with(".b2nd")) truncate(entry.path(), 0.5);
         }
       },
       1,
       {".b2nd"}},
      {"CorruptedManifest",
       [](const Workspace& w) {
         run_first(w);
         truncate(w.run("plain_unet") / "manifest.json", 0.5);
       },
       1,
       {"manifest.json"}},
      {"CorruptedRecords",
       [](const Workspace& w) {
         run_first(w);
         truncate(w.run("plain_unet") / "records.csv", 0.7);
       },
       1,
       {"records.csv:", "columns"}},
      {"PluginThatIsNone",
       [](const Workspace& w) {
         w.write(w.root() / "none.so", "not a library");
         w.edit(w.spec(), "\"plain_unet\"", "\"" + (w.root() / "none.so").string() + "\"");
       },
       1,
       {"none.so"}},
      {"PluginOfAnotherVersion",
       [](const Workspace& w) { use_test_plugin(w, "other_version.so"); },
       1,
       {"other_version.so", "99.0.0"}},
      {"PluginThatThrowsInCreate",
       [](const Workspace& w) { use_test_plugin(w, "faulty_method.so"); },
       3,
       {"faulty_method", "create"},
       {},
       {.environment = {"VOXARENA_TEST_FAULT=throw_in_create"}}},
      {"PluginThatThrowsInForward",
       [](const Workspace& w) { use_test_plugin(w, "faulty_method.so"); },
       3,
       {"faulty_method", "no idea what to do"},
       {},
       {.environment = {"VOXARENA_TEST_FAULT=throw_in_forward"}}},
      {"UnreadableImage",
       [](const Workspace& w) { fs::permissions(w.image(2), fs::perms::none); },
       1,
       {"phantom_", ".nii.gz"},
       {},
       {.permissions_bind_root = true}},
      {"ReadOnlyFolder",
       [](const Workspace& w) {
         fs::create_directories(w.results());
         fs::permissions(w.results(), fs::perms::owner_read | fs::perms::owner_exec);
       },
       1,
       {"results"},
       {},
       {.permissions_bind_root = true}},
  };
}

class BrokenInput : public testing::TestWithParam<Row> {};

TEST_P(BrokenInput, IsNamedWithAHint) {
  const Workspace work;
  GetParam().break_it(work);
  if (HasFatalFailure()) return;
  const Outcome outcome = GetParam().arguments.empty()
                              ? work.benchmark(GetParam().options)
                              : work.voxarena(GetParam().arguments, GetParam().options);
  EXPECT_EQ(outcome.exit_code, GetParam().exit_code) << outcome.err;
  for (const std::string& part : GetParam().mentions)
    EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " in\n" << outcome.err;
  if (GetParam().exit_code == 0) return;
  EXPECT_NE(outcome.err.find("error: "), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("hint: "), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.err.find("error: "), outcome.err.rfind("error: ")) << "more than one error:\n"
                                                                       << outcome.err;
}

INSTANTIATE_TEST_SUITE_P(, BrokenInput, testing::ValuesIn(rows()),
                         [](const auto& info) { return info.param.name; });

// As on a full disk: no file may grow beyond a limit. Nothing half-written stays, and with room the
// work goes on.
TEST(FullDisk, IsNamedAndLeavesNothingHalfWritten) {
  const Workspace work;
  const Outcome full =
      work.benchmark({.environment = {}, .kill_after = 0, .file_size_limit = 4000});
  EXPECT_EQ(full.exit_code, 1) << full.err;
  EXPECT_NE(full.err.find("hint: "), std::string::npos) << full.err;
  for (const auto& entry : fs::recursive_directory_iterator(work.root())) {
    EXPECT_NE(entry.path().filename().string().rfind(".tmp-", 0), 0U) << entry.path();
  }
  EXPECT_EQ(work.benchmark().exit_code, 0);
}

}  // namespace
}  // namespace voxarena::test
