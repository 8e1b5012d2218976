// Tables of a LaTeX document: booktabs, marks of best values, footnotes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evaluation/statistics/bootstrap.h"
#include "evaluation/table_writers.h"

namespace voxarena {

// In a cell without a value.
inline constexpr const char* kNoLatexValue = "--";

// One column of scores: what each row shows, and what decides between them.
struct ScoreCell {
  double mean = 0;  // NaN without a value
  double sd = 0;    // NaN is not shown
  std::optional<Interval> interval = {};
  bool ranked = false;
};

// Best bold, second underlined, among ranked rows that are compared with at least one other; equal
// values share the mark.
std::vector<std::string> score_column(const std::vector<ScoreCell>& cells, bool higher_is_better,
                                      int decimals, LatexSpread spread);

// Marks a, b, c, ...; equal notes share one.
class LatexNotes {
 public:
  std::string mark(const std::string& note);
  std::string text() const;

 private:
  std::vector<std::string> notes_;
};

struct LatexTable {
  std::string caption, label, columns;         // columns: of tabular
  std::vector<std::vector<std::string>> rows;  // the first is the header
  std::string notes;

  // A header and a cell for each of the other rows, which are there already.
  void add_column(const std::string& title, const std::vector<std::string>& cells);
  std::string text() const;
};

// LaTeX holds floats back until there is room, and gives up where too many wait.
// Breaks the page behind every eighth table.
std::string with_page_breaks(const std::string& text);

}  // namespace voxarena
