#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "evaluation/statistics_writers.h"
#include "evaluation/table_writers.h"
#include "evaluation/text_table.h"

namespace voxarena {
namespace {

constexpr const char* kNothing = "–";

std::string folds_text(const std::vector<int>& folds) {
  return (folds.size() == 1 ? "fold " : "folds ") + list_text(folds);
}

std::string title_of(const Leaderboard& board) {
  return metric_title(board.metric, board.flavour, board.unit);
}

// Numbered notes below a table; equal texts share a number.
class Footnotes {
 public:
  std::string mark(const std::string& note) {
    const auto found = std::find(notes_.begin(), notes_.end(), note);
    if (found != notes_.end())
      return superscript(static_cast<std::size_t>(found - notes_.begin()) + 1);
    notes_.push_back(note);
    return superscript(notes_.size());
  }
  std::string text() const {
    std::string out;
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      out += fmt::format("- {} {}\n", superscript(i + 1), markdown_text(notes_[i]));
    }
    return out;
  }

 private:
  std::vector<std::string> notes_;
};

std::string method_cell(const RankedRow& ranked, const LeaderboardBlock& block,
                        Footnotes& footnotes) {
  std::vector<std::string> marks;
  for (const std::string& deviation : ranked.row.deviations)
    marks.push_back(footnotes.mark(deviation));
  if (ranked.missing_cases > 0) {
    marks.push_back(footnotes.mark(missing_cases_note(ranked, block)));
  }
  if (!ranked.missing_folds.empty()) {
    marks.push_back(footnotes.mark(
        fmt::format("Not ranked: {} not evaluated yet.", folds_text(ranked.missing_folds))));
  }
  std::string cell = markdown_text(ranked.row.method);
  if (!ranked.row.mark.empty()) cell += fmt::format(" [{}]", markdown_text(ranked.row.mark));
  if (!marks.empty()) cell += fmt::format(" {}", fmt::join(marks, " "));
  return cell;
}

using SpreadOf = std::function<const Spread&(const RankedRow&)>;

// "**0.8831** ± 0.0210": bold where no ranked row is better (and there is more than one).
void add_score_column(TextTable& table, const std::string& title, const LeaderboardBlock& block,
                      const Leaderboard& board, const SpreadOf& spread_of) {
  const int decimals = board.unit == "1" ? 4 : 2;
  const double sign = board.higher_is_better ? 1 : -1;
  double best = -std::numeric_limits<double>::infinity();
  std::size_t ranked_rows = 0;
  for (const RankedRow& row : block.rows) {
    if (!row.rank) continue;
    ++ranked_rows;
    if (!std::isnan(spread_of(row).mean)) best = std::max(best, sign * spread_of(row).mean);
  }
  table.columns.push_back({markdown_text(title)});
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    const Spread& value = spread_of(block.rows[i]);
    if (value.count == 0) {
      table.rows[i].emplace_back(kNothing);
      continue;
    }
    std::string cell = fmt::format("{:.{}f}", value.mean, decimals);
    if (ranked_rows > 1 && block.rows[i].rank && sign * value.mean == best)
      cell = "**" + cell + "**";
    if (value.count > 1) cell += fmt::format(" ± {:.{}f}", value.sd, decimals);
    table.rows[i].push_back(cell);
  }
}

// A column that appears only if some row knows the value.
template <class Value, class Text>
void add_fact_column(TextTable& table, const std::string& title, const LeaderboardBlock& block,
                     std::optional<Value> RowFacts::*fact, Text text) {
  const bool known = std::any_of(block.rows.begin(), block.rows.end(), [&](const RankedRow& row) {
    return (row.row.facts.*fact).has_value();
  });
  if (!known) return;
  table.columns.push_back({title});
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    const std::optional<Value>& value = block.rows[i].row.facts.*fact;
    table.rows[i].push_back(value ? text(*value) : kNothing);
  }
}

std::string gflop_text(double gflop) {
  return gflop < 9.995 ? fmt::format("{:.2f}", gflop) : fmt::format("{:.0f}", gflop);
}

