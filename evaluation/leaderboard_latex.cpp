#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "evaluation/latex_text.h"
#include "evaluation/table_writers.h"
#include "evaluation/text_table.h"

namespace voxarena {
namespace {

constexpr const char* kNoValue = "--";
constexpr std::size_t kClassesPerTable = 5;  // more would be too small to read on a page

constexpr const char* kPreamble =
    R"(% Compiles as it is (pdflatex); or copy a table, it needs the packages booktabs and graphicx.
\documentclass[10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{textcomp}
\usepackage{booktabs}
\usepackage{graphicx}
\usepackage[margin=2.2cm]{geometry}
\begin{document}
)";

// One column of scores: what each row shows, and what decides between them.
struct ScoreCell {
  double mean = std::nan("");
  double sd = std::nan("");
  std::optional<Interval> interval = {};
  bool ranked = false;
};

std::string score_text(const ScoreCell& cell, int decimals) {
  if (std::isnan(cell.mean)) return kNoValue;
  return fmt::format("{:.{}f}", cell.mean, decimals);
}

std::string spread_text(const ScoreCell& cell, int decimals, LatexSpread spread) {
  if (spread == LatexSpread::interval) {
    if (!cell.interval || std::isnan(cell.interval->low)) return {};
    return fmt::format(" [{:.{}f}, {:.{}f}]", cell.interval->low, decimals, cell.interval->high,
                       decimals);
  }
  return std::isnan(cell.sd) ? std::string() : fmt::format(" $\\pm$ {:.{}f}", cell.sd, decimals);
}

// Best bold, second underlined, among ranked rows that are compared with at least one other; equal
// values share the mark.
std::vector<std::string> score_column(const std::vector<ScoreCell>& cells, bool higher_is_better,
                                      int decimals, LatexSpread spread) {
  std::set<double> places;  // best first
  std::size_t compared = 0;
  const double sign = higher_is_better ? -1 : 1;
  for (const ScoreCell& cell : cells) {
    if (!cell.ranked || std::isnan(cell.mean)) continue;
    places.insert(sign * cell.mean);
    ++compared;
  }
  std::vector<std::string> column;
  for (const ScoreCell& cell : cells) {
    std::string text = score_text(cell, decimals);
    const auto place = std::distance(places.begin(), places.find(sign * cell.mean));
    if (cell.ranked && compared > 1 && !std::isnan(cell.mean)) {
      if (place == 0) text = "\\textbf{" + text + "}";
      if (place == 1) text = "\\underline{" + text + "}";
    }
    column.push_back(text + spread_text(cell, decimals, spread));
  }
  return column;
}

// Marks a, b, c, ...; equal notes share one.
class LatexNotes {
 public:
  std::string mark(const std::string& note) {
    auto found = std::find(notes_.begin(), notes_.end(), note);
    if (found == notes_.end()) found = notes_.insert(notes_.end(), note);
    return letter(static_cast<std::size_t>(found - notes_.begin()));
  }
  std::string text() const {
    std::string out;
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      out += fmt::format("\\textsuperscript{{{}}}~{}\\\\\n", letter(i), latex_text(notes_[i]));
    }
    return out;
  }

 private:
  static std::string letter(std::size_t i) {
    std::string name;
    for (++i; i > 0; i = (i - 1) / 26)
      name.insert(name.begin(), static_cast<char>('a' + (i - 1) % 26));
    return name;
  }
  std::vector<std::string> notes_;
};

struct LatexTable {
  std::string caption, label, columns;         // columns: of tabular
  std::vector<std::vector<std::string>> rows;  // the first is the header
  std::string notes;

