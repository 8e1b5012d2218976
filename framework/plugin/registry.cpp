#include "voxarena/plugin/registry.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "voxarena/core/error.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

Paths search_places(const Paths& extra) {
  Paths places = extra;
  if (const char* variable = std::getenv("VOXARENA_PLUGIN_PATH")) {
    std::istringstream folders(variable);
    for (std::string folder; std::getline(folders, folder, ':');) {
      if (!folder.empty()) places.emplace_back(folder);
    }
  }
  places.push_back(library_folder() / "voxarena" / "plugins");
  return places;
}

// Libraries with a description in one place: the files of a folder in sorted order, or the library
// itself.
Paths described_libraries(const fs::path& place) {
  Paths found;
  const auto take = [&](const fs::path& file) {
    if (file.extension() == ".so" && fs::exists(fs::path(file).replace_extension(".json")))
      found.push_back(file);
  };
  if (!fs::is_directory(place)) {
    take(place);
    return found;
  }
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(place, unreadable)) take(entry.path());
  if (unreadable)
    throw Error::input(fmt::format("plugin folder {} cannot be read", place.string()),
                       unreadable.message());
  std::ranges::sort(found);
  return found;
}

}  // namespace

fs::path library_folder() {
  Dl_info self{};
  if (dladdr(reinterpret_cast<const void*>(&library_folder), &self) == 0 || !self.dli_fname) {
    throw Error::internal("the folder of libvoxarena.so is unknown");
  }
  return fs::weakly_canonical(self.dli_fname).parent_path();
}

std::vector<PluginFile> find_plugins(const Paths& extra) {
  std::vector<PluginFile> plugins;
  std::set<fs::path> seen;
  for (const fs::path& place : search_places(extra)) {
    for (const fs::path& library : described_libraries(place)) {
      if (!seen.insert(fs::weakly_canonical(library)).second) continue;
      const fs::path description = fs::path(library).replace_extension(".json");
      Info info = info_from_json(read_json(description), description.string());
      const auto same =
          std::ranges::find(plugins, info.name, [](const PluginFile& p) { return p.info.name; });
      if (same != plugins.end()) {
        throw Error::input(fmt::format("method '{}' is offered by two plugins: {} and {}",
                                       info.name, same->library.string(), library.string()),
                           "remove one of them or correct VOXARENA_PLUGIN_PATH");
      }
      plugins.push_back({library, std::move(info)});
    }
  }
  std::ranges::sort(plugins, {}, [](const PluginFile& p) { return p.info.name; });
  return plugins;
}

LoadedMethod load_method(const std::string& name_or_path, const Paths& extra) {
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".so"))
    return load_library(name_or_path);
  std::vector<std::string> names;
  for (const PluginFile& plugin : find_plugins(extra)) {
    if (plugin.info.name == name_or_path) return load_library(plugin.library);
    names.push_back(plugin.info.name);
  }
  throw Error::input(fmt::format("there is no method '{}'", name_or_path),
                     names.empty()
                         ? "no plugins were found; set VOXARENA_PLUGIN_PATH to their folder"
                         : fmt::format("installed are: {}", fmt::join(names, ", ")));
}

void describe_plugin(const fs::path& library, const fs::path& json_path) {
  write_json(json_path, to_json(load_library(library).description()));
}

}  // namespace voxarena
