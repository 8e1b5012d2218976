// Finds plugin libraries and loads methods from them.
//
// A plugin is a shared library NAME.so with its description NAME.json beside it. It is looked for
// in the given extra places (folders or libraries), in the folders of the environment variable
// VOXARENA_PLUGIN_PATH (separated by colons), and in voxarena/plugins beside libvoxarena.so.
//
//   const LoadedMethod method = load_method("plain_unet");
//   const Options options = Options::from_json(given, method.description().options,
//   "benchmark.toml"); std::unique_ptr<Model> model = method.create(plan, options);
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "voxarena/plugin/method_interface.h"

namespace voxarena {

struct PluginDescriptor;

using Paths = std::vector<std::filesystem::path>;

struct PluginFile {
  std::filesystem::path library;
  Info info;
};

// Every plugin that has a description, sorted by method name; loads nothing. Error (input) naming
// both files if two libraries offer the same method, or naming the description that cannot be read.
std::vector<PluginFile> find_plugins(const Paths& extra = {});

// A method in a loaded library. Whatever its code throws arrives as an Error that names the plugin;
// this holds for the models it creates as well. Libraries stay loaded until the program ends.
class LoadedMethod final : public Method {
 public:
  Info info() const override { return info_; }
  const Info& description() const { return info_; }
  const std::filesystem::path& library() const { return library_; }

  Plan plan(const Fingerprint& fingerprint, const Plan& default_plan, const Budget& budget,
            const Options& options) const override;
  std::unique_ptr<Model> create(const Plan& plan, const Options& options) const override;
  std::unique_ptr<Segmenter> show(const Plan& plan, const Options& options, SupportSet supports,
                                  const RunContext& context) const override;

 private:
  friend LoadedMethod load_library(const std::filesystem::path& library);

  std::filesystem::path library_;
  Info info_;
  std::shared_ptr<const Method> method_;
};

// By the method's name, or by the path of a library (anything with a '/' or ending in ".so"). Error
// (input) that lists the known methods if there is none of this name.
LoadedMethod load_method(const std::string& name_or_path, const Paths& extra = {});

// Error (input) that names both sides if the library was built for another VoxArena, LibTorch or
// compiler.
LoadedMethod load_library(const std::filesystem::path& library);

// Compares what a library says about itself with this program; `library` stands in the message.
void check_descriptor(const PluginDescriptor& descriptor, const std::string& library);

// Writes the description of a built plugin, the file that find_plugins() reads.
void describe_plugin(const std::filesystem::path& library, const std::filesystem::path& json_path);

// The folder of libvoxarena.so.
std::filesystem::path library_folder();

}  // namespace voxarena
