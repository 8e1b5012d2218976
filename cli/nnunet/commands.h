// nnU-Net's own commands (nnUNetv2_*) with its options and folders; what several of them share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "benchmark/nnunet_layout.h"
#include "cli/command.h"

namespace voxarena::cli::nnunet {

int plan_and_preprocess(const std::vector<std::string>& arguments, RunContext& context);
int extract_fingerprint(const std::vector<std::string>& arguments, RunContext& context);
int plan_experiment(const std::vector<std::string>& arguments, RunContext& context);
int preprocess(const std::vector<std::string>& arguments, RunContext& context);
int train(const std::vector<std::string>& arguments, RunContext& context);
int predict(const std::vector<std::string>& arguments, RunContext& context);
int predict_from_modelfolder(const std::vector<std::string>& arguments, RunContext& context);
int ensemble(const std::vector<std::string>& arguments, RunContext& context);
int find_best_configuration(const std::vector<std::string>& arguments, RunContext& context);
int accumulate_crossval_results(const std::vector<std::string>& arguments, RunContext& context);
int determine_postprocessing(const std::vector<std::string>& arguments, RunContext& context);
int apply_postprocessing(const std::vector<std::string>& arguments, RunContext& context);
int evaluate_folder(const std::vector<std::string>& arguments, RunContext& context);
int evaluate_simple(const std::vector<std::string>& arguments, RunContext& context);
int export_model_to_zip(const std::vector<std::string>& arguments, RunContext& context);
int install_pretrained_model_from_zip(const std::vector<std::string>& arguments,
                                      RunContext& context);
int convert_msd_dataset(const std::vector<std::string>& arguments, RunContext& context);

// nnUNet_raw, nnUNet_preprocessed, nnUNet_results.
Roots environment_roots();
// nnUNet_results/DatasetXXX_Name; Error (usage) if the variable is not set.
std::filesystem::path results_of(const std::string& dataset);

// -np: at most so many threads.
void add_threads_option(CommandLine& line, const char* name = "np");
void set_threads(const CommandLine& line, RunContext& context, const char* name = "np");
// --memory: GiB.
void add_memory_option(CommandLine& line);
// -device: cpu, cuda; the default is cuda where there is one.
void add_device_option(CommandLine& line);
void set_device(const CommandLine& line, RunContext& context);
// -f: fold names.
void add_folds_option(CommandLine& line, const char* help);
FoldNames folds_option(const CommandLine& line);

}  // namespace voxarena::cli::nnunet
