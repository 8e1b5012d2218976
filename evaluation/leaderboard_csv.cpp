#include <fmt/core.h>
#include <fmt/ranges.h>

#include "evaluation/csv.h"
#include "evaluation/table_writers.h"

namespace voxarena {
namespace {

template <class Value>
std::string optional_text(const std::optional<Value>& value) {
  return value ? number_text(static_cast<double>(*value)) : std::string();
}

std::string integer_text(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : std::string();
}

std::string fold_list(const LeaderboardRow& row) {
  std::vector<int> folds;
  for (const FoldRecords& fold : row.folds) folds.push_back(fold.fold);
  return fmt::format("{}", fmt::join(folds, " "));
}

std::vector<std::string> header(const TableOptions& options) {
  std::vector<std::string> names = {"dataset",
                                    "protocol",
                                    "extra_information",
                                    "rank",
                                    "method",
                                    "mark",
                                    "folds",
                                    "class",
                                    "metric",
                                    "flavour",
                                    "mean",
                                    "sd",
                                    "count",
                                    "missing_cases",
                                    "parameters",
                                    "trained_parameters",
                                    "gflop_per_patch"};
  if (options.with_times) {
    names.insert(names.end(), {"train_seconds", "predict_seconds_per_case", "peak_memory_mib"});
  }
  names.emplace_back("deviations");
  return names;
}

std::string row_line(const Leaderboard& board, const RankedRow& ranked, const std::string& cls,
                     const Spread& spread, const TableOptions& options) {
  const LeaderboardRow& row = ranked.row;
  const RowFacts& facts = row.facts;
  std::vector<std::string> fields = {row.dataset,
                                     row.protocol,
                                     row.extra_information,
                                     optional_text(ranked.rank),
                                     row.method,
                                     row.mark,
                                     fold_list(row),
                                     cls,
                                     board.metric,
                                     board.flavour,
                                     number_text(spread.mean),
                                     number_text(spread.sd),
                                     std::to_string(spread.count),
                                     std::to_string(ranked.missing_cases),
                                     integer_text(facts.parameters),
                                     integer_text(facts.trained_parameters),
                                     optional_text(facts.gflop_per_patch)};
  if (options.with_times) {
    fields.push_back(optional_text(facts.train_seconds));
    fields.push_back(optional_text(facts.predict_seconds_per_case));
    fields.push_back(optional_text(facts.peak_memory_mib));
  }
  fields.push_back(fmt::format("{}", fmt::join(row.deviations, "; ")));
  return csv_line(fields) + '\n';
}

}  // namespace

std::string to_csv(const Leaderboard& board, const TableOptions& options) {
  std::string text = csv_line(header(options)) + '\n';
  for (const LeaderboardBlock& block : board.blocks) {
    for (const RankedRow& row : block.rows) {
      text += row_line(board, row, kMeanOverClasses, row.overall, options);
      for (std::size_t c = 0; c < block.classes.size(); ++c) {
        text += row_line(board, row, block.classes[c], row.classes[c], options);
      }
    }
  }
  return text;
}

std::string cases_to_csv(const std::vector<LeaderboardRow>& rows) {
  std::string text = csv_line({"dataset", "protocol", "extra_information", "supports", "method",
                               "seed", "fold", "case", "class", "metric", "flavour", "value"}) +
                     '\n';
  for (const LeaderboardRow& row : rows) {
    for (const FoldRecords& fold : row.folds) {
      for (const Record& record : fold.records) {
        text += csv_line({row.dataset, row.protocol, row.extra_information,
                          std::to_string(row.supports), row.method, std::to_string(row.seed),
                          std::to_string(fold.fold), record.case_id, record.cls, record.metric,
                          record.flavour, number_text(record.value)}) +
                '\n';
      }
    }
  }
  return text;
}

}  // namespace voxarena
