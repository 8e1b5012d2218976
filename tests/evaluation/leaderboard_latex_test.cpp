#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <sstream>

#include "evaluation/latex_text.h"
#include "evaluation/table_writers.h"
#include "tests/evaluation/example_leaderboard.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {

const std::string kGoldenLatex = VOXARENA_SOURCE_DIR "/tests/golden/evaluation/leaderboard.tex";

Leaderboard latex_example() { return make_leaderboard(test::example_rows()); }

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

// The row of the first table of `text` that begins with `method`, or has it behind a rank.
std::string row_of_method(const std::string& text, const std::string& method) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(method) || line.find(" & " + method) != std::string::npos) return line;
  }
  return {};
}

TEST(LatexText, NothingAUserWritesIsMarkup) {
  EXPECT_EQ(latex_text("a_b & 50% $x$ #1 {y}"), "a\\_b \\& 50\\% \\$x\\$ \\#1 \\{y\\}");
  EXPECT_EQ(latex_text("\\input{x}"), "\\textbackslash{}input\\{x\\}");
  EXPECT_EQ(latex_text("~^<>|"),
            "\\textasciitilde{}\\textasciicircum{}\\textless{}\\textgreater{}"
            "\\textbar{}");
  EXPECT_EQ(latex_text("[x]*"), "{[}x{]}{*}") << "could be arguments of a line break";
  EXPECT_EQ(latex_text("a-b --no"), "a-b -{-}no") << "no dashes that were not written";
  EXPECT_EQ(latex_text("two\nlines\ttab"), "two lines tab");
}

TEST(LatexText, LettersStayAndTheRestIsNamed) {
  EXPECT_EQ(latex_text("Müller Łódź ± 3×4 µm–"), "Müller Łódź $\\pm$ 3$\\times$4 $\\mu$m--");
  EXPECT_EQ(latex_text("中x"), "{[}U+4E2D{]}x");
  EXPECT_EQ(latex_text("\U0001F600"), "{[}U+1F600{]}");
  EXPECT_EQ(latex_text("ħ"), "{[}U+0127{]}") << "not in T1 fonts";
  EXPECT_EQ(latex_text("\xC3"), "{[}U+FFFD{]}") << "broken UTF-8";
  EXPECT_EQ(latex_text("\xFFz"), "{[}U+FFFD{]}z");
}

TEST(LatexTable, IsTheDocumentWeLookedAt) {
  // To see a change: VOXARENA_BINARY_DIR/leaderboard.tex is what the writer makes now.
  const std::string text = to_latex(latex_example());
  write_file(VOXARENA_BINARY_DIR "/leaderboard.tex", text);
  EXPECT_EQ(text, read_file(kGoldenLatex));
}

TEST(LatexTable, BestIsBoldSecondUnderlinedAmongRankedRows) {
  const std::string text = to_latex(latex_example());
  const std::string first = text.substr(text.find("on Dataset004"));
  EXPECT_NE(row_of_method(first, "resenc\\_unet").find("\\textbf{0.8767} $\\pm$ 0.0176"),
            std::string::npos);
  EXPECT_NE(row_of_method(first, "plain\\_unet").find("\\underline{0.8700} $\\pm$ 0.0150"),
            std::string::npos);
  EXPECT_EQ(row_of_method(first, "MaskSAM").find("\\underline"), std::string::npos);
  const std::string second = text.substr(text.find("on Dataset027"));
  EXPECT_NE(row_of_method(second, "resenc\\_unet").find("-- & resenc"), std::string::npos);
  EXPECT_EQ(row_of_method(second, "resenc\\_unet").find("\\textbf"), std::string::npos)
      << "it lacks a fold: it is not ranked, although its mean is the highest";
}

TEST(LatexTable, EqualValuesShareTheMark) {
  const std::vector<std::string> x = {"x"};
  const std::string text =
      to_latex(make_leaderboard({test::row_of("a", x, {{0.5}}), test::row_of("b", x, {{0.5}}),
                                 test::row_of("c", x, {{0.4}})}));
  EXPECT_EQ(occurrences(text, "\\textbf{0.5000}"), 2U);
  EXPECT_EQ(occurrences(text, "\\underline{0.4000}"), 1U);
  EXPECT_EQ(occurrences(to_latex(make_leaderboard({test::row_of("a", x, {{1}})})), "\\textbf"), 0U)
      << "a single row is not the best of anything";
}

