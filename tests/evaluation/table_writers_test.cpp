#include "evaluation/table_writers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "evaluation/csv.h"
#include "tests/evaluation/example_leaderboard.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {

const std::string kGolden = VOXARENA_SOURCE_DIR "/tests/golden/evaluation/";

Leaderboard example() { return make_leaderboard(test::example_rows()); }

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(MarkdownTable, IsThePageWeLookedAt) {
  // To see a change: VOXARENA_BINARY_DIR/leaderboard.md is what the writer makes now.
  const std::string text = to_markdown(example());
  write_file(VOXARENA_BINARY_DIR "/leaderboard.md", text);
  EXPECT_EQ(text, read_file(kGolden + "leaderboard.md"));
}

TEST(MarkdownTable, ColumnsNobodyKnowsAreLeftOut) {
  const std::string text = to_markdown(make_leaderboard({test::row_of("a", {"x", "y"}, {{1, 1}})}));
  EXPECT_FALSE(holds(text, "Params"));
  EXPECT_FALSE(holds(text, "Training"));
  EXPECT_FALSE(holds(text, "**")) << "a single row is not the best of anything";
}

std::vector<LeaderboardRow> rows_of_two_folds(double shift) {
  std::vector<LeaderboardRow> rows = {test::row_of("a", {"x"}, {{0.5}}),
                                      test::row_of("b", {"x"}, {{0.5 + shift}})};
  for (LeaderboardRow& row : rows) {
    const double value = row.folds[0].records[0].value + 0.1;
    row.folds.push_back(test::fold_of(row.dataset, 1, {"x"}, {{value}}));
  }
  return rows;
}

TEST(Tables, SuitabilityStandsAboveTheTable) {
  const Leaderboard unsuited = make_leaderboard(rows_of_two_folds(0.05));
  const std::string text = to_markdown(unsuited);
  EXPECT_TRUE(holds(text, "Suitability for Dice (voxel): 50 % (spread"));
  EXPECT_LT(text.find("**Below 100 %: this data set hardly tells methods apart.**"),
            text.find("| Rank |"));
  EXPECT_TRUE(
      holds(to_latex(unsuited), "Below 100 \\%: this data set hardly tells methods apart.}"))
      << "in the caption";
  EXPECT_EQ(to_json(unsuited)["blocks"][0]["suitability"], unsuited.blocks[0].suitability);
  EXPECT_FALSE(holds(to_markdown(make_leaderboard(rows_of_two_folds(0.5))), "Below 100 %"));
  EXPECT_TRUE(holds(to_markdown(make_leaderboard({test::row_of("a", {"x"}, {{1}})})),
                    "Suitability for Dice (voxel): unknown, it takes two folds"));
}

TEST(Tables, CasesWithoutAPredictionAreNamed) {
  LeaderboardRow row = test::row_of("a", {"x"}, {{0.5}});
  for (int i = 1; i <= 7; ++i) row.folds[0].cases.push_back("case_" + std::to_string(i));
  const Leaderboard board = make_leaderboard({row});
  EXPECT_TRUE(holds(to_markdown(board),
                    "counted as the worst value: 7 of 8 (case_1, case_2, case_3, case_4, case_5 "
                    "and 2 more)."));
  EXPECT_TRUE(holds(to_latex(board), "case\\_5 and 2 more)."));
  EXPECT_EQ(to_json(board)["blocks"][0]["rows"][0]["missing_case_names"].size(), 7U);
}

TEST(MarkdownTable, NamesCannotBreakIt) {
  const std::string text = to_markdown(make_leaderboard({test::row_of("a|b", {"x"}, {{1}})}));
  EXPECT_TRUE(holds(text, "a\\|b"));
}

// The few-shot table: blocks that differ in the labelled cases that methods see.
std::vector<LeaderboardRow> rows_by_supports() {
  std::vector<LeaderboardRow> rows;
  for (const std::int64_t supports : {1, 10}) {
    for (const std::string method : {"retrieval", "incontext"}) {
      const double dice =
          (method == "incontext" ? 0.5 : 0.4) + 0.02 * static_cast<double>(supports);
      LeaderboardRow row = test::row_of(method, {"x"}, {{dice}, {dice}});
      row.supports = supports;
      row.protocol = supports == 1 ? "one" : "a_ten";  // ids are in no order
      if (method == "incontext") row.extra_information = "pre-trained weights";
      rows.push_back(row);
    }
  }
  return rows;
}

TEST(MarkdownTable, NumbersOfSupportsStandSideBySide) {
  const std::string text = to_markdown(make_leaderboard(rows_by_supports()));
  EXPECT_TRUE(holds(text, "## By number of supports"));
  EXPECT_TRUE(holds(text, "| Dataset004_Hippocampus: 1 | Dataset004_Hippocampus: 10 |"));
  EXPECT_LT(text.find("| incontext ¹ "), text.find("| retrieval ")) << "in the order of means";
  EXPECT_TRUE(holds(text, "0.5200 ± 0.0000 |            0.7000 ± 0.0000 |"));
  EXPECT_TRUE(holds(text, "0.4200 ± 0.0000 |            0.6000 ± 0.0000 |"));
  EXPECT_TRUE(holds(text, "- ¹ not comparable with the others: pre-trained weights"));
  EXPECT_LT(text.find("supports: 1\n"), text.find("supports: 10\n")) << "blocks in their order";
}

