#include "evaluation/report/page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "evaluation/report/resources.h"
#include "tests/evaluation/example_leaderboard.h"

namespace voxarena {
namespace {

struct Numbers {
  Leaderboard board;
  std::vector<BlockNumbers> numbers;
};

Numbers numbers_of(const std::vector<LeaderboardRow>& rows, int threads = 1) {
  Numbers made{make_leaderboard(rows), {}};
  made.numbers = block_numbers(made.board, rows, {"Dice"}, {.samples = 200, .threads = threads});
  return made;
}

std::string page_of(const std::vector<LeaderboardRow>& rows, int threads = 1) {
  const Numbers made = numbers_of(rows, threads);
  return to_html(made.board, made.numbers, {}, {.table = {}, .statistics = {.samples = 200}});
}

Json data_of(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const std::size_t from = page.find(begin) + begin.size();
  return Json::parse(page.substr(from, page.find("</script>", from) - from));
}

TEST(Page, HoldsEverythingAndAsksForNothing) {
  const std::string page = page_of(test::example_rows());
  for (const char* placeholder : {"{{data}}", "{{page.css}}", "{{page.js}}", "{{vega}}"})
    EXPECT_EQ(page.find(placeholder), std::string::npos) << placeholder;
  for (const char* loading : {"<link rel=\"stylesheet", "<script src", "@import", "url(http"})
    EXPECT_EQ(page.find(loading), std::string::npos) << loading;
  EXPECT_NE(page.find("University of Washington"), std::string::npos) << "licence of Vega";
}

TEST(Page, DataIsThatOfTheTables) {
  const Json data = data_of(page_of(test::example_rows()));
  const Json& block = data["leaderboard"]["blocks"][0];
  EXPECT_EQ(block["rows"][0]["method"], "resenc_unet");
  ASSERT_EQ(data["blocks"].size(), 2U);
  const Json& numbers = data["blocks"][0];
  EXPECT_EQ(numbers["cases"], (Json{"case_0", "case_1", "case_2"}));
  EXPECT_EQ(numbers["metrics"][0]["values"][0][1], (Json{0.91, 0.88}));
  EXPECT_EQ(numbers["statistics"]["metrics"][0]["methods"][0]["p_places"].size(), 3U);
  EXPECT_TRUE(data["blocks"][1]["metrics"][0]["values"][0][1][1].is_null()) << "NaN";
}

TEST(Page, EveryMetricOfTheRecordsCanBePlotted) {
  std::vector<LeaderboardRow> rows = {test::row_of("a", {"x"}, {{0.5}, {0.75}})};
  std::vector<Record>& records = rows[0].folds[0].records;
  for (std::size_t i = 0; i < 2; ++i) {
    Record other = records[i];
    other.metric = "HD95";
    other.flavour = "medpy";
    other.value = 4 + static_cast<double>(i);
    records.push_back(other);
    other.metric = "TP";
    other.flavour = "voxel";
    records.push_back(other);
  }
  const Json block = data_of(page_of(rows))["blocks"][0];
  ASSERT_EQ(block["metrics"].size(), 1U) << "of the statistics";
  ASSERT_EQ(block["other_metrics"].size(), 1U) << "counts are not plotted";
  EXPECT_EQ(block["other_metrics"][0]["flavour"], "medpy");
  EXPECT_EQ(block["other_metrics"][0]["values"][0][1], (Json{5.0}));
}

TEST(Page, OtherMetricsHaveTheirSuitabilityByThemselves) {
  std::vector<LeaderboardRow> rows = {test::row_of("a", {"x"}, {{0.5}, {0.75}})};
  Record other = rows[0].folds[0].records[0];
  other.metric = "NSD";
  other.flavour = "monai";
  rows[0].folds[0].records.push_back(other);
  Numbers made{make_leaderboard(rows), {}};
  made.numbers = block_numbers(made.board, rows, {"Dice", "NSD:monai"}, {.samples = 20});
  const Json data = page_data(made.board, made.numbers, {}, {});
  const Json& lines = data["blocks"][0]["other_suitability"];
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0]["text"].get<std::string>().starts_with("Suitability for NSD (monai): "));
  EXPECT_TRUE(data["leaderboard"]["blocks"][0]["suitability_text"].get<std::string>().starts_with(
      "Suitability for Dice (voxel): "));
}

TEST(Page, NamesCannotEndTheScript) {
  std::vector<LeaderboardRow> rows = test::example_rows();
  rows[0].method = "</script><b>x";
  const std::string page = page_of(rows);
  EXPECT_EQ(page.find("</script><b>"), std::string::npos);
  EXPECT_EQ(data_of(page)["leaderboard"]["blocks"][0]["rows"][2]["method"], rows[0].method);
}

TEST(Page, DoesNotDependOnThreadsOrOrder) {
  std::vector<LeaderboardRow> rows = test::example_rows();
  const std::string page = page_of(rows, 1);
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(page_of(rows, 4), page);
}

TEST(ChooseExamples, BestMedianWorst) {
  const Numbers made =
      numbers_of({test::row_of("a", {"x"}, {{0.1}, {0.9}, {0.5}, {std::nan("")}, {0.9}, {0.2}})});
  const ScoreTable& table = made.numbers[0].tables[0];
  const auto chosen = choose_examples(table, 0);
  ASSERT_EQ(chosen.size(), 3U);
  EXPECT_EQ(chosen[0], (std::pair{Example::best, std::size_t{1}})) << "the first of equal ones";
  EXPECT_EQ(chosen[1], (std::pair{Example::median, std::size_t{2}}));
  EXPECT_EQ(chosen[2], (std::pair{Example::worst, std::size_t{0}}));
}

TEST(ChooseExamples, FewCasesGiveFewExamples) {
  EXPECT_EQ(
      choose_examples(numbers_of({test::row_of("a", {"x"}, {{1}})}).numbers[0].tables[0], 0).size(),
      1U);
  EXPECT_EQ(
      choose_examples(numbers_of({test::row_of("a", {"x"}, {{1}, {0}})}).numbers[0].tables[0], 0)
          .size(),
      2U);
}

TEST(EmbeddedFile, TheWholePageIsThere) {
  for (const char* name :
       {"page.html", "page.css", "elements.js", "table.js", "charts.js", "distribution.js",
        "matrices.js", "trends.js", "sections.js", "examples.js", "page.js", "licences.txt"})
    EXPECT_FALSE(embedded_file(name).empty()) << name;
  EXPECT_TRUE(embedded_file("nothing").empty());
}

}  // namespace
}  // namespace voxarena
