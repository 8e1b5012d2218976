#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>

#include "cli/command.h"
#include "voxarena/core/error.h"
#include "voxarena/plugin/device.h"
#include "voxarena/plugin/pretraining.h"
#include "voxarena/plugin/registry.h"

namespace voxarena::cli {
namespace po = boost::program_options;

int pretrain(const std::vector<std::string>& arguments, RunContext& context) {
  Pretraining wanted;
  CommandLine line("pretrain", "METHOD [options]",
                   "voxarena pretrain incontext --steps 2000 -o incontext.safetensors");
  line.positional("METHOD", "a method that brings weights of its own making").with_run_options();
  line.options()("output,o", po::value<std::string>(),
                 "file of the weights (default: METHOD.safetensors); a checkpoint is kept beside "
                 "it until the end, from which the same command goes on")(
      "steps", po::value(&wanted.steps)->default_value(wanted.steps), "optimiser steps")(
      "seconds", po::value(&wanted.seconds)->default_value(0),
      "train as long instead; the result then depends on the machine")(
      "seed", seed_value(context.seed), "another seed, other weights")(
      "plugins", po::value<std::vector<std::string>>()->composing(),
      "further plugin folder or library");
  if (!line.parse(arguments, context)) return 0;
  if (wanted.steps < 1) throw Error::usage("--steps: at least one is needed");
  if (!(wanted.seconds >= 0)) throw Error::usage("--seconds: a negative time");
  Paths plugins;
  for (const std::string& path : line.texts("plugins")) plugins.emplace_back(path);
  const LoadedMethod method = load_method(line.text("METHOD"), plugins);
  wanted.output =
      line.has("output") ? line.text("output") : method.description().name + ".safetensors";
  require_device(context.device);
  voxarena::pretrain(method, wanted, context);
  fmt::print("weights: {}\n", wanted.output.string());
  return 0;
}

}  // namespace voxarena::cli
