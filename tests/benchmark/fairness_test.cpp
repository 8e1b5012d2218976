#include "benchmark/fairness.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "benchmark/tables.h"
#include "evaluation/leaderboard.h"
#include "tests/benchmark/manifests.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace voxarena {
namespace {

using test::change_protocol;
using test::made_up_manifest;

Json plain(const std::string& name = "net", int fold = 0) {
  return made_up_manifest(name, fold, {"a", "b"});
}

// The table of a plain row and of `other`.
Leaderboard table_with(const Json& other) {
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder / "plain", plain("plain"), {0.5, 0.6});
  test::write_made_up_run(folder / "other", other, {0.7, 0.8});
  return make_leaderboard(collect_rows({folder.path()}, {}));
}

struct Given {
  const char* name;
  const char* key;
  Json value;
  const char* block;
};

class SomethingMore : public testing::TestWithParam<Given> {};

TEST_P(SomethingMore, IsNotRankedAmongPlainRows) {
  Json other = plain("other");
  other["information"][GetParam().key] = GetParam().value;
  const Leaderboard board = table_with(other);
  ASSERT_EQ(board.blocks.size(), 2U);
  EXPECT_EQ(board.blocks[0].rows.at(0).row.method, "plain");
  EXPECT_EQ(board.blocks[0].extra_information, "");
  EXPECT_EQ(board.blocks[1].extra_information, GetParam().block);
  EXPECT_EQ(board.blocks[1].rows.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    , SomethingMore,
    testing::Values(
        Given{"ExtraData", "training_data", "split and 200 scans of our clinic",
              "other training data"},
        Given{"PreTraining", "pretraining", "ImageNet", "pre-trained weights"},
        Given{"Ensemble", "ensemble", 5, "ensemble of 5 models"},
        Given{
            "OtherMirroring", "mirror_axes", {0, 1, 2}, "mirrored at test time over axes 0, 1, 2"},
        Given{"NoMirroring", "mirror_axes", Json::array(), "not mirrored at test time"},
        Given{"PostProcessing", "post_processing", "largest component",
              "post-processing: largest component"},
        Given{"Prompts", "prompts", "boxes of the reference", "prompts: boxes of the reference"},
        Given{"OtherBudget", "budget", "1000 epochs", "budget: 1000 epochs"},
        Given{"TunedHere", "tuned_on", {"900"}, "tuned on this data set"},
        Given{"TunedHereByPrefix", "tuned_on", {"dataset900"}, "tuned on this data set"},
        Given{"TunedHereByName", "tuned_on", {" Phantom"}, "tuned on this data set"},
        Given{"TunedHereInSmallLetters",
              "tuned_on",
              {"dataset900_phantom"},
              "tuned on this data set"},
        Given{"NotDeclared", "prompts", nullptr, "not declared: prompts"},
        Given{"TuningNotDeclared", "tuned_on", nullptr, "not declared: data sets of tuning"}),
    [](const auto& info) { return info.param.name; });

TEST(Fairness, TheFactorIsNamedInAFootnote) {
  Json other = plain("other");
  other["information"]["training_data"] = "split and 200 scans of our clinic";
  other["information"]["notes"] = {"loss: Tversky"};
  const LeaderboardRow row = table_with(other).blocks[1].rows[0].row;
  EXPECT_EQ(row.deviations,
            (std::vector<std::string>{"training data: split and 200 scans of our clinic",
                                      "loss: Tversky"}));
}

// An older file, or one from which the key was taken out.
TEST(Fairness, PredictionsOfAnotherToolWithoutADeclarationDeclareNothing) {
  Json other = plain("other");
  other.erase("information");
  other.erase("method");
  other["predictions"] = {{"made_by", "another tool"}, {"folder", "theirs"}, {"url", ""}};
  const Leaderboard board = table_with(other);
  ASSERT_EQ(board.blocks.size(), 2U);
  EXPECT_EQ(board.blocks[1].extra_information,
            "not declared: training data, pre-training, ensemble, mirroring at test time, "
            "post-processing, prompts, budget, data sets of tuning");
}

// Others were shown one case each: a tool that was trained on the whole training half was not.
TEST(Fairness, PredictionsBesideFewSupportsMustHaveSeenTheSame) {
  Json other = plain("other");
  change_protocol(other, "supports", 1);
  EXPECT_EQ(block_name(find_factors(other)), "") << "the harness's own row";
  other.erase("method");
  other["predictions"] = {{"made_by", "nnU-Net"}, {"folder", "theirs"}, {"url", ""}};
  EXPECT_EQ(block_name(find_factors(other)), "other training data");
  EXPECT_EQ(find_factors(other).at(0).note, "training data: all training cases");
  other["information"]["training_data"] = "supports";
  EXPECT_EQ(block_name(find_factors(other)), "");
}

TEST(Fairness, EqualFactorsShareABlock) {
  Json a = plain("a"), b = plain("b");
  a["information"]["ensemble"] = b["information"]["ensemble"] = 5;
  a["information"]["prompts"] = b["information"]["prompts"] = nullptr;
  EXPECT_EQ(block_name(find_factors(a)), "ensemble of 5 models; not declared: prompts");
  EXPECT_EQ(block_name(find_factors(a)), block_name(find_factors(b)));
}

TEST(Fairness, TunedOnOtherDataIsNoMatter) {
  Json other = plain("other");
  other["information"]["tuned_on"] = {"Dataset004_Hippocampus", "90"};
  EXPECT_EQ(table_with(other).blocks.size(), 1U);
}

TEST(Fairness, OtherSplitsAreAnotherBlock) {
  Json other = plain("other");
  change_protocol(other, "splits_hash", "s1");
  EXPECT_EQ(table_with(other).blocks.size(), 2U);
}

TEST(Fairness, OtherCasesUnderOneProtocolAreRefused) {
  EXPECT_INPUT_ERROR(table_with(made_up_manifest("other", 0, {"a", "c"})),
                     "cases of fold 0 differ");
}

TEST(Fairness, OtherClassesUnderOneProtocolAreRefused) {
  Json other = plain("other");
  other["classes"] = {"spleen"};
  EXPECT_INPUT_ERROR(table_with(other), "classes (liver) differ from");
}

TEST(Fairness, AMissingCaseIsTheWorstValueAndSaid) {
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder / "plain", plain("plain"), {0.5, 0.6});
  test::write_made_up_run(folder / "other", plain("other"), {0.7});
  const Leaderboard board = make_leaderboard(collect_rows({folder.path()}, {}));
  EXPECT_EQ(board.blocks.at(0).rows.at(0).row.method, "plain");
  EXPECT_EQ(board.blocks[0].rows.at(1).missing_cases, 1);
  EXPECT_DOUBLE_EQ(board.blocks[0].rows[1].overall.mean, 0.35);
}

