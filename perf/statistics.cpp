// Seconds and memory that the statistics of a leaderboard take, from records in memory to its
// files:
//   statistics FOLDER THREADS
// Ten methods, 500 cases in five folds, 15 classes, three metrics, 10 000 bootstrap samples.
#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "benchmark/tables.h"
#include "evaluation/block_numbers.h"
#include "evaluation/leaderboard.h"
#include "voxarena/core/random.h"

namespace {

using namespace voxarena;

constexpr int kMethods = 10, kFolds = 5, kCasesPerFold = 100, kClasses = 15;

LeaderboardRow make_row(int method) {
  LeaderboardRow row;
  row.method = fmt::format("method {}", method);
  row.dataset = "Dataset001_Example";
  row.protocol = "000000000000";
  for (int k = 0; k < kClasses; ++k) row.classes.push_back(fmt::format("class {:02}", k));
  for (int f = 0; f < kFolds; ++f) {
    FoldRecords& fold = row.folds.emplace_back();
    fold.fold = f;
    for (int c = 0; c < kCasesPerFold; ++c) {
      fold.cases.push_back(fmt::format("case_{:03}", f * kCasesPerFold + c));
      for (int k = 0; k < kClasses; ++k) {
        CounterRandom random(1, {static_cast<std::uint64_t>(method), static_cast<std::uint64_t>(f),
                                 static_cast<std::uint64_t>(c), static_cast<std::uint64_t>(k)});
        const auto add = [&](const char* metric, const char* flavour, double value) {
          fold.records.push_back({row.dataset, f, fold.cases.back(),
                                  row.classes[static_cast<std::size_t>(k)], metric, flavour,
                                  value});
        };
        const double quality = 0.9 - 0.005 * method;
        add("Dice", "voxel", quality - 0.1 * random.uniform());
        add("NSD", "subvoxel", quality - 0.2 * random.uniform());
        add("HD95", "subvoxel", 10 * (1 - quality + random.uniform()));
      }
    }
  }
  return row;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::vector<LeaderboardRow> rows;
  for (int method = 0; method < kMethods; ++method) rows.push_back(make_row(method));
  const StatisticsOptions options{.samples = 10000, .threads = std::atoi(argv[2])};
  std::vector<double> seconds;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    const Leaderboard board = make_leaderboard(rows, {}, "Dice");
    const auto numbers = block_numbers(board, rows, {"Dice", "NSD", "HD95"}, options);
    write_statistics(board, numbers, argv[1], options);
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("median {:.2f} s ({:.2f} to {:.2f}), {} threads, peak memory {} MiB\n", seconds[1],
             seconds.front(), seconds.back(), options.threads, usage.ru_maxrss / 1024);
}
