#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "benchmark/tables.h"
#include "cli/command.h"
#include "voxarena/core/error.h"

namespace voxarena::cli {
namespace po = boost::program_options;
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream list(text);
  for (std::string part; std::getline(list, part, ',');) parts.push_back(part);
  return parts;
}

}  // namespace

int leaderboard(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("leaderboard", "RUNS... [options]",
                   "voxarena leaderboard results -o tables --format md,csv");
  line.positional("RUNS", "folders that hold runs of 'voxarena benchmark', at any depth", -1)
      .with_roots()
      .with_run_options();
  line.options()("output,o", po::value<std::string>(),
                 "folder to write to (default: print Markdown)")(
      "format", po::value<std::string>()->default_value("md,csv,json"),
      "comma-separated: md, csv, json")("metric", po::value<std::string>()->default_value("Dice"),
                                        "metric to rank by")(
      "statistics", po::value<std::string>()->default_value("Dice,NSD"),
      "metrics of statistics.md, statistics.json and challenge.csv; none: leave these out")(
      "samples", po::value<std::int64_t>()->default_value(10000), "resamples of the bootstrap")(
      "no-times", "leave measured times and memory out, so that equal runs give equal files")(
      "json", "print the table as JSON");
  if (!line.parse(arguments, context)) return 0;
  std::vector<std::filesystem::path> folders;
  for (const std::string& folder : line.texts("RUNS")) folders.emplace_back(folder);
  if (folders.empty())
    throw Error::usage("leaderboard: RUNS is missing",
                       "usage: voxarena leaderboard RUNS... [-o OUT]");
  const TableOptions options{.with_times = !line.has("no-times")};
  const std::vector<LeaderboardRow> rows = collect_rows(folders);
  const Leaderboard board = make_leaderboard(rows, rows.front().evaluation, line.text("metric"));
  if (line.has("json")) {
    fmt::print("{}\n", dump_json(to_json(board, options)));
  } else if (!line.has("output")) {
    fmt::print("{}", to_markdown(board, options));
  } else {
    write_tables(board, line.text("output"), split(line.text("format")), options);
    if (line.text("statistics") != "none") {
      const StatisticsOptions statistics{.samples = line.get<std::int64_t>("samples"),
                                         .threads = context.threads,
                                         .with_costs = options.with_times};
      if (statistics.samples < 1 || statistics.samples > 1'000'000)
        throw Error::usage("--samples: must be between 1 and 1000000");
      write_statistics(board, rows, split(line.text("statistics")), line.text("output"),
                       statistics);
    }
    fmt::print("tables are in {}\n", line.text("output"));
  }
  return 0;
}

}  // namespace voxarena::cli