TEST(Fairness, AnEditedProtocolIsRefused) {
  Json other = plain("other");
  other["protocol"]["mirror_axes"] = {0, 1, 2};  // under the same id
  EXPECT_INPUT_ERROR(table_with(other), "protocol_id");
}

TEST(Fairness, FoldsOfARowBelongTogether) {
  const test::TemporaryFolder folder;
  Json second = plain("net", 1);
  second["information"]["ensemble"] = 5;
  test::write_made_up_run(folder / "0", plain(), {0.5, 0.6});
  test::write_made_up_run(folder / "1", second, {0.5, 0.6});
  EXPECT_INPUT_ERROR(collect_rows({folder.path()}, {}),
                     "'information' differs from that of another");
  second = plain("net", 1);
  second["method"]["options"]["depth"] = 4;
  test::write_made_up_run(folder / "1", second, {0.5, 0.6});
  EXPECT_INPUT_ERROR(collect_rows({folder.path()}, {}), "'method' differs from that of another");
}

bool has_caution(const LeaderboardBlock& block, const std::string& part) {
  return std::any_of(block.cautions.begin(), block.cautions.end(), [&](const std::string& caution) {
    return caution.find(part) != std::string::npos;
  });
}

// Rows "a" and `other`, in the table that people read.
Leaderboard whole_table(const Json& other) {
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder / "a", plain("a"), {0.5, 0.6});
  test::write_made_up_run(folder / "b", other, {0.7, 0.8});
  return make_table(collect_rows({folder.path()}, {}), "Dice");
}

TEST(Fairness, ATableWithoutASelfConfiguringBaselineSaysSo) {
  EXPECT_TRUE(has_caution(whole_table(plain("b")).blocks.at(0), "no baseline"));
  EXPECT_FALSE(has_caution(whole_table(plain("resenc_unet")).blocks.at(0), "no baseline"));
}

TEST(Fairness, ATableWithOtherSettingsSaysSo) {
  Json other = plain("b");
  change_protocol(other, "metrics", {{"metrics", {"HD95"}}});
  const Leaderboard board = whole_table(other);
  ASSERT_EQ(board.blocks.size(), 2U);
  EXPECT_TRUE(has_caution(board.blocks[0], "other metric settings") !=
              has_caution(board.blocks[1], "other metric settings"));
}

TEST(Fairness, ATableWithoutBoundaryMetricSaysSo) {
  std::vector<LeaderboardRow> rows(2);
  for (LeaderboardRow& row : rows) {
    row.method = &row == rows.data() ? "a" : "b";
    row.dataset = "d";
    row.protocol = "p";
    row.classes = {"liver"};
    row.evaluation.metrics = {"HD95"};  // asked for, but nobody evaluated it
    row.folds = {{.fold = 0,
                  .cases = {"c"},
                  .records = {{"d", 0, "c", "liver", "Dice", "voxel", 0.5},
                              {"d", 0, "c", "liver", "beauty", "of another version", 7}}}};
  }
  const auto cautions = [&] { return make_table(rows, "Dice").blocks.at(0).cautions; };
  EXPECT_EQ(cautions().at(1), "no boundary metric was evaluated beside the overlap.");
  rows[0].folds[0].records.push_back({"d", 0, "c", "liver", "NSD", "subvoxel", 0.5});
  EXPECT_EQ(cautions().at(1), "no boundary metric was evaluated beside the overlap of b.");
  rows[1].folds[0].records.push_back({"d", 0, "c", "liver", "HD95", "medpy", 3});
  EXPECT_EQ(cautions().size(), 1U) << "the one about baselines";
}

TEST(Fairness, OlderManifestsSayTheSameInOtherPlaces) {
  Json old = plain();
  old.erase("information");
  EXPECT_TRUE(find_factors(old).empty());
  old["weights"] = {{"file", "/a/net.pth"}, {"sha256", "0123456789abcdef"}, {"known_as", ""}};
  const std::vector<Factor> factors = find_factors(old);
  ASSERT_EQ(factors.size(), 1U);
  EXPECT_EQ(factors[0].key, "information.pretraining");
  EXPECT_EQ(factors[0].note, "pre-trained weights: net.pth, SHA-256 0123456789ab");
}

}  // namespace
}  // namespace voxarena
