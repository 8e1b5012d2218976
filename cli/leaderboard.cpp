#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "benchmark/evidence.h"
#include "benchmark/reports.h"
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

ReportOptions report_options(const CommandLine& line) {
  ReportOptions options;
  options.formats = split(line.text("format"));
  if (options.formats.empty())
    throw Error::usage("--format: is empty", "name at least one of md, csv, latex, html, json");
  options.metric = line.text("metric");
  options.statistics = line.text("statistics") == "none" ? std::vector<std::string>{}
                                                         : split(line.text("statistics"));
  options.table.with_times = !line.has("no-times");
  options.bootstrap.samples = line.get<std::int64_t>("samples");
  options.bootstrap.with_costs = options.table.with_times;
  if (options.bootstrap.samples < 1 || options.bootstrap.samples > 1'000'000)
    throw Error::usage("--samples: must be between 1 and 1000000");
  const std::string spread = line.text("latex-spread");
  if (spread != "sd" && spread != "interval")
    throw Error::usage(fmt::format("--latex-spread: '{}' is unknown", spread),
                       "it is sd or interval");
  options.latex_spread = spread == "interval" ? LatexSpread::interval : LatexSpread::sd;
  options.pictures = !line.has("no-pictures");
  options.roots = line.roots();
  return options;
}

}  // namespace

int leaderboard(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("leaderboard", "RUNS... [options]",
                   "voxarena leaderboard results -o tables --format md,latex,html");
  line.positional("RUNS", "folders that hold runs of 'voxarena benchmark', at any depth", -1)
      .with_roots()
      .with_run_options();
  line.options()("output,o", po::value<std::string>(),
                 "folder to write to (default: print Markdown)")(
      "format", po::value<std::string>()->default_value("md,csv,latex,html,json"),
      "comma-separated: md, csv, latex, html, json")(
      "metric", po::value<std::string>()->default_value("Dice"), "metric to rank by")(
      "statistics", po::value<std::string>()->default_value("Dice,NSD"),
      "metrics of statistics.md, statistics.json, challenge.csv and the page; none: leave these "
      "out")("samples", po::value<std::int64_t>()->default_value(10000),
             "resamples of the bootstrap")(
      "latex-spread", po::value<std::string>()->default_value("sd"),
      "behind means in LaTeX: sd, or interval (of the mean, from the statistics)")(
      "no-times", "leave measured times and memory out, so that equal runs give equal files")(
      "no-pictures", "leave pictures of cases out of the page")(
      "bundle", po::value<std::string>(),
      "new folder for the evidence package: records, manifests, specs, checksums and a script that "
      "rebuilds every table")("json", "print the table as JSON");
  if (!line.parse(arguments, context)) return 0;
  std::vector<std::filesystem::path> folders;
  for (const std::string& folder : line.texts("RUNS")) folders.emplace_back(folder);
  if (folders.empty())
    throw Error::usage("leaderboard: RUNS is missing",
                       "usage: voxarena leaderboard RUNS... [-o OUT]");
  const ReportOptions options = report_options(line);
  if (!line.has("output") && !line.has("bundle")) {
    const std::vector<LeaderboardRow> rows = collect_rows(folders, context);
    const Leaderboard board = make_table(rows, options.metric);
    if (line.has("json")) {
      fmt::print("{}\n", dump_json(to_json(board, options.table)));
    } else {
      fmt::print("{}", to_markdown(board, options.table));
    }
    return 0;
  }
  const std::vector<FinishedRun> runs = require_finished_runs(folders, context);
  if (line.has("output")) {
    const Leaderboard board = write_reports(runs, line.text("output"), options, context);
    if (line.has("json")) {
      fmt::print("{}\n", dump_json(to_json(board, options.table)));
    } else {
      fmt::print("tables are in {}\n", line.text("output"));
    }
  }
  if (line.has("bundle")) {
    write_evidence(folders, runs, line.text("bundle"), options, context);
    if (!line.has("json")) fmt::print("evidence is in {}\n", line.text("bundle"));
  }
  return 0;
}

}  // namespace voxarena::cli
