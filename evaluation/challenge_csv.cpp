#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "evaluation/csv.h"
#include "evaluation/statistics_writers.h"

namespace voxarena {

std::string name_among_blocks(const Leaderboard& board, const LeaderboardBlock& block) {
  const auto blocks =
      std::count_if(board.blocks.begin(), board.blocks.end(),
                    [&](const LeaderboardBlock& one) { return one.dataset == block.dataset; });
  if (blocks < 2) return {};
  return fmt::format("protocol {}{}{}", block.protocol, block.extra_information.empty() ? "" : ", ",
                     block.extra_information);
}

std::string challenge_csv(const LeaderboardBlock& block, const std::vector<ScoreTable>& tables,
                          const std::string& block_of) {
  std::string text = "task,case,algorithm,value\n";
  for (const ScoreTable& table : tables) {
    for (std::size_t k = 0; k < table.classes.size(); ++k) {
      const std::string task =
          fmt::format("{} {} {} ({}){}{}", block.dataset, table.classes[k], table.metric,
                      table.flavour, block_of.empty() ? "" : ", ", block_of);
      for (std::size_t c = 0; c < table.fold_of_case.size(); ++c) {
        for (std::size_t m = 0; m < table.methods.size(); ++m) {
          const double value = table.at(m, c, k);
          text += csv_line({task, table.names_of_cases[c], table.methods[m],
                            std::isnan(value) ? "NA" : number_text(value)}) +
                  '\n';
        }
      }
    }
  }
  return text;
}

}  // namespace voxarena
