#include "evaluation/block_numbers.h"

#include <fmt/core.h>

#include <set>
#include <string_view>
#include <utility>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

std::set<std::string> recorded_in_block(const LeaderboardBlock& block,
                                        const std::vector<LeaderboardRow>& rows) {
  std::set<std::string> keys;
  for (const LeaderboardRow& row : rows) {
    if (row.dataset == block.dataset && row.protocol == block.protocol)
      keys.merge(recorded_metrics(row));
  }
  return keys;
}

// Over the seeds of blocks that differ in nothing else, too.
void judge_suitability(const Leaderboard& board, std::vector<BlockNumbers>& all) {
  for (BlockNumbers& numbers : all) {
    for (MetricStatistics& metric : numbers.statistics.metrics) {
      std::vector<std::vector<RunMeans>> seeds;
      for (const BlockNumbers& other : all) {
        if (!differ_in_seed_only(board.blocks[numbers.block], board.blocks[other.block])) continue;
        for (const ScoreTable& table : other.tables) {
          if (table.metric == metric.metric && table.flavour == metric.flavour)
            seeds.push_back(run_means(table));
        }
      }
      if (seeds.size() > 1) metric.suitability = suitability(seeds);
    }
  }
}

}  // namespace

std::set<std::string> recorded_metrics(const LeaderboardRow& row) {
  std::set<std::pair<std::string_view, std::string_view>> found;
  for (const FoldRecords& fold : row.folds) {
    for (const Record& record : fold.records) found.emplace(record.metric, record.flavour);
  }
  std::set<std::string> keys;
  for (const auto& [name, flavour] : found) {
    try {
      keys.insert(find_metric(fmt::format("{}:{}", name, flavour)).key());
    } catch (const Error&) {
      continue;
    }
  }
  return keys;
}

std::vector<BlockNumbers> block_numbers(const Leaderboard& board,
                                        const std::vector<LeaderboardRow>& rows,
                                        const std::vector<std::string>& metrics,
                                        const StatisticsOptions& options) {
  std::vector<BlockNumbers> result;
  for (std::size_t b = 0; b < board.blocks.size(); ++b) {
    BlockNumbers numbers{.block = b, .tables = {}, .statistics = {}, .others = {}};
    std::set<std::string> recorded = recorded_in_block(board.blocks[b], rows);
    for (const std::string& key : metrics) {
      const Metric metric = find_metric(key);
      if (metric.direction == Direction::count)
        throw Error::usage(fmt::format("{} is a count: nothing can be ranked by it", metric.name));
      if (recorded.erase(metric.key()) > 0)
        numbers.tables.push_back(score_table(board.blocks[b], rows, metric));
    }
    numbers.statistics = block_statistics(numbers.tables, options);
    if (numbers.statistics.methods.empty()) continue;
    for (const std::string& key : recorded) {
      const Metric metric = find_metric(key);
      if (metric.direction != Direction::count)
        numbers.others.push_back(score_table(board.blocks[b], rows, metric));
    }
    result.push_back(std::move(numbers));
  }
  judge_suitability(board, result);
  return result;
}

}  // namespace voxarena
