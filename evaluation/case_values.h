// The values of one metric in the records of one fold: what every table and statistic starts from.
#pragma once

#include <string>
#include <vector>

#include "evaluation/leaderboard.h"
#include "evaluation/metric.h"

namespace voxarena {

struct FoldValues {
  std::vector<double> values;         // (cases of the fold, classes of the row), in their order
  std::vector<double> completed;      // the same, but the best value where undefined is right: the
                                      // reference lacks the class, and so does the prediction
  std::vector<std::string> unusable;  // cases without a usable prediction
  double at(std::size_t case_index, std::size_t cls, std::size_t classes) const {
    return values[case_index * classes + cls];
  }
};

// A class of a case without a record counts as the metric's worst value. Errors (input) that name
// the records, case, class and metric: a record of another case or class; none of a metric whose
// worst value depends on the image (distances); an undefined value where the voxel counts of the
// same records and the row's settings for empty masks say that there is one.
FoldValues fold_values(const LeaderboardRow& row, const FoldRecords& fold, const Metric& metric);

}  // namespace voxarena
