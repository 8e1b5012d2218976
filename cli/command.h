// Commands of the program: one file each, one line in a table: in main.cpp for those that do
// without LibTorch, in commands.cpp for the others.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/variables_map.hpp>
#include <span>
#include <string>
#include <vector>

#include "voxarena/core/run_context.h"
#include "voxarena/data/raw_dataset.h"
#include "voxarena/data/volume.h"

namespace voxarena::cli {

struct Command {
  const char* name;
  const char* summary;
  int (*run)(const std::vector<std::string>& arguments, RunContext& context);
};
using CommandTable = std::span<const Command>();

// A whole number that is not negative, which Boost would wrap around; its default is what `seed`
// is.
boost::program_options::value_semantic* seed_value(std::uint64_t& seed);

// Options of one command, with --help made from them. Usage errors become Error (usage) that names
// the option.
//
//   CommandLine line("plan", "DATASET [options]", "voxarena plan 4 -c 3d_fullres");
//   line.add("dataset", "number, name or folder").positional("dataset");
//   if (!line.parse(arguments, context)) return 0;  // --help was asked for
class CommandLine {
 public:
  CommandLine(const std::string& command, const std::string& usage, const std::string& example);

  // Boost's own way of declaring: line.options()("cases,n", po::value<int>(), "help").
  boost::program_options::options_description_easy_init options() { return visible_.add_options(); }
  // The next positional argument fills option `name`; a `count` of -1 takes all that remain.
  CommandLine& positional(const std::string& name, const std::string& help, int count = 1);
  // --raw --preprocessed --results; --device --threads --memory --quiet.
  CommandLine& with_roots();
  CommandLine& with_run_options();
  // Python's way: values follow one dash (-np 4), flags two (--npz).
  CommandLine& with_single_dashes();

  bool parse(const std::vector<std::string>& arguments, RunContext& context);

  bool has(const std::string& name) const { return values_.count(name) > 0; }
  template <class T>
  const T& get(const std::string& name) const {
    return values_[name].as<T>();
  }
  // A required positional argument or option; Error (usage) if it is missing.
  std::string text(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;
  Roots roots() const;

 private:
  void print_help() const;

  std::string command_, usage_, example_;
  boost::program_options::options_description visible_, hidden_;
  boost::program_options::positional_options_description positions_;
  std::vector<std::pair<std::string, std::string>> positional_help_;
  boost::program_options::variables_map values_;
  bool single_dashes_ = false;
};

// "40,64,64" → three positive numbers; Error (usage) naming the option.
Extent parse_extent(const std::string& text, const std::string& option);
Spacing parse_spacing(const std::string& text, const std::string& option);

int phantom(const std::vector<std::string>& arguments, RunContext& context);
int plan(const std::vector<std::string>& arguments, RunContext& context);
int preprocess(const std::vector<std::string>& arguments, RunContext& context);
int train(const std::vector<std::string>& arguments, RunContext& context);
int predict(const std::vector<std::string>& arguments, RunContext& context);
int pretrain(const std::vector<std::string>& arguments, RunContext& context);
int export_run(const std::vector<std::string>& arguments, RunContext& context);
int evaluate(const std::vector<std::string>& arguments, RunContext& context);
int benchmark(const std::vector<std::string>& arguments, RunContext& context);
int leaderboard(const std::vector<std::string>& arguments, RunContext& context);
int compare(const std::vector<std::string>& arguments, RunContext& context);
int methods(const std::vector<std::string>& arguments, RunContext& context);
int metrics(const std::vector<std::string>& arguments, RunContext& context);
int check_plugin(const std::vector<std::string>& arguments, RunContext& context);
int sam(const std::vector<std::string>& arguments, RunContext& context);
int nnunet_command(const std::vector<std::string>& arguments, RunContext& context);
int completion(const std::vector<std::string>& arguments, RunContext& context);
int doctor(const std::vector<std::string>& arguments, RunContext& context);

}  // namespace voxarena::cli
