// Label files of other tools join a table; two rows are compared.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/cli/workspace.h"
#include "voxarena/core/files.h"
#include "voxarena/core/json.h"
#include "voxarena/data/image_io.h"

namespace voxarena::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDeclared = R"(
[predictions.declares]
training_data = "split"
pretraining = "none"
mirror_axes = [2]
post_processing = "none"
prompts = "none"
budget = "protocol"
tuned_on = []
)";

// "Good" equals the references; "Bad" is shifted by a voxel and an ensemble.
void write_theirs(const Workspace& work) {
  for (const char* name : {"good", "bad"}) fs::create_directories(work.root() / name);
  for (const auto& entry : fs::directory_iterator(work.dataset() / "labelsTr")) {
    const fs::path file = entry.path().filename();
    fs::copy_file(entry.path(), work.root() / "good" / file);
    LabelImage label = read_label(entry.path());
    std::vector<std::int16_t>& voxels = label.voxels.values;
    std::rotate(voxels.begin(), voxels.begin() + 1, voxels.end());
    write_label(work.root() / "bad" / file, label);
  }
  const auto entry = [&](const std::string& name, const std::string& folder, int ensemble) {
    return "[[predictions]]\nname = \"" + name + "\"\nfolder = \"" +
           (work.root() / folder).string() + "\"" + kDeclared +
           "ensemble = " + std::to_string(ensemble) + "\n";
  };
  work.edit(work.spec(), "[[method]]\nplugin = \"plain_unet\"\n",
            entry("Good", "good", 1) + entry("Bad", "bad", 5));
}

TEST(OtherTools, JoinTheTableInTheBlockTheyEarn) {
  const Workspace work;
  write_theirs(work);
  const Outcome outcome = work.benchmark();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json table = read_json(work.results() / "tables/smoke/leaderboard.json");
  ASSERT_EQ(table["blocks"].size(), 2U);
  EXPECT_EQ(table["blocks"][0]["rows"][0]["method"], "Good");
  EXPECT_EQ(table["blocks"][0]["rows"][0]["mark"], "made elsewhere");
  EXPECT_EQ(table["blocks"][0]["rows"][0]["mean_over_classes"]["mean"], 1.0);
  EXPECT_EQ(table["blocks"][1]["extra_information"], "ensemble of 5 models");
  EXPECT_NE(outcome.out.find("**Not comparable with the other tables:** ensemble of 5 models"),
            std::string::npos)
      << outcome.out;
  const Outcome again = work.voxarena({"benchmark", work.spec().string(), "--dry-run"});
  EXPECT_NE(again.out.find("finished"), std::string::npos) << again.out;
}

TEST(OtherTools, AreComparedByRule) {
  const Workspace work;
  write_theirs(work);
  ASSERT_EQ(work.benchmark().exit_code, 0);
  const std::string good = work.run("good").string(), bad = work.run("bad").string();
  const Outcome text = run_voxarena({"compare", good, bad});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_NE(text.out.find("ensembles of different sizes (information.ensemble)"), std::string::npos)
      << text.out;
  const Outcome outcome = run_voxarena({"compare", good, bad, "--json"});
  const Json json = parse_json(outcome.out, "voxarena compare");
  EXPECT_EQ(json["datasets"][0]["may_call_better"], "none");
  EXPECT_GT(json["datasets"][0]["metrics"][0]["difference"], 0.0);
  const Outcome nowhere = run_voxarena({"compare", good, (work.root() / "raw").string()});
  EXPECT_EQ(nowhere.exit_code, 1);
  EXPECT_NE(nowhere.err.find("raw: no finished run is there"), std::string::npos) << nowhere.err;
}

}  // namespace
}  // namespace voxarena::test
