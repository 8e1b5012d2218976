#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "evaluation/latex_table.h"
#include "evaluation/latex_text.h"
#include "evaluation/statistics_writers.h"
#include "evaluation/table_writers.h"
#include "evaluation/text_table.h"

namespace voxarena {
namespace {

constexpr std::size_t kClassesPerTable = 5;  // more would be too small to read on a page
constexpr std::size_t kMetricsPerTable = 4;

constexpr const char* kPreamble =
    R"(% Compiles as it is (pdflatex); or copy a table, it needs the packages booktabs and graphicx.
\documentclass[10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage{textcomp}
\usepackage{booktabs}
\usepackage{graphicx}
\usepackage[margin=2.2cm]{geometry}
\begin{document}
)";

// A metric of a block: the one that ranks, or a further one of the statistics.
struct LatexMetric {
  std::string name, flavour, unit;
  bool higher_is_better = true;
  const ScoreTable* scores = nullptr;            // of a further one; the rows hold the first
  const MetricStatistics* statistics = nullptr;  // if there are any
};

// The metric that ranks comes first.
std::vector<LatexMetric> metrics_of(const LeaderboardBlock& block, const Leaderboard& board,
                                    const LatexOptions& options) {
  std::vector<LatexMetric> metrics = {
      {board.metric, board.flavour, board.unit, board.higher_is_better}};
  if (options.numbers == nullptr) return metrics;
  for (const BlockNumbers& numbers : *options.numbers) {
    if (&board.blocks[numbers.block] != &block) continue;
    for (std::size_t i = 0; i < numbers.tables.size(); ++i) {
      const ScoreTable& table = numbers.tables[i];
      const MetricStatistics* statistics = &numbers.statistics.metrics[i];
      if (table.metric == board.metric && table.flavour == board.flavour) {
        metrics.front().statistics = statistics;
      } else {
        metrics.push_back(
            {table.metric, table.flavour, table.unit, table.higher_is_better, &table, statistics});
      }
    }
  }
  return metrics;
}

template <class Entry>
const Entry* find_method(const std::vector<Entry>& entries, const std::string& method) {
  for (const Entry& entry : entries)
    if (entry.method == method) return &entry;
  return nullptr;
}

// `cls` counts classes; kOverall is their mean.
constexpr std::size_t kOverall = static_cast<std::size_t>(-1);

Spread spread_of_scores(const ScoreTable& table, const std::string& method, std::size_t cls) {
  const auto found = std::find(table.methods.begin(), table.methods.end(), method);
  if (found == table.methods.end()) return spread({});
  const auto m = static_cast<std::size_t>(found - table.methods.begin());
  if (cls == kOverall) return spread(table.case_means(m));
  std::vector<double> values;
  for (std::size_t c = 0; c < table.fold_of_case.size(); ++c) values.push_back(table.at(m, c, cls));
  return spread(values);
}

std::vector<std::string> metric_column(const LeaderboardBlock& block, const LatexMetric& metric,
                                       const LatexOptions& options, std::size_t cls) {
  std::vector<ScoreCell> cells;
  for (const RankedRow& row : block.rows) {
    const Spread value = metric.scores != nullptr
                             ? spread_of_scores(*metric.scores, row.row.method, cls)
                             : (cls == kOverall ? row.overall : row.classes[cls]);
    ScoreCell cell{.mean = value.mean, .sd = value.sd, .ranked = row.rank.has_value()};
    if (value.count == 0) cell.mean = std::nan("");
    const MethodStatistics* statistics =
        metric.statistics != nullptr ? find_method(metric.statistics->methods, row.row.method)
                                     : nullptr;
    if (statistics != nullptr)
      cell.interval = cls == kOverall ? statistics->overall.bca : statistics->classes[cls].bca;
    cells.push_back(cell);
  }
  return score_column(cells, metric.higher_is_better, metric.unit == "1" ? 4 : 2, options.spread);
}

std::string with_marks(const std::string& text, const std::vector<std::string>& marks) {
  if (marks.empty()) return text;
  return text + fmt::format("\\textsuperscript{{{}}}", fmt::join(marks, ","));
}

// Why a row has no rank, and its values no mark as the best; empty for a ranked row.
std::vector<std::string> marks_of_rank(const RankedRow& row, LatexNotes& notes) {
  if (row.missing_folds.empty()) return {};
  return {notes.mark("Not ranked: folds not evaluated yet: " + list_text(row.missing_folds) + ".")};
}

std::string method_text(const RankedRow& row, const LeaderboardBlock& block, LatexNotes& notes) {
  std::vector<std::string> marks;
  for (const std::string& deviation : row.row.deviations) marks.push_back(notes.mark(deviation));
  if (row.missing_cases > 0) {
    marks.push_back(notes.mark(missing_cases_note(row, block)));
  }
  for (const std::string& mark : marks_of_rank(row, notes)) marks.push_back(mark);
  std::string text = latex_text(row.row.method);
  if (!row.row.mark.empty()) text += " [" + latex_text(row.row.mark) + "]";
  return with_marks(text, marks);
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
    return values.*fact ? latex_text(text(*(values.*fact))) : std::string(kNoLatexValue);
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

std::string direction_text(const LatexMetric& metric) {
  return metric.higher_is_better ? "$\\uparrow$" : "$\\downarrow$";
}

// "HD95 (subvoxel, mm) $\downarrow$"
std::string latex_title(const LatexMetric& metric) {
  return latex_text(metric_title(metric.name, metric.flavour, metric.unit)) + " " +
         direction_text(metric);
}

// "HD (subvoxel)": flavours of one metric differ.
std::string latex_name(const LatexMetric& metric) {
  return latex_text(metric_title(metric.name, metric.flavour, "1"));
}

std::string names_text(const std::vector<LatexMetric>& metrics) {
  std::string text = latex_name(metrics.front());
  for (std::size_t i = 1; i < metrics.size(); ++i)
    text += (i + 1 == metrics.size() ? " and " : ", ") + latex_name(metrics[i]);
  return text;
}

std::string supports_text(const LeaderboardBlock& block) {
  return fmt::format("{} {}", block.supports, block.supports == 1 ? "support" : "supports");
}

std::string name_with_supports(const LeaderboardBlock& block) {
  return block.supports == 0 ? block.dataset : block.dataset + ", " + supports_text(block);
}

std::string column_title(const LeaderboardBlock& block) {
  const std::string dataset = latex_text(block.dataset);
  if (block.supports == 0) return dataset;
  return "\\shortstack[r]{" + dataset + "\\\\" + supports_text(block) + "}";
}

void say_block(const LeaderboardBlock& block, std::string& caption) {
  if (!block.extra_information.empty())
    caption +=
        " Not comparable with the other tables: " + latex_text(block.extra_information) + ".";
}

// Rank, method and the mean over classes of each metric.
LatexTable latex_metric_table(const LeaderboardBlock& block,
                              const std::vector<LatexMetric>& metrics, const LatexOptions& options,
                              const std::vector<std::string>& methods) {
  LatexTable table;
  table.columns = "@{}rl" + std::string(metrics.size(), 'r') + "@{}";
  table.rows.push_back({"Rank", "Method"});
  for (std::size_t r = 0; r < block.rows.size(); ++r) {
    const RankedRow& row = block.rows[r];
    table.rows.push_back({row.rank ? fmt::format("{}", *row.rank) : kNoLatexValue, methods[r]});
  }
  for (const LatexMetric& metric : metrics)
    table.add_column(latex_title(metric), metric_column(block, metric, options, kOverall));
  return table;
}

LatexTable latex_main_table(const LeaderboardBlock& block, const Leaderboard& board,
                            const std::vector<LatexMetric>& metrics, const LatexOptions& options) {
  LatexNotes notes;
  std::vector<std::string> methods;
  for (const RankedRow& row : block.rows) methods.push_back(method_text(row, block, notes));
  LatexTable table = latex_metric_table(block, metrics, options, methods);
  table.caption = fmt::format(
      "{} on {}: mean over classes, then over {} {}, {}. Ranks are by {}. Best bold, second "
      "underlined. {}",
      names_text(metrics), latex_text(name_with_supports(block)), block.cases,
      block.cases == 1 ? "case" : "cases", spread_words(options.spread, options),
      latex_name(metrics.front()), latex_text(suitability_words(board, block).plain()));
  say_block(block, table.caption);
  for (const std::string& caution : block.cautions)
    table.caption += " Caution: " + latex_text(caution);
  const Facts facts = facts_of(block, options.table);
  table.columns.insert(table.columns.size() - 3, facts.size(), 'r');
  for (const auto& [title, text] : facts) {
    std::vector<std::string> cells;
    for (const RankedRow& row : block.rows) cells.push_back(text(row.row.facts));
    table.add_column(title, cells);
  }
  table.notes = notes.text() + "Protocol \\texttt{" + latex_text(block.protocol) + "}";
  if (!block.protocol_summary.empty()) table.notes += ": " + latex_text(block.protocol_summary);
  table.notes += ".\n";
  return table;
}

// Further metrics of the statistics.
LatexTable latex_continued_table(const LeaderboardBlock& block,
                                 const std::vector<LatexMetric>& metrics,
                                 const LatexOptions& options) {
  LatexNotes notes;
  std::vector<std::string> methods;
  for (const RankedRow& row : block.rows)
    methods.push_back(with_marks(latex_text(row.row.method), marks_of_rank(row, notes)));
  LatexTable table = latex_metric_table(block, metrics, options, methods);
  table.caption = fmt::format("{} on {}, continued: mean over classes, then over cases, {}.",
                              names_text(metrics), latex_text(name_with_supports(block)),
                              spread_words(options.spread, options));
  table.notes = notes.text();
  return table;
}

// The metrics of a block, some in each table.
std::string main_tables(const LeaderboardBlock& block, const Leaderboard& board,
                        const LatexOptions& options, std::size_t number) {
  const std::vector<LatexMetric> metrics = metrics_of(block, board, options);
  std::string text;
  for (std::size_t from = 0; from < metrics.size(); from += kMetricsPerTable) {
    const std::size_t to = std::min(from + kMetricsPerTable, metrics.size());
    const std::vector<LatexMetric> some(metrics.begin() + static_cast<std::ptrdiff_t>(from),
                                        metrics.begin() + static_cast<std::ptrdiff_t>(to));
    LatexTable table = from == 0 ? latex_main_table(block, board, some, options)
                                 : latex_continued_table(block, some, options);
    table.label = fmt::format("tab:leaderboard-{}", number);
    if (from > 0) table.label += fmt::format("-continued-{}", from / kMetricsPerTable);
    text += "\n" + table.text();
  }
  return text;
}

// Classes `from` to `to` of a block.
LatexTable latex_class_table(const LeaderboardBlock& block, const LatexMetric& metric,
                             const LatexOptions& options, std::size_t from, std::size_t to) {
  LatexTable table;
  table.caption =
      fmt::format("{} per class on {}, {}.", latex_title(metric),
                  latex_text(name_with_supports(block)), spread_words(options.spread, options));
  table.columns = "@{}l" + std::string(to - from, 'r') + "@{}";
  LatexNotes notes;
  table.rows.push_back({"Method"});
  for (const RankedRow& row : block.rows)
    table.rows.push_back({with_marks(latex_text(row.row.method), marks_of_rank(row, notes))});
  for (std::size_t c = from; c < to; ++c)
    table.add_column(latex_text(block.classes[c]), metric_column(block, metric, options, c));
  table.notes = notes.text();
  return table;
}

// The classes of a block, some in each table.
std::string class_tables(const LeaderboardBlock& block, const Leaderboard& board,
                         const LatexOptions& options, std::size_t number) {
  if (block.classes.size() < 2) return {};
  std::string text;
  std::size_t tables = 0;
  for (const LatexMetric& metric : metrics_of(block, board, options)) {
    for (std::size_t from = 0; from < block.classes.size(); from += kClassesPerTable) {
      const std::size_t to = std::min(from + kClassesPerTable, block.classes.size());
      LatexTable table = latex_class_table(block, metric, options, from, to);
      table.label = fmt::format("tab:leaderboard-{}-classes-{}", number, ++tables);
      text += "\n" + table.text();
    }
  }
  return text;
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
  LatexNotes notes;
  LatexTable table;
  const LatexMetric metric = {board.metric, board.flavour, board.unit, board.higher_is_better};
  table.caption = fmt::format("{} of all data sets, {}. Each column is ranked by itself.",
                              latex_title(metric), spread_words(options.spread, options));
  say_block(*blocks.front(), table.caption);
  table.label = fmt::format("tab:leaderboard-overview-{}", number);
  table.columns = "@{}l" + std::string(blocks.size(), 'r') + "@{}";
  table.rows.push_back({"Method"});
  for (const std::string& method : methods) table.rows.push_back({latex_text(method)});
  for (const LeaderboardBlock* block : blocks) {
    const std::vector<std::string> scores =
        metric_column(*block, metrics_of(*block, board, options).front(), options, kOverall);
    std::vector<std::string> cells(methods.size(), kNoLatexValue);
    for (std::size_t r = 0; r < block->rows.size(); ++r) {
      const auto found = std::find(methods.begin(), methods.end(), block->rows[r].row.method);
      cells[static_cast<std::size_t>(found - methods.begin())] =
          with_marks(scores[r], marks_of_rank(block->rows[r], notes));
    }
    table.add_column(column_title(*block), cells);
  }
  table.notes = notes.text();
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
    std::set<std::string> columns;
    for (const LeaderboardBlock* block : blocks) columns.insert(name_with_supports(*block));
    if (blocks.size() > 1 && columns.size() == blocks.size())
      text += "\n" + overview(blocks, board, options, ++number);
  }
  number = 0;
  for (const LeaderboardBlock& block : board.blocks) {
    text += main_tables(block, board, options, ++number);
    text += class_tables(block, board, options, number);
  }
  text += "\n\\noindent A case of the split without a prediction counts as the worst value. " +
          latex_text(describe(board.settings)) + "\n";
  return with_page_breaks(text) + "\\end{document}\n";
}

}  // namespace voxarena
