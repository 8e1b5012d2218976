// The table of commands that need LibTorch; main.cpp loads this library when one of them is asked
// for.
#include <array>

#include "cli/command.h"

namespace voxarena::cli {
namespace {

constexpr std::array kNetworkCommands = {
    Command{"benchmark", "the main job: methods x data sets x folds, ends with the tables",
            benchmark},
    Command{"leaderboard", "tables from finished runs", leaderboard},
    Command{"compare", "what differs between two runs, and whether one may be called better",
            compare},
    Command{"plan", "fingerprint and plans of a data set", plan},
    Command{"preprocess", "crop, normalise and resample a data set", preprocess},
    Command{"train", "train one method on one fold", train},
    Command{"predict", "segment images with a trained run", predict},
    Command{"pretrain", "make the weights that a few-shot method brings along", pretrain},
    Command{"export", "a trained run as a model folder of nnU-Net", export_run},
    Command{"methods", "methods that are installed, their options and citations", methods},
    Command{"check-plugin", "conformance checks of a built plugin", check_plugin},
    Command{"sam", "segment one slice with SAM and prompts", sam},
    Command{"nnunet", "nnU-Net's commands on nnU-Net's folders, with its options", nnunet_command},
    Command{"doctor", "versions, speed and settings of this machine", doctor},
};

}  // namespace

extern "C" std::span<const Command> voxarena_network_commands() { return kNetworkCommands; }

}  // namespace voxarena::cli
