#include "cli/command.h"

#include <fmt/core.h>

#include <boost/program_options/parsers.hpp>
#include <iostream>
#include <regex>
#include <sstream>

#include "voxarena/core/error.h"

namespace voxarena::cli {
namespace po = boost::program_options;
namespace {

template <class T>
std::array<T, 3> parse_three(const std::string& text, const std::string& option) {
  std::array<T, 3> out{};
  std::istringstream in(text);
  char comma = ',';
  for (std::size_t i = 0; i < 3; ++i) {
    if ((i > 0 && (!(in >> comma) || comma != ',')) || !(in >> out[i]) || out[i] <= 0) {
      throw Error::usage(fmt::format("{}: '{}' is not three positive numbers", option, text),
                         "write them as Z,Y,X without spaces, e.g. 40,64,64");
    }
  }
  if (in.peek() != std::istringstream::traits_type::eof()) {
    throw Error::usage(fmt::format("{}: '{}' has more than three numbers", option, text),
                       "write them as Z,Y,X");
  }
  return out;
}

}  // namespace

CommandLine::CommandLine(const std::string& command, const std::string& usage,
                         const std::string& example)
    : command_(command), usage_(usage), example_(example), visible_("options", 100) {
  visible_.add_options()("help,h", "show this text");
}

CommandLine& CommandLine::positional(const std::string& name, const std::string& help, int count) {
  positions_.add(name.c_str(), count);
  if (count == 1) {
    hidden_.add_options()(name.c_str(), po::value<std::string>());
  } else {
    hidden_.add_options()(name.c_str(), po::value<std::vector<std::string>>());
  }
  positional_help_.emplace_back(name, help);
  return *this;
}

CommandLine& CommandLine::with_roots() {
  visible_.add_options()("raw", po::value<std::string>()->default_value("", "$nnUNet_raw"),
                         "raw data sets")(
      "preprocessed", po::value<std::string>()->default_value("", "$nnUNet_preprocessed"),
      "preprocessed data sets")(
      "results", po::value<std::string>()->default_value("", "$nnUNet_results"), "runs and tables");
  return *this;
}

po::value_semantic* seed_value(std::uint64_t& seed) {
  return po::value<std::int64_t>()
      ->default_value(static_cast<std::int64_t>(seed))
      ->notifier([&seed](std::int64_t value) {
        if (value < 0) throw Error::usage(fmt::format("--seed: {} is negative", value));
        seed = static_cast<std::uint64_t>(value);
      });
}

CommandLine& CommandLine::with_run_options() {
  visible_.add_options()("device,d", po::value<std::string>()->default_value("cpu"),
                         "where networks run: cpu, cuda, cuda:1")(
      "threads,t", po::value<int>(), "threads to use (default: all cores)")(
      "memory", po::value<double>(),
      "GiB of main memory to plan with (default: what is available)")("quiet,q", "no progress");
  return *this;
}

CommandLine& CommandLine::with_single_dashes() {
  single_dashes_ = true;
  return *this;
}

bool CommandLine::parse(const std::vector<std::string>& arguments, RunContext& context) {
  po::options_description all;
  all.add(visible_).add(hidden_);
  namespace style = po::command_line_style;
  const int dashes =
      single_dashes_ ? style::default_style | style::allow_long_disguise : style::default_style;
  try {
    po::store(
        po::command_line_parser(arguments).options(all).positional(positions_).style(dashes).run(),
        values_);
    if (values_.count("help") > 0) {
      print_help();
      return false;
    }
    po::notify(values_);
  } catch (const po::error& error) {
    throw Error::usage(fmt::format("{}: {}", command_, error.what()),
                       fmt::format("see 'voxarena {} --help'", command_));
  }
  if (has("device")) context.device = get<std::string>("device");
  if (has("quiet")) context.quiet = true;
  if (has("threads")) {
    context.threads = get<int>("threads");
    if (context.threads < 1)
      throw Error::usage("--threads: must be at least 1", "leave it out to use all cores");
  }
  if (has("memory")) {
    const double gibibytes = get<double>("memory");
    if (!(gibibytes > 0 && gibibytes < 1e6))
      throw Error::usage("--memory: must be above 0 GiB", "leave it out to use what is available");
    context.memory = static_cast<std::int64_t>(gibibytes * (1 << 30));
  }
  return true;
}

std::string CommandLine::text(const std::string& name) const {
  if (!has(name)) {
    throw Error::usage(fmt::format("{}: {} is missing", command_, name),
                       fmt::format("usage: voxarena {} {}", command_, usage_));
  }
  std::string value = get<std::string>(name);
  while (value.size() > 1 && value.ends_with('/')) value.pop_back();  // as the shell completes it
  return value;
}

std::vector<std::string> CommandLine::texts(const std::string& name) const {
  return has(name) ? get<std::vector<std::string>>(name) : std::vector<std::string>{};
}

Roots CommandLine::roots() const {
  return Roots::from(get<std::string>("raw"), get<std::string>("preprocessed"),
                     get<std::string>("results"));
}

void CommandLine::print_help() const {
  fmt::print("usage: voxarena {} {}\n\n", command_, usage_);
  for (const auto& [name, help] : positional_help_) fmt::print("  {:<12} {}\n", name, help);
  if (!positional_help_.empty()) fmt::print("\n");
  std::ostringstream stream;
  stream << visible_;
  std::string text = stream.str();
  if (single_dashes_) {
    static const std::regex value_option("  --([A-Za-z_]+) (arg|[A-Z])");
    text = std::regex_replace(text, value_option, "   -$1 $2");
  }
  fmt::print("{}\nexample:\n  {}\n", text, example_);
}

Extent parse_extent(const std::string& text, const std::string& option) {
  return parse_three<std::int64_t>(text, option);
}

Spacing parse_spacing(const std::string& text, const std::string& option) {
  return parse_three<double>(text, option);
}

}  // namespace voxarena::cli
