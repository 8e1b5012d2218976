#include "evaluation/latex_table.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "evaluation/latex_text.h"

namespace voxarena {
namespace {

std::string score_text(const ScoreCell& cell, int decimals) {
  if (std::isnan(cell.mean)) return kNoLatexValue;
  return fmt::format("{:.{}f}", cell.mean, decimals);
}

std::string spread_text(const ScoreCell& cell, int decimals, LatexSpread spread) {
  if (std::isnan(cell.mean)) return {};
  if (spread == LatexSpread::interval) {
    if (!cell.interval || std::isnan(cell.interval->low)) return {};
    return fmt::format(" [{:.{}f}, {:.{}f}]", cell.interval->low, decimals, cell.interval->high,
                       decimals);
  }
  return std::isnan(cell.sd) ? std::string() : fmt::format(" $\\pm$ {:.{}f}", cell.sd, decimals);
}

std::string letters(std::size_t i) {
  std::string name;
  for (++i; i > 0; i = (i - 1) / 26)
    name.insert(name.begin(), static_cast<char>('a' + (i - 1) % 26));
  return name;
}

}  // namespace

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
    if (cell.ranked && compared > 1 && !std::isnan(cell.mean)) {
      const auto place = std::distance(places.begin(), places.find(sign * cell.mean));
      if (place == 0) text = "\\textbf{" + text + "}";
      if (place == 1) text = "\\underline{" + text + "}";
    }
    column.push_back(text + spread_text(cell, decimals, spread));
  }
  return column;
}

std::string LatexNotes::mark(const std::string& note) {
  auto found = std::find(notes_.begin(), notes_.end(), note);
  if (found == notes_.end()) found = notes_.insert(notes_.end(), note);
  return letters(static_cast<std::size_t>(found - notes_.begin()));
}

std::string LatexNotes::text() const {
  std::string out;
  for (std::size_t i = 0; i < notes_.size(); ++i) {
    out += fmt::format("\\textsuperscript{{{}}}~{}\\\\\n", letters(i), latex_text(notes_[i]));
  }
  return out;
}

void LatexTable::add_column(const std::string& title, const std::vector<std::string>& cells) {
  rows.front().push_back(title);
  for (std::size_t r = 0; r < cells.size(); ++r) rows[r + 1].push_back(cells[r]);
}

std::string LatexTable::text() const {
  std::string out = "\\begin{table}[htbp]\n\\centering\n\\caption{" + caption + "}\n\\label{" +
                    label + "}\n\\smallskip\n";
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

std::string with_page_breaks(const std::string& text) {
  constexpr int kFloatsAtOnce = 8;
  constexpr std::string_view kEnd = "\\end{table}\n";
  std::string out;
  std::size_t from = 0;
  int waiting = 0;
  for (std::size_t at = text.find(kEnd); at != std::string::npos; at = text.find(kEnd, from)) {
    out += text.substr(from, at + kEnd.size() - from);
    from = at + kEnd.size();
    if (++waiting % kFloatsAtOnce == 0) out += "\n\\clearpage\n";
  }
  return out + text.substr(from);
}

}  // namespace voxarena
