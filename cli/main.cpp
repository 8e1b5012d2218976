// voxarena COMMAND [options]: prints one clear error with a hint, and exits with 0 (done), 1 (the
// user's input), 2 (usage), 3 (internal) or 130 (interrupted).
#include <dlfcn.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <new>
#include <span>

#include "cli/command.h"
#include "voxarena/core/error.h"
#include "voxarena/core/version.h"

namespace {

using voxarena::Error;
using voxarena::RunContext;
using voxarena::cli::Command;

// What needs no network; commands.cpp has the others.
constexpr std::array kCommands = {
    Command{"phantom", "write a synthetic data set", voxarena::cli::phantom},
    Command{"evaluate", "compare predictions with references", voxarena::cli::evaluate},
    Command{"metrics", "metrics that are known, their flavours and sources",
            voxarena::cli::metrics},
    Command{"completion", "completion of commands and options for bash or zsh",
            voxarena::cli::completion},
};

std::atomic<bool>* stop_flag = nullptr;

extern "C" void ask_to_stop(int signal) {
  if (stop_flag->exchange(true)) std::_Exit(128 + signal);  // asked twice: at once
}

// Loads LibTorch, which takes a third of a second.
std::span<const Command> network_commands() {
  void* library = dlopen(VOXARENA_COMMANDS, RTLD_NOW | RTLD_LOCAL);
  void* table = library == nullptr ? nullptr : dlsym(library, "voxarena_network_commands");
  if (table == nullptr) {
    throw Error::internal(fmt::format("{}: {}", VOXARENA_COMMANDS, dlerror()),
                          "it belongs into the folder lib beside the folder of this program");
  }
  return reinterpret_cast<voxarena::cli::CommandTable*>(table)();
}

void print_usage() {
  fmt::print(
      "VoxArena {}: which 3-D segmentation method is better, everything else being equal?\n\n",
      VOXARENA_VERSION);
  fmt::print("usage: voxarena COMMAND [options]\n\n");
  for (const std::span<const Command> commands :
       {network_commands(), std::span<const Command>(kCommands)}) {
    for (const Command& command : commands)
      fmt::print("  {:<14}{}\n", command.name, command.summary);
  }
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
  const auto named = [&](std::span<const Command> commands) {
    const auto found = std::ranges::find(commands, arguments[0], &Command::name);
    return found == commands.end() ? nullptr : &*found;
  };
  const Command* command = named(kCommands);
  if (command == nullptr) command = named(network_commands());
  if (command != nullptr) return command->run({arguments.begin() + 1, arguments.end()}, context);
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
