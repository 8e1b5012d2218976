// The report as one HTML file that needs nothing else: no network, no other file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluation/block_numbers.h"
#include "evaluation/leaderboard.h"
#include "evaluation/table_writers.h"
#include "voxarena/core/json.h"

namespace voxarena {

// Training of one fold; points of `epochs` (from 0). Dice is that of the validation patches.
struct TrainingCurve {
  std::string method;
  int fold = 0;
  std::vector<std::int64_t> epochs;
  std::vector<double> loss, dice;
};

// PNG files of one plane through a case, all of the same size.
struct CaseView {
  std::string plane;
  std::int64_t slice = 0, width = 0, height = 0;
  std::string image, reference;
};

struct PicturedCase {
  std::string case_id;
  std::vector<CaseView> views;
};

enum class Example : std::uint8_t { best, median, worst };

struct ExampleCase {
  std::string method, case_id;
  Example kind = Example::best;
  double value = 0;                      // mean over classes
  std::vector<std::string> predictions;  // PNG, one a view; empty without a prediction
  std::string problem;                   // why there is none
};

// What the page shows of one block beside its numbers.
struct BlockStory {
  std::vector<TrainingCurve> curves;
  std::string protocol_json;  // all values, as in the manifests
  std::vector<PicturedCase> cases;
  std::vector<ExampleCase> examples;
  std::string images_note;  // why pictures are missing, if they are
};

struct PageOptions {
  TableOptions table;
  StatisticsOptions statistics;
};

// `stories`: one for each of `numbers`, or none at all.
std::string to_html(const Leaderboard& board, const std::vector<BlockNumbers>& numbers,
                    const std::vector<BlockStory>& stories, const PageOptions& options);

// The data that to_html() puts into the page.
Json page_data(const Leaderboard& board, const std::vector<BlockNumbers>& numbers,
               const std::vector<BlockStory>& stories, const PageOptions& options);

// Which cases (places in the table) are a method's best, median and worst by the mean over classes;
// of equal ones the first by name. Fewer cases than three give fewer examples.
std::vector<std::pair<Example, std::size_t>> choose_examples(const ScoreTable& table,
                                                             std::size_t method);

}  // namespace voxarena