TEST(LatexTable, LowerIsBetterForDistances) {
  std::vector<LeaderboardRow> rows = {test::row_of("near", {"x"}, {{2}}),
                                      test::row_of("far", {"x"}, {{9}})};
  for (LeaderboardRow& row : rows) {
    for (Record& record : row.folds[0].records) {
      record.metric = "HD95";
      record.flavour = "subvoxel";
    }
  }
  const std::string text = to_latex(make_leaderboard(rows, {}, "HD95"));
  EXPECT_NE(text.find("HD95 (subvoxel, mm) $\\downarrow$"), std::string::npos);
  EXPECT_NE(text.find("\\textbf{2.00}"), std::string::npos);
  EXPECT_NE(text.find("\\underline{9.00}"), std::string::npos);
}

TEST(LatexTable, IntervalsComeFromTheStatistics) {
  const std::vector<LeaderboardRow> rows = test::example_rows();
  const Leaderboard board = make_leaderboard(rows);
  const std::vector<BlockNumbers> numbers = block_numbers(board, rows, {"Dice"}, {.samples = 200});
  const std::string text = to_latex(board, {.spread = LatexSpread::interval, .numbers = &numbers});
  const Interval& bca = numbers.at(0).statistics.metrics.at(0).methods.at(0).overall.bca;
  const std::string interval =
      fmt::format("\\textbf{{0.8767}} [{:.4f}, {:.4f}]", bca.low, bca.high);
  EXPECT_NE(text.find(interval), std::string::npos) << interval;
  EXPECT_EQ(text.find("$\\pm$ 0"), std::string::npos);
}

// The records of `rows` once more, as another metric with values from `change`.
template <class Change>
void add_metric(std::vector<LeaderboardRow>& rows, const std::string& metric, Change change) {
  for (LeaderboardRow& row : rows) {
    for (FoldRecords& fold : row.folds) {
      const std::size_t count = fold.records.size();
      for (std::size_t i = 0; i < count; ++i) {
        Record record = fold.records[i];
        record.metric = metric;
        record.flavour = "subvoxel";
        record.value = change(record.value);
        fold.records.push_back(record);
      }
    }
  }
}

TEST(LatexTable, FurtherMetricsOfTheStatisticsHaveColumnsAndClassTables) {
  std::vector<LeaderboardRow> rows = {test::row_of("a", {"x", "y"}, {{0.5, 0.7}, {0.3, 0.5}}),
                                      test::row_of("b", {"x", "y"}, {{0.4, 0.4}, {0.2, 0.6}})};
  add_metric(rows, "HD95", [](double dice) { return 10 * dice; });  // a is the worse one
  const Leaderboard board = make_leaderboard(rows);
  const std::vector<BlockNumbers> numbers =
      block_numbers(board, rows, {"Dice", "HD95"}, {.samples = 50});
  const std::string text = to_latex(board, {.numbers = &numbers});
  EXPECT_NE(text.find("Rank & Method & Dice (voxel) $\\uparrow$ & HD95 (subvoxel, mm) "
                      "$\\downarrow$ \\\\"),
            std::string::npos);
  EXPECT_NE(text.find("1 & a & \\textbf{0.5000} $\\pm$ 0.1414 & \\underline{5.00} $\\pm$ 1.41"),
            std::string::npos);
  EXPECT_NE(text.find("b & \\textbf{3.00} $\\pm$ 1.41 & \\textbf{5.00} $\\pm$ 1.41"),
            std::string::npos)
      << "classes of HD95";
}

TEST(LatexTable, FourMetricsATableTheRestIsContinued) {
  std::vector<LeaderboardRow> rows = {test::row_of("a", {"x"}, {{0.5}, {0.3}}),
                                      test::row_of("b", {"x"}, {{0.4}, {0.2}})};
  for (LeaderboardRow& row : rows) {
    const std::vector<Record> dice = row.folds[0].records;
    for (Record record : dice) {
      for (const char* flavour : {"subvoxel", "medpy", "monai", "metricsreloaded"}) {
        record.metric = "HD";
        record.flavour = flavour;
        row.folds[0].records.push_back(record);
      }
    }
  }
  const Leaderboard board = make_leaderboard(rows);
  const std::vector<BlockNumbers> numbers = block_numbers(
      board, rows, {"Dice", "HD", "HD:medpy", "HD:monai", "HD:metricsreloaded"}, {.samples = 20});
  const std::string text = to_latex(board, {.numbers = &numbers});
  EXPECT_NE(text.find("\\caption{Dice (voxel), HD (subvoxel), HD (medpy) and HD (monai) on "),
            std::string::npos);
  EXPECT_NE(text.find("\\caption{HD (metricsreloaded) on Dataset004\\_Hippocampus, continued: "),
            std::string::npos);
  EXPECT_NE(text.find("Rank & Method & HD (metricsreloaded, mm) $\\downarrow$ \\\\"),
            std::string::npos);
  EXPECT_EQ(occurrences(text, "\\begin{table}"), 2U);
}

