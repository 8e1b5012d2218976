#include <fmt/core.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "voxarena/core/error.h"
#include "voxarena/core/json.h"
#include "voxarena/plugin/registry.h"

namespace voxarena::cli {
namespace po = boost::program_options;
namespace {

std::string capabilities(const Capabilities& capabilities) {
  std::string text;
  const auto add = [&](bool has, const char* name) {
    if (has) text += (text.empty() ? "" : ", ") + std::string(name);
  };
  add(capabilities.two_d, "2-D");
  add(capabilities.three_d, "3-D");
  add(capabilities.trainable, "trainable");
  add(capabilities.needs_weights, "needs pre-trained weights");
  add(capabilities.regions, "regions");
  add(capabilities.ignore_label, "ignore label");
  return text;
}

void print_one(const PluginFile& plugin) {
  const Info& info = plugin.info;
  fmt::print("{} {}: {}\n\n  can      {}\n  licence  {}\n  library  {}\n", info.name, info.version,
             info.summary, capabilities(info.capabilities), info.licence, plugin.library.string());
  if (!info.options.empty()) fmt::print("\noptions\n");
  const Json options = to_json(info).at("options");
  for (std::size_t i = 0; i < info.options.size(); ++i) {
    fmt::print("  {:<20} {} (default {})\n", info.options[i].name, info.options[i].description,
               json_text(options.at(i).at("default")));
  }
  fmt::print("\n{}\n", info.citation);
}

}  // namespace

int methods(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("methods", "[NAME] [options]", "voxarena methods plain_unet");
  line.positional("NAME", "one method in full: options, citation, file");
  line.options()("plugins", po::value<std::vector<std::string>>()->composing(),
                 "further plugin folder or library")("json", "print as JSON");
  if (!line.parse(arguments, context)) return 0;
  Paths extra;
  for (const std::string& path : line.texts("plugins")) extra.emplace_back(path);
  std::vector<PluginFile> found = find_plugins(extra);
  if (line.has("NAME")) {
    const std::string name = line.text("NAME");
    std::erase_if(found, [&](const PluginFile& plugin) { return plugin.info.name != name; });
    if (found.empty()) {
      throw Error::input(fmt::format("no method is called '{}'", name),
                         "'voxarena methods' lists those installed");
    }
  }
  if (line.has("json")) {
    Json all = Json::array();
    for (const PluginFile& plugin : found) all.push_back(to_json(plugin.info));
    fmt::print("{}\n", dump_json(all));
  } else if (line.has("NAME")) {
    print_one(found.front());
  } else {
    for (const PluginFile& plugin : found) {
      fmt::print("{:<16} {:<8} {}\n", plugin.info.name, plugin.info.version, plugin.info.summary);
    }
    if (found.empty())
      fmt::print("no method is installed; build the project or set VOXARENA_PLUGIN_PATH\n");
  }
  return 0;
}

}  // namespace voxarena::cli