  std::string text() const {
    std::string out =
        "\\begin{table}[htbp]\n\\centering\n\\caption{" + caption + "}\n\\label{" + label + "}\n";
    out += "\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n";
    out += "\\begin{tabular}{" + columns + "}\n\\toprule\n";
    for (std::size_t r = 0; r < rows.size(); ++r) {
      out += fmt::format("{} \\\\\n", fmt::join(rows[r], " & "));
      if (r == 0) out += "\\midrule\n";
    }
    out += "\\bottomrule\n\\end{tabular}}\n";
    if (!notes.empty())
      out += "\n\\smallskip\n\\parbox{\\linewidth}{\\footnotesize\\raggedright\n" + notes + "}\n";
    return out + "\\end{table}\n";
  }
};

const MethodStatistics* find_statistics(const LeaderboardBlock& block, const RankedRow& row,
                                        const Leaderboard& board, const LatexOptions& options) {
  if (options.numbers == nullptr) return nullptr;
  for (const BlockNumbers& numbers : *options.numbers) {
    if (&board.blocks[numbers.block] != &block) continue;
    for (const MetricStatistics& metric : numbers.statistics.metrics) {
      if (metric.metric != board.metric || metric.flavour != board.flavour) continue;
      for (const MethodStatistics& method : metric.methods)
        if (method.method == row.row.method) return &method;
    }
  }
  return nullptr;
}

// `cls` counts classes; kOverall is their mean.
constexpr std::size_t kOverall = static_cast<std::size_t>(-1);

std::vector<ScoreCell> score_cells(const LeaderboardBlock& block, const Leaderboard& board,
                                   const LatexOptions& options, std::size_t cls) {
  std::vector<ScoreCell> cells;
  for (const RankedRow& row : block.rows) {
    const Spread& spread = cls == kOverall ? row.overall : row.classes[cls];
    ScoreCell cell{.mean = spread.mean, .sd = spread.sd, .ranked = row.rank.has_value()};
    if (spread.count == 0) cell.mean = std::nan("");
    if (const MethodStatistics* found = find_statistics(block, row, board, options))
      cell.interval = cls == kOverall ? found->overall.bca : found->classes[cls].bca;
    cells.push_back(cell);
  }
  return cells;
}

std::string method_text(const RankedRow& row, const LeaderboardBlock& block, LatexNotes& notes) {
  std::vector<std::string> marks;
  for (const std::string& deviation : row.row.deviations) marks.push_back(notes.mark(deviation));
  if (row.missing_cases > 0) {
    marks.push_back(notes.mark(
        fmt::format("Cases without a usable prediction, counted as the worst value: {} of {}.",
                    row.missing_cases, block.cases)));
  }
  if (!row.missing_folds.empty())
    marks.push_back(
        notes.mark("Not ranked: folds not evaluated yet: " + list_text(row.missing_folds) + "."));
  std::string text = latex_text(row.row.method);
  if (!row.row.mark.empty()) text += " [" + latex_text(row.row.mark) + "]";
  if (!marks.empty()) text += fmt::format("\\textsuperscript{{{}}}", fmt::join(marks, ","));
  return text;
}

using Facts = std::vector<std::pair<std::string, std::function<std::string(const RowFacts&)>>>;

template <class Value, class Text>
void add_fact(Facts& facts, const LeaderboardBlock& block, const std::string& title,
              std::optional<Value> RowFacts::*fact, Text text) {
  const bool known = std::any_of(block.rows.begin(), block.rows.end(), [&](const RankedRow& row) {
    return (row.row.facts.*fact).has_value();
  });
  if (!known) return;
  facts.emplace_back(title, [fact, text](const RowFacts& values) {
    return values.*fact ? latex_text(text(*(values.*fact))) : std::string(kNoValue);
  });
}

Facts facts_of(const LeaderboardBlock& block, const TableOptions& options) {
  Facts facts;
  add_fact(facts, block, "Params", &RowFacts::parameters, count_text);
  add_fact(facts, block, "GFLOP", &RowFacts::gflop_per_patch,
           [](double gflop) { return fmt::format("{:.3g}", gflop); });
  if (!options.with_times) return facts;
  add_fact(facts, block, "Training", &RowFacts::train_seconds, seconds_text);
  add_fact(facts, block, "Per case", &RowFacts::predict_seconds_per_case, seconds_text);
  add_fact(facts, block, "Memory", &RowFacts::peak_memory_mib, memory_text);
  return facts;
}

std::string spread_words(LatexSpread spread, const LatexOptions& options) {
  return spread == LatexSpread::interval
             ? fmt::format("[{:.0f}\\,\\% bootstrap confidence interval of the mean]",
                           100 * options.level)
             : std::string("$\\pm$ standard deviation over cases");
}

int decimals_of(const Leaderboard& board) { return board.unit == "1" ? 4 : 2; }

std::string metric_text(const Leaderboard& board) {
  std::string text = latex_text(board.metric);
  if (board.unit != "1") text += " (" + latex_text(board.unit) + ")";
  return text;
}

LatexTable latex_main_table(const LeaderboardBlock& block, const Leaderboard& board,
                            const LatexOptions& options, std::size_t number) {
  LatexNotes notes;
  const Facts facts = facts_of(block, options.table);
  LatexTable table;
  table.caption = fmt::format(
      "{} ({}, {} is better) on {}: mean over classes, then over {} {}, {}. Best bold, second "
      "underlined.",
      latex_text(board.metric), latex_text(board.flavour),
      board.higher_is_better ? "higher" : "lower", latex_text(block.dataset), block.cases,
      block.cases == 1 ? "case" : "cases", spread_words(options.spread, options));
  if (!block.extra_information.empty())
    table.caption +=
        " Not comparable with the other tables: " + latex_text(block.extra_information) + ".";
  table.label = fmt::format("tab:leaderboard-{}", number);
  table.columns = "@{}rlr" + std::string(facts.size(), 'r') + "@{}";
  std::vector<std::string> header = {"Rank", "Method", metric_text(board)};
  for (const auto& [title, text] : facts) header.push_back(title);
  table.rows.push_back(header);
  const std::vector<std::string> scores =
      score_column(score_cells(block, board, options, kOverall), board.higher_is_better,
                   decimals_of(board), options.spread);
  for (std::size_t r = 0; r < block.rows.size(); ++r) {
    const RankedRow& row = block.rows[r];
    std::vector<std::string> cells = {row.rank ? fmt::format("{}", *row.rank) : kNoValue,
                                      method_text(row, block, notes), scores[r]};
    for (const auto& [title, text] : facts) cells.push_back(text(row.row.facts));
    table.rows.push_back(cells);
  }
  table.notes = notes.text() + "Protocol \\texttt{" + latex_text(block.protocol) + "}";
  if (!block.protocol_summary.empty()) table.notes += ": " + latex_text(block.protocol_summary);
  table.notes += ".\n";
  return table;
}

// Classes `from` to `to` of a block.
LatexTable latex_class_table(const LeaderboardBlock& block, const Leaderboard& board,
                             const LatexOptions& options, std::size_t number, std::size_t from,
                             std::size_t to) {
  LatexTable table;
  table.caption = fmt::format("{} per class on {}, {}.", latex_text(board.metric),
                              latex_text(block.dataset), spread_words(options.spread, options));
  table.label = fmt::format("tab:leaderboard-{}-classes-{}", number, from / kClassesPerTable + 1);
  table.columns = "@{}l" + std::string(to - from, 'r') + "@{}";
  table.rows.push_back({"Method"});
  for (const RankedRow& row : block.rows) table.rows.push_back({latex_text(row.row.method)});
  for (std::size_t c = from; c < to; ++c) {
    table.rows[0].push_back(latex_text(block.classes[c]));
    const std::vector<std::string> column =
        score_column(score_cells(block, board, options, c), board.higher_is_better,
                     decimals_of(board), options.spread);
    for (std::size_t r = 0; r < column.size(); ++r) table.rows[r + 1].push_back(column[r]);
  }
  return table;
}

// Methods against data sets, for blocks that share budget and information.
std::string overview(const std::vector<const LeaderboardBlock*>& blocks, const Leaderboard& board,
                     const LatexOptions& options, std::size_t number) {
  std::vector<std::string> methods;
  for (const LeaderboardBlock* block : blocks) {
    for (const RankedRow& row : block->rows) {
      if (std::find(methods.begin(), methods.end(), row.row.method) == methods.end())
        methods.push_back(row.row.method);
    }
  }
  LatexTable table;
  table.caption = fmt::format("{} of all data sets, {}. Each column is ranked by itself.",
                              latex_text(board.metric), spread_words(options.spread, options));
  table.label = fmt::format("tab:leaderboard-overview-{}", number);
  table.columns = "@{}l" + std::string(blocks.size(), 'r') + "@{}";
  table.rows.push_back({"Method"});
  for (const std::string& method : methods) table.rows.push_back({latex_text(method)});
  for (const LeaderboardBlock* block : blocks) {
    table.rows[0].push_back(latex_text(block->dataset));
    const std::vector<std::string> column =
        score_column(score_cells(*block, board, options, kOverall), board.higher_is_better,
                     decimals_of(board), options.spread);
    for (std::size_t m = 0; m < methods.size(); ++m) {
      std::string cell = kNoValue;
      for (std::size_t r = 0; r < block->rows.size(); ++r)
        if (block->rows[r].row.method == methods[m]) cell = column[r];
      table.rows[m + 1].push_back(cell);
    }
  }
  return table.text();
}

}  // namespace

