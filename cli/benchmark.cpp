#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>

#include "benchmark/runner.h"
#include "cli/command.h"
#include "voxarena/core/files.h"

namespace voxarena::cli {
namespace po = boost::program_options;

int benchmark(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("benchmark", "SPEC.toml [options]",
                   "voxarena benchmark examples/phantom_cpu.toml --dry-run");
  line.positional("SPEC", "which methods on which data sets under which protocol")
      .with_roots()
      .with_run_options();
  line.options()("dry-run", "print the table of jobs, run nothing")(
      "only", po::value<std::string>()->default_value(""),
      "one method of the spec, by name or plugin")("fold", po::value<int>(),
                                                   "one fold instead of the spec's")(
      "output,o", po::value<std::string>()->default_value(""),
      "folder of the tables (default: RESULTS/tables/NAME)")(
      "plugins", po::value<std::vector<std::string>>()->composing(),
      "further plugin folder or library");
  if (!line.parse(arguments, context)) return 0;
  RunnerOptions options;
  options.roots = line.roots();
  options.dry_run = line.has("dry-run");
  options.only = line.text("only");
  if (line.has("fold")) options.fold = line.get<int>("fold");
  options.output = line.text("output");
  for (const std::string& path : line.texts("plugins")) options.plugin_paths.emplace_back(path);
  const std::filesystem::path tables =
      run_benchmark(read_spec(line.text("SPEC")), options, context);
  if (!tables.empty())
    fmt::print("{}\ntables are in {}\n", read_file(tables / "leaderboard.md"), tables.string());
  return 0;
}

}  // namespace voxarena::cli
