#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "evaluation/table_writers.h"
#include "evaluation/text_table.h"

namespace voxarena {
namespace {

using Column = std::pair<std::string, std::int64_t>;  // data set, supports

struct MethodBySupports {
  std::string name;
  std::set<std::string> information;  // of the blocks it stands in
  std::map<Column, const RankedRow*> rows;

  double mean() const {
    double sum = 0;
    for (const auto& [column, row] : rows) sum += row->overall.mean;
    return sum / static_cast<double>(rows.size());
  }
};

// Methods of blocks that differ in data set, supports and information alone; the best first.
std::vector<MethodBySupports> methods_of(const std::vector<const LeaderboardBlock*>& blocks) {
  std::map<std::string, MethodBySupports> methods;
  for (const LeaderboardBlock* block : blocks) {
    for (const RankedRow& row : block->rows) {
      if (row.overall.count == 0) continue;
      MethodBySupports& method = methods[row.row.method];
      method.name = row.row.method;
      if (!row.row.mark.empty()) method.name += fmt::format(" [{}]", row.row.mark);
      method.information.insert(block->extra_information);
      method.rows[{block->dataset, block->supports}] = &row;
    }
  }
  std::vector<MethodBySupports> sorted;
  for (auto& [name, method] : methods) sorted.push_back(std::move(method));
  std::ranges::stable_sort(sorted,
                           [](const auto& a, const auto& b) { return a.mean() > b.mean(); });
  return sorted;
}

std::string table_of(const std::vector<const LeaderboardBlock*>& blocks, const Leaderboard& board) {
  std::set<Column> columns;
  for (const LeaderboardBlock* block : blocks) columns.insert({block->dataset, block->supports});
  TextTable table;
  table.columns = {
      {fmt::format("Mean {} by supports",
                   markdown_text(metric_title(board.metric, board.flavour, board.unit))),
       true}};
  for (const auto& [dataset, supports] : columns)
    table.columns.push_back({fmt::format("{}: {}", markdown_text(dataset), supports)});
  std::vector<std::string> notes;
  const int decimals = board.unit == "1" ? 4 : 2;
  for (const MethodBySupports& method : methods_of(blocks)) {
    std::string name = markdown_text(method.name);
    for (const std::string& information : method.information) {
      if (information.empty()) continue;
      auto note = std::ranges::find(notes, information);
      if (note == notes.end()) note = notes.insert(notes.end(), information);
      name += ' ' + superscript(static_cast<std::size_t>(note - notes.begin()) + 1);
    }
    std::vector<std::string>& cells = table.rows.emplace_back(std::vector{name});
    for (const Column& column : columns) {
      const auto row = method.rows.find(column);
      const Spread* value = row == method.rows.end() ? nullptr : &row->second->overall;
      if (value == nullptr) {
        cells.emplace_back("–");
        continue;
      }
      std::string cell = fmt::format("{:.{}f}", value->mean, decimals);
      if (value->count > 1) cell += fmt::format(" ± {:.{}f}", value->sd, decimals);
      cells.push_back(std::move(cell));
    }
  }
  std::string text = table.markdown() + '\n';
  for (std::size_t i = 0; i < notes.size(); ++i)
    text += fmt::format("- {} not comparable with the others: {}\n", superscript(i + 1),
                        markdown_text(notes[i]));
  return notes.empty() ? text : text + '\n';
}

}  // namespace

std::string supports_markdown(const Leaderboard& board) {
  std::map<std::string, std::vector<const LeaderboardBlock*>> protocols;  // apart from supports
  for (const LeaderboardBlock& block : board.blocks)
    if (block.supports > 0) protocols[block.protocol_summary].push_back(&block);
  std::string text;
  for (const auto& [summary, blocks] : protocols) {
    const bool several = std::ranges::any_of(blocks, [&](const LeaderboardBlock* block) {
      return block->supports != blocks.front()->supports;
    });
    if (!several) continue;
    if (!summary.empty()) text += markdown_text(summary) + "\n\n";
    text += table_of(blocks, board);
  }
  if (text.empty()) return text;
  return "## By number of supports\n\nThe labelled cases that every method sees. Methods are in "
         "the "
         "order of their mean over the columns; the ranks are in the tables of each block.\n\n" +
         text;
}

}  // namespace voxarena
