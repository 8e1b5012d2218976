// Loading of one library, and the wall between its exceptions and the rest of the program.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <exception>

#include "voxarena/core/error.h"
#include "voxarena/plugin/descriptor.h"
#include "voxarena/plugin/device.h"
#include "voxarena/plugin/pretraining.h"
#include "voxarena/plugin/registry.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

// First line only: LibTorch appends a stack trace to its messages.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// A fault of the plugin: not of the input, and not of the harness.
Error plugin_fault(const std::string& plugin, const char* task, const std::string& what) {
  return Error::internal(
      fmt::format("plugin {}: {}: {}", plugin, task, what),
      fmt::format("the fault lies in the plugin; try voxarena check-plugin {}", plugin));
}

// Runs plugin code; everything it throws becomes an Error that names the plugin and what it was
// asked for.
template <class Body>
auto guarded(const std::string& plugin, const char* task, Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    if (error.kind() == Error::Kind::interrupted) throw;
    throw Error(error.kind(), fmt::format("plugin {}: {}: {}", plugin, task, error.what()),
                error.hint());
  } catch (const std::exception& error) {
    throw plugin_fault(plugin, task, first_line(error.what()));
  } catch (...) {
    throw plugin_fault(plugin, task, "an exception of unknown type");
  }
}

// LibTorch's, which sums are rounded by.
void use_threads(const RunContext& context) {
  if (at::get_num_threads() != context.threads) at::set_num_threads(context.threads);
}

class GuardedModel final : public Model {
 public:
  GuardedModel(std::string plugin, std::shared_ptr<const Method> method,
               std::unique_ptr<Model> model)
      : plugin_(std::move(plugin)), method_(std::move(method)), model_(std::move(model)) {}

  torch::nn::Module& module() override { return model_->module(); }
  Loss loss(const Batch& batch) override {
    return guarded(plugin_, "loss", [&] { return model_->loss(batch); });
  }
  at::Tensor predict(const at::Tensor& patches) override {
    return guarded(plugin_, "predict", [&] { return model_->predict(patches); });
  }
  Validation validate(const Batch& batch) override {
    return guarded(plugin_, "validate", [&] { return model_->validate(batch); });
  }
  Recipe recipe() const override {
    return guarded(plugin_, "recipe", [&] { return model_->recipe(); });
  }

 private:
  std::string plugin_;
  std::shared_ptr<const Method> method_;  // outlives its model
  std::unique_ptr<Model> model_;
};

class GuardedSegmenter final : public Segmenter {
 public:
  GuardedSegmenter(std::string plugin, std::shared_ptr<const Method> method,
                   std::unique_ptr<Segmenter> segmenter)
      : plugin_(std::move(plugin)), method_(std::move(method)), segmenter_(std::move(segmenter)) {}

  Volume<float> segment(const Volume<float>& image, const RunContext& context) override {
    use_threads(context);
    return guarded(plugin_, "segment", [&] { return segmenter_->segment(image, context); });
  }

 private:
  std::string plugin_;
  std::shared_ptr<const Method> method_;  // outlives its segmenter
  std::unique_ptr<Segmenter> segmenter_;
};

[[noreturn]] void refuse(const std::string& library, const char* what, const std::string& theirs,
                         const std::string& ours) {
  throw Error::input(
      fmt::format("{}: built for {} {}, this program has {}", library, what, theirs, ours),
      "build the plugin again with this VoxArena");
}

}  // namespace

void check_descriptor(const PluginDescriptor& descriptor, const std::string& library) {
  // The first two fields never move; the others may be read once these agree.
  if (descriptor.api != VOXARENA_PLUGIN_API) {
    refuse(library, "plugin API", std::to_string(descriptor.api),
           std::to_string(VOXARENA_PLUGIN_API));
  }
  if (descriptor.struct_size < sizeof(PluginDescriptor)) {
    refuse(library, "a descriptor of bytes", std::to_string(descriptor.struct_size),
           std::to_string(sizeof(PluginDescriptor)));
  }
  const auto compare = [&](const char* what, const char* theirs, const char* ours) {
    const std::string text = theirs ? theirs : "(none)";
    if (text != ours) refuse(library, what, text, ours);
  };
  compare("VoxArena", descriptor.harness_version, VOXARENA_VERSION);
  compare("LibTorch", descriptor.torch_version, TORCH_VERSION);
  compare("compiler ABI", descriptor.abi, VOXARENA_ABI);
}