std::string to_latex(const Leaderboard& board, const LatexOptions& options) {
  std::string text = kPreamble;
  std::map<std::pair<std::string, std::string>, std::vector<const LeaderboardBlock*>> groups;
  for (const LeaderboardBlock& block : board.blocks)
    groups[{block.extra_information, block.protocol_summary}].push_back(&block);
  std::size_t number = 0;
  for (const auto& [key, blocks] : groups) {
    std::set<std::string> datasets;
    for (const LeaderboardBlock* block : blocks) datasets.insert(block->dataset);
    if (blocks.size() > 1 && datasets.size() == blocks.size())
      text += "\n" + overview(blocks, board, options, ++number);
  }
  number = 0;
  for (const LeaderboardBlock& block : board.blocks) {
    text += "\n" + latex_main_table(block, board, options, ++number).text();
    if (block.classes.size() < 2) continue;
    for (std::size_t from = 0; from < block.classes.size(); from += kClassesPerTable) {
      const std::size_t to = std::min(from + kClassesPerTable, block.classes.size());
      text += "\n" + latex_class_table(block, board, options, number, from, to).text();
    }
  }
  text += "\n\\noindent A case of the split without a prediction counts as the worst value. " +
          latex_text(describe(board.settings)) + "\n";
  return text + "\\end{document}\n";
}

}  // namespace voxarena
