// A whole run beside Python's nnU-Net, through the interpreter that VOXARENA_PYTHON names: it reads
// VoxArena's store and checkpoint, and VoxArena reads its store.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>

#include "tests/cli/workspace.h"
#include "voxarena/data/image_io.h"

namespace voxarena::test {
namespace {

namespace fs = std::filesystem;

double agreement(const fs::path& a, const fs::path& b) {
  std::int64_t equal = 0, all = 0;
  for (const auto& entry : fs::directory_iterator(a)) {
    if (!entry.path().string().ends_with(".nii.gz")) continue;
    const LabelImage one = read_label(entry.path());
    const LabelImage other = read_label(b / entry.path().filename());
    for (std::size_t i = 0; i < one.voxels.values.size(); ++i)
      equal += one.voxels.values[i] == other.voxels.values[i] ? 1 : 0;
    all += static_cast<std::int64_t>(one.voxels.values.size());
  }
  EXPECT_GT(all, 0);
  return static_cast<double>(equal) / static_cast<double>(std::max<std::int64_t>(all, 1));
}

TEST(NnunetParity, stores_and_checkpoints_pass_both_ways) {
  const char* python = std::getenv("VOXARENA_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "VOXARENA_PYTHON names no interpreter";
  const Workspace work;
  Outcome outcome = work.benchmark();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const fs::path model = work.root() / "nnUNetTrainer__nnUNetPlans__3d_fullres";
  outcome = work.voxarena({"export", model.string(), work.run("plain_unet").string()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;

  const std::string script = VOXARENA_SOURCE_DIR "/tests/parity/nnunet_roundtrip.py";
  const int status = std::system(
      fmt::format("'{}' '{}' '{}' '{}'", python, script, work.root().string(), model.string())
          .c_str());
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "python has no nnunetv2";
  ASSERT_EQ(status, 0);

  const std::string images = (work.dataset() / "imagesTr").string();
  for (const bool mirrored : {true, false}) {
    const std::string name = mirrored ? "mirrored" : "plain";
    std::vector<std::string> arguments{
        "predict", model.string(), images, (work.root() / name).string(), "--threads", "2"};
    if (!mirrored) arguments.emplace_back("--no-mirroring");
    outcome = run_voxarena(arguments);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_GE(agreement(work.root() / name, work.root() / ("python_labels_" + name)), 0.9999);
  }

  // Python's store is taken as it is.
  fs::remove_all(work.root() / "preprocessed");
  fs::rename(work.root() / "python", work.root() / "preprocessed");
  const fs::path stored = work.preprocessed() / "nnUNetPlans_3d_fullres";
  std::vector<std::pair<fs::path, fs::file_time_type>> before;
  for (const auto& entry : fs::directory_iterator(stored))
    before.emplace_back(entry.path(), entry.last_write_time());
  fs::remove_all(work.results());
  outcome = work.benchmark();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_FALSE(before.empty());
  for (const auto& [file, time] : before) EXPECT_EQ(fs::last_write_time(file), time) << file;
}

}  // namespace
}  // namespace voxarena::test