TEST(MarkdownTable, OneNumberOfSupportsNeedsNoTableOfItsOwn) {
  std::vector<LeaderboardRow> rows = rows_by_supports();
  std::erase_if(rows, [](const LeaderboardRow& row) { return row.supports == 1; });
  EXPECT_EQ(supports_markdown(make_leaderboard(rows)), "");
}

TEST(LatexTable, NumbersOfSupportsAreColumnsOfTheOverview) {
  const std::string text = to_latex(make_leaderboard(rows_by_supports()));
  EXPECT_TRUE(holds(text, "Dataset004\\_Hippocampus\\\\1 support} &"));
  EXPECT_TRUE(holds(text, "Dataset004\\_Hippocampus\\\\10 supports} "));
}

TEST(Tables, WithoutTimesTwoRunsOfTheSameWorkAreIdentical) {
  std::vector<LeaderboardRow> slow = test::example_rows();
  for (LeaderboardRow& row : slow) {
    row.facts.train_seconds = 1e4;
    row.facts.predict_seconds_per_case.reset();
    row.facts.peak_memory_mib = 7e4;
  }
  const Leaderboard other = make_leaderboard(slow);
  const TableOptions options{.with_times = false};
  EXPECT_EQ(to_markdown(example(), options), to_markdown(other, options));
  EXPECT_EQ(to_csv(example(), options), to_csv(other, options));
  EXPECT_EQ(to_json(example(), options), to_json(other, options));
  EXPECT_NE(to_markdown(example()), to_markdown(other));
  EXPECT_NE(to_csv(example()), to_csv(other));
  EXPECT_NE(to_json(example()), to_json(other));
}

TEST(CsvTable, EveryLineHasAllColumns) {
  const std::string text = to_csv(example());
  std::vector<std::vector<std::string>> lines;
  for (std::size_t start = 0; start < text.size(); start = text.find('\n', start) + 1) {
    lines.push_back(
        parse_csv_line(text.substr(start, text.find('\n', start) - start), "leaderboard.csv"));
  }
  ASSERT_EQ(lines.size(), 1U + 3 * 3 + 3 * 4);  // a line for the mean and for each class
  for (const auto& line : lines) EXPECT_EQ(line.size(), lines[0].size());
  const auto column = [&](const char* name) {
    return static_cast<std::size_t>(std::find(lines[0].begin(), lines[0].end(), name) -
                                    lines[0].begin());
  };
  EXPECT_EQ(lines[1][column("method")], "resenc_unet");
  EXPECT_EQ(lines[1][column("rank")], "1");
  EXPECT_EQ(lines[1][column("class")], kMeanOverClasses);
  EXPECT_EQ(std::stod(lines[1][column("mean")]), example().blocks[0].rows[0].overall.mean);
  EXPECT_EQ(lines[1][column("parameters")], "2950000");
}

TEST(CsvTable, CasesAreThereOneByOne) {
  LeaderboardRow row = test::example_rows().front();
  row.seed = 3;
  row.folds.resize(1);
  row.folds[0].records = {
      {row.dataset, row.folds[0].fold, "a, b", "left", "HD95", "medpy", 1.5},
      {row.dataset, row.folds[0].fold, "c", "left", "Dice", "voxel", std::nan("")}};
  const std::string text = cases_to_csv({row});
  const std::string start = row.dataset + ',' + row.protocol + ',' + row.extra_information + ",0," +
                            row.method + ",3," + std::to_string(row.folds[0].fold) + ',';
  EXPECT_EQ(
      text,
      "dataset,protocol,extra_information,supports,method,seed,fold,case,class,metric,flavour,"
      "value\n" +
          start + "\"a, b\",left,HD95,medpy,1.5\n" + start + "c,left,Dice,voxel,NaN\n");
}

TEST(JsonTable, HoldsEveryNumber) {
  const Json json = to_json(example());
  EXPECT_EQ(json["metric"], "Dice");
  EXPECT_EQ(json["settings"]["empty_masks"], "undefined");
  ASSERT_EQ(json["blocks"].size(), 2U);
  const Json& masksam = json["blocks"][0]["rows"][2];
  EXPECT_EQ(masksam["mark"], "from scratch");
  EXPECT_EQ(masksam["missing_cases"], 1);
  EXPECT_EQ(masksam["facts"]["trained_parameters"], 820'400);
  EXPECT_EQ(masksam["classes"]["Anterior"]["count"], 3);
  EXPECT_TRUE(json["blocks"][1]["rows"][2]["rank"].is_null()) << "a fold is missing";
  EXPECT_TRUE(json["blocks"][1]["rows"][2]["classes"]["myocardium"]["sd"].is_null())
      << "one value has no spread";
}

}  // namespace
}  // namespace voxarena
