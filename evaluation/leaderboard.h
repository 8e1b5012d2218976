// The ranked table: records of several methods, made comparable. One block per data set, protocol
// and kind of information; only rows of one block are ranked against each other.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evaluation/metric.h"
#include "evaluation/records.h"
#include "evaluation/settings.h"
#include "evaluation/statistics.h"
#include "voxarena/core/json.h"

namespace voxarena {

// One fold of one method: what was found, and what should have been found.
struct FoldRecords {
  int fold = 0;
  std::vector<std::string> cases;  // of the split; one without a record counts as the worst value
  std::vector<Record> records;
  std::string file = {};  // that holds them, for messages; may be empty
};

// What a reader wants to know beside the score; empty where unknown.
struct RowFacts {
  std::optional<std::int64_t> parameters, trained_parameters;
  std::optional<double> gflop_per_patch;
  std::optional<double> train_seconds;             // per fold, mean over folds
  std::optional<double> predict_seconds_per_case;  // mean over cases, from file to file
  std::optional<double> peak_memory_mib;
};

// One method on one data set under one protocol.
struct LeaderboardRow {
  std::string method;  // display name
  std::string dataset;
  std::string protocol;         // id (hash)
  std::string apart_from_seed;  // id of the protocol without its seed; empty: unknown
  std::int64_t seed = 1;
  EvaluationSettings evaluation;  // as its records were made
  std::string protocol_summary;   // one line for people: budget, patch, seed, ...
  std::int64_t supports = 0;      // labelled cases that methods see; 0: the training half
  std::string extra_information;  // what this row gets and others do not ("pre-trained weights"): a
                                  // block of its own
  std::string mark;               // short, beside the name: "from scratch"
  std::vector<std::string> deviations;  // declared differences: footnotes
  bool configures_itself = false;       // a baseline as claims need it: planned for each data set
  std::vector<std::string> classes;     // foreground, in the order of columns
  std::vector<FoldRecords> folds;
  RowFacts facts;
};

struct RankedRow {
  LeaderboardRow row;              // without its records
  std::optional<double> rank;      // empty: not ranked, because folds of the block are missing
  Spread overall;                  // over cases, of the mean over classes of each case
  std::vector<Spread> classes;     // over cases
  std::vector<int> missing_folds;  // of the block
  std::vector<double> fold_means;  // of `overall`, in the order of the row's folds
  std::int64_t missing_cases = 0;  // without a usable prediction, counted as the worst value
  std::vector<std::string> missing_case_names;
};

struct LeaderboardBlock {
  std::string dataset, protocol, protocol_summary, extra_information;
  std::int64_t supports = 0;
  std::vector<std::string> cautions;  // what readers must know before they believe the ranks
  std::vector<std::string> classes;
  std::vector<int> folds;
  std::int64_t cases = 0;       // of all folds
  std::string apart_from_seed;  // as the rows have it
  std::int64_t seed = 1;
  std::vector<std::int64_t> seeds;  // of this and of the blocks that differ in the seed alone
  double suitability = 0;       // over folds and seeds (statistics.h); NaN where it is not known
  std::vector<RankedRow> rows;  // best first
};

// Whether they are one block, or would be one with the same seed.
bool differ_in_seed_only(const LeaderboardBlock& a, const LeaderboardBlock& b);

struct Leaderboard {
  std::string metric, flavour, unit;
  bool higher_is_better = true;
  EvaluationSettings settings;
  std::vector<LeaderboardBlock> blocks;  // by data set, extra information, supports, protocol
};

// Every number is computed from the records and the case lists alone. Class columns: mean and
// sample SD over the cases of all folds where the value is defined. Overall: first the mean over
// classes of each case, then mean and SD over cases. Ranks are of the overall mean; ties share the
// mean rank. Suitability is that of the methods that all blocks of `seeds` rank. Errors (input):
// rows of one block with different classes or different cases in a fold, the same method twice,
// records that fold_values() refuses.
Leaderboard make_leaderboard(std::vector<LeaderboardRow> rows,
                             const EvaluationSettings& settings = {},
                             const std::string& metric = "Dice");

}  // namespace voxarena