TEST(LatexTable, ARowWithoutRankSaysWhyInEveryTable) {
  const std::string text = to_latex(latex_example());
  EXPECT_EQ(occurrences(text, "Not ranked: folds not evaluated yet: 1."), 3U)
      << "overview, table and classes of the second data set";
  EXPECT_NE(text.find("0.8808 $\\pm$ 0.0342\\textsuperscript{a} \\\\"), std::string::npos);
}

// LaTeX fails with "100 consecutive dead cycles" where some fifty floats wait for a page.
TEST(LatexTable, ManyTablesAreNotHeldBack) {
  std::vector<std::string> classes;
  for (int i = 0; i < 100; ++i) classes.push_back("organ " + std::to_string(i));
  const std::string text =
      to_latex(make_leaderboard({test::row_of("a", classes, {std::vector<double>(100, 0.5)})}));
  EXPECT_EQ(occurrences(text, "\\begin{table}"), 21U);
  EXPECT_EQ(occurrences(text, "\\clearpage"), 2U);
}

TEST(LatexTable, AnOverviewOfSupportsNamesItsBlock) {
  std::vector<LeaderboardRow> rows;
  for (const std::int64_t supports : {1, 5}) {
    rows.push_back(test::row_of("a", {"organ"}, {{0.5}}));
    rows.back().protocol = std::to_string(supports);
    rows.back().supports = supports;
    rows.back().extra_information = "pre-trained weights";
  }
  const std::string text = to_latex(make_leaderboard(rows));
  EXPECT_NE(text.find("Method & \\shortstack[r]{Dataset004\\_Hippocampus\\\\1 support} & "),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("ranked by itself. Not comparable with the other tables: pre-trained"),
            std::string::npos);
}

TEST(LatexTable, ManyClassesAreSpreadOverTables) {
  std::vector<std::string> classes;
  for (int i = 0; i < 12; ++i) classes.push_back("organ " + std::to_string(i));
  const std::string text =
      to_latex(make_leaderboard({test::row_of("a", classes, {std::vector<double>(12, 0.5)})}));
  EXPECT_EQ(occurrences(text, "\\begin{table}"), 4U) << "5 + 5 + 2 classes, and their mean";
  for (const std::string& name : classes)
    EXPECT_EQ(occurrences(text, name + " &") + occurrences(text, name + " \\\\"), 1U);
}

TEST(LatexTable, ColumnsOfARowAreThoseOfItsTable) {
  const std::regex columns(R"(\\begin\{tabular\}\{@\{\}([lr]+)@\{\}\})");
  std::istringstream lines(to_latex(latex_example()));
  std::size_t width = 0, rows = 0;
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (std::regex_search(line, found, columns)) width = static_cast<std::size_t>(found.length(1));
    if (line.find(" & ") == std::string::npos) continue;
    EXPECT_EQ(occurrences(line, " & ") + 1, width) << line;
    ++rows;
  }
  EXPECT_EQ(rows, 20U) << "five tables of three methods and a header";
}

TEST(LatexTable, CompilesAsItIs) {
  if (std::system("pdflatex --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no pdflatex";
  const test::TemporaryFolder folder;
  std::vector<LeaderboardRow> rows = test::example_rows();
  std::string letters;  // every character that is written as it is
  for (unsigned code = 0xC0; code <= 0x17E; ++code) {
    letters += static_cast<char>(0xC0U | code >> 6U);
    letters += static_cast<char>(0x80U | (code & 0x3FU));
  }
  for (unsigned code = 1; code < 0x7F; ++code) letters += static_cast<char>(code);
  rows[0].deviations.push_back(letters + " ±²³µ·×–—‘’“”…→−≤≥αβγλσ 中");
  rows[1].method = "[*]-- odd_name";
  write_file(folder / "leaderboard.tex", to_latex(make_leaderboard(rows)));
  const std::string command = "cd " + folder.path().string() +
                              " && pdflatex -halt-on-error -interaction=nonstopmode "
                              "leaderboard.tex > output.txt 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << read_file(folder / "output.txt");
}

}  // namespace
}  // namespace voxarena
