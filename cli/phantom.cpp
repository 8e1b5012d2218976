#include "voxarena/data/phantom.h"

#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>

#include "cli/command.h"

namespace voxarena::cli {
namespace po = boost::program_options;

int phantom(const std::vector<std::string>& arguments, RunContext& context) {
  PhantomOptions options;
  CommandLine line("phantom", "OUT [options]",
                   "voxarena phantom raw/Dataset900_Phantom --cases 20 --seed 1");
  line.positional("OUT", "folder to write: DatasetXXX_Name, in nnU-Net's raw layout")
      .with_run_options();
  line.options()("cases,n", po::value(&options.cases)->default_value(options.cases),
                 "number of cases")(
      "classes,k", po::value(&options.classes)->default_value(options.classes),
      "foreground organs, 1 to 12")("size", po::value<std::string>()->default_value("40,64,64"),
                                    "voxels of a typical case: Z,Y,X")(
      "spacing", po::value<std::string>()->default_value("2,1,1"), "mm: Z,Y,X")(
      "seed", seed_value(options.seed), "another seed, another population");
  if (!line.parse(arguments, context)) return 0;
  options.size = parse_extent(line.text("size"), "--size");
  options.spacing = parse_spacing(line.text("spacing"), "--spacing");
  write_phantom_dataset(line.text("OUT"), options, context);
  fmt::print("{} cases written to {}\n", options.cases, line.text("OUT"));
  return 0;
}

}  // namespace voxarena::cli