// Trained parameters are shown only where some are frozen.
void add_facts(TextTable& table, const LeaderboardBlock& block, const TableOptions& options) {
  add_fact_column(table, "Params", block, &RowFacts::parameters, count_text);
  const bool frozen = std::any_of(block.rows.begin(), block.rows.end(), [](const RankedRow& row) {
    const RowFacts& facts = row.row.facts;
    return facts.trained_parameters && facts.trained_parameters != facts.parameters;
  });
  if (frozen) add_fact_column(table, "Trained", block, &RowFacts::trained_parameters, count_text);
  add_fact_column(table, "GFLOP/patch", block, &RowFacts::gflop_per_patch, gflop_text);
  if (!options.with_times) return;
  add_fact_column(table, "Training", block, &RowFacts::train_seconds, seconds_text);
  add_fact_column(table, "Per case", block, &RowFacts::predict_seconds_per_case, seconds_text);
  add_fact_column(table, "Memory", block, &RowFacts::peak_memory_mib, memory_text);
}

std::string headline_table(const LeaderboardBlock& block, const Leaderboard& board,
                           const TableOptions& options, Footnotes& footnotes) {
  TextTable table;
  table.columns = {{"Rank"}, {"Method", true}};
  for (const RankedRow& row : block.rows) {
    table.rows.push_back(
        {row.rank ? fmt::format("{}", *row.rank) : kNothing, method_cell(row, block, footnotes)});
  }
  add_score_column(table, "Mean " + title_of(board), block, board,
                   [](const RankedRow& row) -> const Spread& { return row.overall; });
  add_facts(table, block, options);
  return table.markdown();
}

// A table of its own: beside the facts it would be too wide for a terminal.
std::string class_table(const LeaderboardBlock& block, const Leaderboard& board) {
  TextTable table;
  table.columns = {{title_of(board) + " per class", true}};
  for (const RankedRow& row : block.rows) table.rows.push_back({markdown_text(row.row.method)});
  for (std::size_t c = 0; c < block.classes.size(); ++c) {
    add_score_column(table, block.classes[c], block, board,
                     [c](const RankedRow& row) -> const Spread& { return row.classes[c]; });
  }
  return table.markdown();
}

std::string block_text(const LeaderboardBlock& block, const Leaderboard& board,
                       const TableOptions& options) {
  std::string text =
      fmt::format("Protocol `{}` · {} · {} {}{}\n\n", block.protocol, folds_text(block.folds),
                  block.cases, block.cases == 1 ? "case" : "cases",
                  block.supports > 0 ? fmt::format(" · supports: {}", block.supports) : "");
  if (!block.protocol_summary.empty()) text += markdown_text(block.protocol_summary) + "\n\n";
  if (!block.extra_information.empty()) {
    text += fmt::format("**Not comparable with the other tables:** {}\n\n",
                        markdown_text(block.extra_information));
  }
  for (const std::string& caution : block.cautions)
    text += fmt::format("**Caution:** {}\n\n", markdown_text(caution));
  text += suitability_words(board, block).markdown() + "\n\n";
  Footnotes footnotes;
  text += headline_table(block, board, options, footnotes) + '\n';
  if (const std::string notes = footnotes.text(); !notes.empty()) text += notes + '\n';
  if (block.classes.size() > 1) text += class_table(block, board) + '\n';
  return text;
}

}  // namespace

std::string missing_cases_note(const RankedRow& row, const LeaderboardBlock& block) {
  constexpr std::size_t kNamed = 5;
  const std::vector<std::string>& names = row.missing_case_names;
  const std::size_t named = std::min(names.size(), kNamed);
  std::string list = fmt::format(
      "{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(named), ", "));
  if (names.size() > named) list += fmt::format(" and {} more", names.size() - named);
  return fmt::format(
      "Cases without a usable prediction, counted as the worst value: {} of {} ({}).",
      row.missing_cases, block.cases, list);
}

std::string to_markdown(const Leaderboard& board, const TableOptions& options) {
  std::string text = "# Leaderboard\n\n" + supports_markdown(board);
  const std::string* dataset = nullptr;
  for (const LeaderboardBlock& block : board.blocks) {
    if (dataset == nullptr || *dataset != block.dataset)
      text += fmt::format("## {}\n\n", markdown_text(block.dataset));
    dataset = &block.dataset;
    text += block_text(block, board, options);
  }
  const std::string unit = board.unit == "1" ? "" : ", " + board.unit;
  text +=
      fmt::format("---\n\n- {} ({}{}; {} is better): mean ± standard deviation over cases.\n",
                  board.metric, board.flavour, unit, board.higher_is_better ? "higher" : "lower");
  text += fmt::format(
      "- Mean {}: first over the classes of a case, then over cases. It decides the rank.\n",
      board.metric);
  text += "- A case of the split without a prediction counts as the worst value.\n";
  return text + "- " + describe(board.settings) + "\n";
}

}  // namespace voxarena
