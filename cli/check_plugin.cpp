#include <fmt/core.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/method_options.h"
#include "voxarena/plugin/conformance.h"
#include "voxarena/plugin/registry.h"

namespace voxarena::cli {
namespace po = boost::program_options;

int check_plugin(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("check-plugin", "LIB [options]", "voxarena check-plugin build/tiny.so");
  line.positional("LIB", "a built plugin (.so), or the name of an installed method")
      .with_run_options();
  line.options()("describe", po::value<std::string>(),
                 "only write the plugin's description to this JSON file")(
      "option", po::value<std::vector<std::string>>()->composing(),
      "NAME=VALUE, an option of the method; methods that need weights: weights=random");
  if (!line.parse(arguments, context)) return 0;
  if (line.has("describe")) {
    describe_plugin(line.text("LIB"), line.text("describe"));
    return 0;
  }
  const Json options = parse_method_options(line.texts("option"));
  const std::vector<CheckResult> results = run_conformance(line.text("LIB"), context, options);
  for (const CheckResult& result : results) {
    fmt::print("{}  {:<44} {}\n", result.passed ? "pass" : "FAIL", result.name, result.detail);
  }
  const auto failed = std::count_if(results.begin(), results.end(),
                                    [](const CheckResult& one) { return !one.passed; });
  fmt::print("{} checks, {} failed\n", results.size(), failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace voxarena::cli
