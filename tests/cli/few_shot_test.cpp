// Rows of methods that are shown a few labelled cases, beside one that is trained on the same.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/workspace.h"
#include "voxarena/core/files.h"
#include "voxarena/core/json.h"

namespace voxarena::test {
namespace {

namespace fs = std::filesystem;

class FewShot : public ::testing::Test {
 protected:
  FewShot() {
    work_.edit(work_.spec(), "mirror_axes", "supports = 2\nmirror_axes");
    work_.write(work_.spec(), work_.read(work_.spec()) + R"([[method]]
plugin = "retrieval"
[[method]]
plugin = "incontext"
name = "adapted"
options = { axis = "z", adapt_steps = 2 }
)");
  }
  Json manifest(const std::string& method) const {
    return read_json(work_.run(method) / "manifest.json");
  }

  Workspace work_;
};

TEST_F(FewShot, RowsSeeTheSameSupportsAndSayWhatTheyCost) {
  const Outcome outcome = work_.benchmark();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json trained = manifest("plain_unet"), shown = manifest("retrieval"),
             adapted = manifest("adapted");
  ASSERT_EQ(trained["supports"].size(), 2U);
  EXPECT_EQ(shown["supports"], trained["supports"]);
  EXPECT_EQ(adapted["supports"], trained["supports"]);

  EXPECT_EQ(shown["training_free"], true);
  EXPECT_EQ(shown["seconds"]["train"], 0.0);
  EXPECT_EQ(shown["timed_cases"], shown["cases"].size());
  EXPECT_EQ(adapted["training_free"], false);
  EXPECT_EQ(adapted["trained_on_supports"], "adapt_steps = 2");
  EXPECT_GT(adapted["seconds"]["train"], 0.0);

  const Json rows = read_json(work_.results() / "tables/smoke/leaderboard.json")["blocks"];
  EXPECT_NE(rows.dump().find("trained on the supports: adapt_steps = 2"), std::string::npos);
  const Outcome refused =
      run_voxarena({"predict", work_.run("adapted").string(),
                    (work_.dataset() / "imagesTr").string(), (work_.root() / "out").string()});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("segments beside its supports"), std::string::npos) << refused.err;
}

TEST_F(FewShot, AnInterruptedFoldGoesOnAndIsTimedByWhatWasTimed) {
  work_.edit(work_.spec(), "plain_unet", "retrieval");
  work_.edit(work_.spec(), "[[method]]\nplugin = \"retrieval\"\n[[method]]", "[[method]]");
  ASSERT_EQ(work_.benchmark().exit_code, 0);
  const fs::path run = work_.run("retrieval");
  const std::string records = work_.read(run / "records.csv");
  Json killed = read_json(run / "manifest.json");  // before the second of two cases was segmented
  ASSERT_EQ(killed["cases"].size(), 2U);
  killed["status"] = "trained";
  killed.erase("timed_cases");
  killed["seconds"].erase("predict");
  write_json(run / "manifest.json", killed);
  fs::remove(run / "predictions" / (killed["cases"][1].get<std::string>() + ".nii.gz"));
  ASSERT_EQ(work_.benchmark().exit_code, 0);
  EXPECT_EQ(work_.read(run / "records.csv"), records);
  EXPECT_EQ(manifest("retrieval")["timed_cases"], 1);
}

}  // namespace
}  // namespace voxarena::test
