#include "evaluation/block_numbers.h"

#include <fmt/core.h>

#include <algorithm>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

// Whether any row of the block knows the metric.
bool has_records(const LeaderboardBlock& block, const std::vector<LeaderboardRow>& rows,
                 const Metric& metric) {
  const auto is_metric = [&](const Record& record) {
    return record.metric == metric.name && record.flavour == metric.flavour;
  };
  return std::any_of(rows.begin(), rows.end(), [&](const LeaderboardRow& row) {
    if (row.dataset != block.dataset || row.protocol != block.protocol) return false;
    return std::any_of(row.folds.begin(), row.folds.end(), [&](const FoldRecords& fold) {
      return std::any_of(fold.records.begin(), fold.records.end(), is_metric);
    });
  });
}

}  // namespace

std::vector<BlockNumbers> block_numbers(const Leaderboard& board,
                                        const std::vector<LeaderboardRow>& rows,
                                        const std::vector<std::string>& metrics,
                                        const StatisticsOptions& options) {
  std::vector<BlockNumbers> result;
  for (std::size_t b = 0; b < board.blocks.size(); ++b) {
    BlockNumbers numbers{.block = b, .tables = {}, .statistics = {}};
    for (const std::string& key : metrics) {
      const Metric metric = find_metric(key);
      if (metric.direction == Direction::count)
        throw Error::usage(fmt::format("{} is a count: nothing can be ranked by it", metric.name));
      if (has_records(board.blocks[b], rows, metric))
        numbers.tables.push_back(score_table(board.blocks[b], rows, metric));
    }
    numbers.statistics = block_statistics(numbers.tables, options);
    if (!numbers.statistics.methods.empty()) result.push_back(std::move(numbers));
  }
  return result;
}

}  // namespace voxarena