LoadedMethod load_library(const fs::path& library) {
  const std::string name = library.string();
  if (!fs::exists(library))
    throw Error::input(fmt::format("plugin library {} does not exist", name));
  // Never closed: models, autograd nodes and type information of the plugin may live until the
  // program ends.
  void* handle = dlopen(fs::absolute(library).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    throw Error::input(fmt::format("plugin library {} cannot be loaded: {}", name, dlerror()),
                       "build the plugin again with this VoxArena");
  }
  const auto entry = reinterpret_cast<PluginEntryPoint>(dlsym(handle, kPluginEntryPoint));
  const PluginDescriptor* descriptor = entry ? entry() : nullptr;
  if (!descriptor) {
    throw Error::input(fmt::format("{} is not a VoxArena plugin: it has no function {}()", name,
                                   kPluginEntryPoint),
                       "end its source with VOXARENA_PLUGIN(YourMethod)");
  }
  check_descriptor(*descriptor, name);

  const std::string stem = library.stem().string();
  Method* method = guarded(stem, "start", [&] { return descriptor->create(); });
  if (!method) throw plugin_fault(stem, "start", "there is no method");
  LoadedMethod loaded;
  loaded.library_ = library;
  loaded.method_ = std::shared_ptr<const Method>(
      method,
      [destroy = descriptor->destroy](const Method* m) { destroy(const_cast<Method*>(m)); });
  loaded.info_ = guarded(stem, "info", [&] { return method->info(); });
  return loaded;
}

Plan LoadedMethod::plan(const Fingerprint& fingerprint, const Plan& default_plan,
                        const Budget& budget, const Options& options) const {
  return guarded(info_.name, "plan",
                 [&] { return method_->plan(fingerprint, default_plan, budget, options); });
}

std::unique_ptr<Model> LoadedMethod::create(const Plan& plan, const Options& options) const {
  std::unique_ptr<Model> model =
      guarded(info_.name, "create", [&] { return method_->create(plan, options); });
  if (!model) throw plugin_fault(info_.name, "create", "there is no model");
  return std::make_unique<GuardedModel>(info_.name, method_, std::move(model));
}

std::unique_ptr<Segmenter> LoadedMethod::show(const Plan& plan, const Options& options,
                                              SupportSet supports,
                                              const RunContext& context) const {
  use_threads(context);
  require_device(context.device);
  at::manual_seed(context.seed);  // of weights that are random
  std::unique_ptr<Segmenter> segmenter = guarded(info_.name, "show", [&] {
    return method_->show(plan, options, std::move(supports), context);
  });
  if (!segmenter) throw plugin_fault(info_.name, "show", "there is no segmenter");
  return std::make_unique<GuardedSegmenter>(info_.name, method_, std::move(segmenter));
}

void pretrain(const LoadedMethod& method, const Pretraining& wanted, const RunContext& context) {
  const Info& info = method.description();
  void* handle = dlopen(fs::absolute(method.library()).c_str(), RTLD_NOW | RTLD_LOCAL);
  const auto entry =
      handle ? reinterpret_cast<PretrainingEntryPoint>(dlsym(handle, kPretrainingEntryPoint))
             : nullptr;
  if (!entry) {
    throw Error::input(
        fmt::format("method '{}' has no pre-training of its own", info.name),
        "only methods that bring weights of their own making have one, for example incontext");
  }
  guarded(info.name, "pretrain", [&] { entry(wanted, context); });
}

}  // namespace voxarena
