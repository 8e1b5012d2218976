// A row that could not start, and the same row put right.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/workspace.h"
#include "voxarena/core/files.h"
#include "voxarena/core/json.h"

namespace voxarena::test {
namespace {

namespace fs = std::filesystem;

bool has_manifest(const fs::path& results) {
  if (!fs::exists(results)) return false;
  for (const auto& entry : fs::recursive_directory_iterator(results))
    if (entry.path().filename() == "manifest.json") return true;
  return false;
}

TEST(FailedStart, WrongWeightsLeaveNoTrace) {
  const Workspace work;
  work.write(work.root() / "wrong.safetensors", "no weights at all");
  const std::string wrong = (work.root() / "wrong.safetensors").string();
  work.edit(work.spec(), "\"plain_unet\"", "\"samed\"\noptions = { weights = \"" + wrong + "\" }");
  const Outcome failed = work.benchmark();
  EXPECT_EQ(failed.exit_code, 1) << failed.err;
  EXPECT_NE(failed.err.find("wrong.safetensors"), std::string::npos) << failed.err;
  EXPECT_FALSE(has_manifest(work.results()));

  work.edit(work.spec(), wrong, "random");
  const Outcome right = work.benchmark();
  ASSERT_EQ(right.exit_code, 0) << right.err;
  const Json row =
      read_json(work.results() / "tables/smoke/leaderboard.json")["blocks"][0]["rows"][0];
  EXPECT_EQ(row["mark"], "from scratch");
  EXPECT_NE(row["deviations"].dump().find("(encoder = mini)"), std::string::npos) << row;
}

TEST(FailedStart, TheOtherRowsGoOn) {
  const Workspace work;
  work.write(work.root() / "wrong.safetensors", "no weights at all");
  const std::string good = "plugin = \"plain_unet\"";
  work.edit(work.spec(), good,
            "plugin = \"samed\"\noptions = { weights = \"" +
                (work.root() / "wrong.safetensors").string() + "\" }\n[[method]]\n" + good);
  const Outcome outcome = work.benchmark();
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_NE(outcome.err.find("error: 1 of 2 jobs failed, no tables are written"), std::string::npos)
      << outcome.err;
  EXPECT_NE(outcome.err.find("samed, fold 0: "), std::string::npos) << outcome.err;
  EXPECT_TRUE(fs::exists(work.run("plain_unet") / "records.csv"));
  EXPECT_FALSE(fs::exists(work.results() / "tables"));
}

// As an interrupted start, or an older version, leaves it.
TEST(FailedStart, AManifestAloneIsReplaced) {
  const Workspace work;
  work.edit(work.spec(), "\"plain_unet\"", "\"samed\"\noptions = { rank = 2 }");
  ASSERT_EQ(work.benchmark().exit_code, 0);
  const fs::path run = work.run("samed");
  work.edit(work.spec(), "rank = 2", "rank = 3");
  const Outcome refused = work.benchmark();
  EXPECT_EQ(refused.exit_code, 1) << refused.err;
  EXPECT_NE(refused.err.find("another version, plan or options"), std::string::npos) << refused.err;

  Json manifest = read_json(run / "manifest.json");
  fs::remove_all(run);
  manifest["status"] = "started";
  manifest["method"]["weights_sha256"] = "0123";  // of weights that the new run has not
  write_json(run / "manifest.json", manifest);
  const Outcome replaced = work.benchmark();
  ASSERT_EQ(replaced.exit_code, 0) << replaced.err;
  manifest = read_json(run / "manifest.json");
  EXPECT_EQ(manifest["method"]["options"]["rank"], 3);
  EXPECT_FALSE(manifest["method"].contains("weights_sha256"));
  EXPECT_EQ(manifest["deviations"][0], "options: rank = 3");
}

}  // namespace
}  // namespace voxarena::test
