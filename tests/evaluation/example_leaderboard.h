// A made-up leaderboard: three methods on two data sets.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "evaluation/leaderboard.h"

namespace voxarena::test {

// Records of one fold: `values[case][class]`, cases "case_0", "case_1", ...
inline FoldRecords fold_of(const std::string& dataset, int fold,
                           const std::vector<std::string>& classes,
                           const std::vector<std::vector<double>>& values) {
  FoldRecords result{.fold = fold, .cases = {}, .records = {}};
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.cases.push_back("case_" + std::to_string(i));
    for (std::size_t c = 0; c < classes.size(); ++c) {
      result.records.push_back(
          {dataset, fold, result.cases.back(), classes[c], "Dice", "voxel", values[i][c]});
    }
  }
  return result;
}

inline LeaderboardRow row_of(const std::string& method, const std::vector<std::string>& classes,
                             const std::vector<std::vector<double>>& values) {
  LeaderboardRow row;
  row.method = method;
  row.dataset = "Dataset004_Hippocampus";
  row.protocol = "3f2a9c01d4e5";
  row.classes = classes;
  row.folds = {fold_of(row.dataset, 0, classes, values)};
  return row;
}

inline std::vector<LeaderboardRow> example_rows() {
  const std::vector<std::string> parts = {"Anterior", "Posterior"};
  LeaderboardRow plain = row_of("plain_unet", parts, {{0.88, 0.86}, {0.90, 0.87}, {0.86, 0.85}});
  plain.protocol_summary =
      "budget cpu: 1000 iterations, batch 2, patch 40×56×40, seed 1, mirroring on";
  plain.facts = {1'410'000, 1'410'000, 36.5, 312.4, 1.21, 1480};
  LeaderboardRow residual =
      row_of("resenc_unet", parts, {{0.89, 0.86}, {0.91, 0.88}, {0.87, 0.85}});
  residual.protocol_summary = plain.protocol_summary;
  residual.facts = {2'950'000, 2'950'000, 51.0, 488.0, 1.64, 1910};
  LeaderboardRow masksam =
      row_of("MaskSAM (mini encoder)", parts, {{0.61, 0.55}, {0.58, 0.60}, {0.0, 0.0}});
  masksam.protocol_summary = plain.protocol_summary;
  masksam.mark = "from scratch";
  masksam.deviations = {"optimiser AdamW, learning rate 0.0001 (protocol: SGD, 0.01).",
                        "image encoder without pre-trained weights: none were given."};
  masksam.facts = {9'800'000, 820'400, 88.1, 601.0, 2.9, 2300};
  masksam.folds[0].records.resize(4);  // no record of the last case

  std::vector<LeaderboardRow> rows = {masksam, plain, residual};
  const std::vector<std::string> organs = {"right ventricle", "myocardium", "left ventricle"};
  for (std::size_t i = 0; i < 3; ++i) {
    LeaderboardRow row = rows[i];
    row.dataset = "Dataset027_ACDC";
    row.protocol = "b17d20c9e6aa";
    row.classes = organs;
    row.folds.clear();
    const double shift = 0.02 * static_cast<double>(i);
    for (int fold = 0; fold < (i == 2 ? 1 : 2); ++fold) {
      row.folds.push_back(
          fold_of(row.dataset, fold, organs,
                  {{0.80 + shift, 0.78 + shift, 0.91}, {0.83 + shift, std::nan(""), 0.9 + shift}}));
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace voxarena::test
