// Rankings of methods by all metrics of a block.
#pragma once

#include <string>
#include <vector>

#include "evaluation/statistics/score_table.h"

namespace voxarena {

// Ranks of each method, 1 is best; equal methods share the mean of their ranks.
using Ranking = std::vector<double>;

// Mean over the classes of each case, then over cases; ranked by each metric, and by the mean of
// those ranks if there are several.
Ranking aggregate_then_rank(const std::vector<ScoreTable>& tables);
// Ranked by every metric on every class of every case where any value is defined; by the mean of
// those ranks (as FLARE and BraTS do).
Ranking rank_then_aggregate(const std::vector<ScoreTable>& tables);

// By the number of methods that each is better than, counted over metrics (as in the Medical
// Segmentation Decathlon). `better[metric][a][b]`: a is significantly better than b.
Ranking test_based(const std::vector<std::vector<std::vector<bool>>>& better);

// Ranks of the methods on one case: by each metric and class where any value is defined.
std::vector<Ranking> ranks_of_case(const std::vector<ScoreTable>& tables, std::size_t case_index);

// Which rows no other beats in both: a quality at least as good at a cost at most as high, and one
// of them better. Rows without a cost (NaN) are never on the front.
std::vector<bool> pareto_front(const std::vector<double>& quality, bool higher_is_better,
                               const std::vector<double>& cost);
// Of each row its rank among the rows that cost no more than it does; NaN without a cost.
Ranking equal_budget_ranks(const std::vector<double>& quality, bool higher_is_better,
                           const std::vector<double>& cost);

}  // namespace voxarena
