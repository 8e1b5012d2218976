// voxarena COMMAND [options]: prints one clear error with a hint, and exits with 0 (done), 1 (the
// user's input), 2 (usage), 3 (internal) or 130 (interrupted).
#include <fmt/core.h>

#include <array>
#include <csignal>
#include <cstring>
#include <new>

#include "cli/command.h"
#include "voxarena/core/error.h"
#include "voxarena/core/version.h"

namespace {

using voxarena::Error;
using voxarena::RunContext;
using voxarena::cli::Command;

constexpr std::array kCommands = {
    Command{"benchmark", "the main job: methods x data sets x folds, ends with the tables",
            voxarena::cli::benchmark},
    Command{"leaderboard", "tables from finished runs", voxarena::cli::leaderboard},
    Command{"compare", "what differs between two runs, and whether one may be called better",
            voxarena::cli::compare},
    Command{"phantom", "write a synthetic data set", voxarena::cli::phantom},
    Command{"plan", "fingerprint and plans of a data set", voxarena::cli::plan},
    Command{"preprocess", "crop, normalise and resample a data set", voxarena::cli::preprocess},
    Command{"train", "train one method on one fold", voxarena::cli::train},
    Command{"predict", "segment images with a trained run", voxarena::cli::predict},
    Command{"export", "a trained run as a model folder of nnU-Net", voxarena::cli::export_run},
    Command{"evaluate", "compare predictions with references", voxarena::cli::evaluate},
    Command{"metrics", "metrics that are known, their flavours and sources",
            voxarena::cli::metrics},
    Command{"methods", "methods that are installed, their options and citations",
            voxarena::cli::methods},
    Command{"check-plugin", "conformance checks of a built plugin", voxarena::cli::check_plugin},
    Command{"sam", "segment one slice with SAM and prompts", voxarena::cli::sam},
    Command{"nnunet", "nnU-Net's commands on nnU-Net's folders, with its options",
            voxarena::cli::nnunet_command},
    Command{"completion", "completion of commands and options for bash or zsh",
            voxarena::cli::completion},
    Command{"doctor", "versions, speed and settings of this machine", voxarena::cli::doctor},
};

std::atomic<bool>* stop_flag = nullptr;

extern "C" void ask_to_stop(int signal) {
  if (stop_flag->exchange(true)) std::_Exit(128 + signal);  // asked twice: at once
}

void print_usage() {
  fmt::print(
      "VoxArena {}: which 3-D segmentation method is better, everything else being equal?\n\n",
      VOXARENA_VERSION);
  fmt::print("usage: voxarena COMMAND [options]\n\n");
  for (const Command& command : kCommands)
    fmt::print("  {:<14}{}\n", command.name, command.summary);
  fmt::print("\n'voxarena COMMAND --help' explains each.\n");
}

int dispatch(const std::vector<std::string>& arguments, RunContext& context) {
  if (arguments.empty()) {
    print_usage();
    return 2;
  }
  if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    print_usage();
    return 0;
  }
  if (arguments[0] == "--version") {
    fmt::print("voxarena {}\n", VOXARENA_VERSION);
    return 0;
  }
  for (const Command& command : kCommands) {
    if (arguments[0] == command.name)
      return command.run({arguments.begin() + 1, arguments.end()}, context);
  }
  throw Error::usage(fmt::format("unknown command '{}'", arguments[0]),
                     "'voxarena --help' lists the commands");
}

int report(const Error& error) {
  fmt::print(stderr, "error: {}\n", error.what());
  if (!error.hint().empty()) fmt::print(stderr, "hint: {}\n", error.hint());
  return error.exit_code();
}

}  // namespace

int main(int count, char** values) {
  RunContext context = voxarena::default_context();
  stop_flag = context.stop.get();
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
  try {
    return dispatch({values + 1, values + count}, context);
  } catch (const Error& error) {
    return report(error);
  } catch (const std::bad_alloc&) {
    return report(Error::input("out of memory",
                               "use a smaller patch, fewer threads or a machine with more memory"));
  } catch (const std::exception& error) {
    const std::string text = error.what();
    return report(Error::internal(text.substr(0, text.find('\n')),
                                  "this is a defect of VoxArena or of a plugin: please report it"));
  }
}
