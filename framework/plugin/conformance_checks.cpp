#include "voxarena/plugin/conformance_checks.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/nn/module.h>
#include <unistd.h>

#include <filesystem>
#include <future>

#include "voxarena/core/error.h"
#include "voxarena/plugin/conformance_plans.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena {
namespace {

[[noreturn]] void fail(const Plan& plan, const std::string& what) {
  throw Error::input(fmt::format("{} ({})", what, describe(plan)));
}

std::unique_ptr<Model> make(const Subject& subject, const Plan& plan, std::uint64_t seed) {
  at::manual_seed(seed);
  std::unique_ptr<Model> model = subject.method.create(plan, subject.options);
  model->module().eval();
  return model;
}

at::Tensor image(const Plan& plan, std::int64_t batch) {
  std::vector<std::int64_t> size{batch, plan.channels};
  size.insert(size.end(), plan.patch_size().begin(), plan.patch_size().end());
  return at::randn(size);
}

Batch training_batch(const Plan& plan, std::uint64_t seed) {
  at::manual_seed(seed);
  constexpr std::int64_t kBatch = 2;
  std::vector<std::int64_t> size{kBatch};
  size.insert(size.end(), plan.patch_size().begin(), plan.patch_size().end());
  return {image(plan, kBatch), at::randint(plan.classes, size, at::kLong),
          plan.configuration.batch_dice};
}

at::Tensor predict(Model& model, const at::Tensor& patches) {
  const at::NoGradGuard no_grad;
  return model.predict(patches);
}

bool finite(const at::Tensor& t) { return at::isfinite(t).all().item<bool>(); }

std::string check_shapes(const Subject& subject) {
  std::vector<std::string> tried;
  for (const Plan& plan : subject.plans) {
    const auto model = make(subject, plan, subject.seed);
    for (const std::int64_t batch : {1, 3}) {
      const at::Tensor logits = predict(*model, image(plan, batch));
      std::vector<std::int64_t> expected{batch, plan.classes};
      expected.insert(expected.end(), plan.patch_size().begin(), plan.patch_size().end());
      if (logits.sizes() != at::IntArrayRef(expected)) {
        fail(plan, fmt::format("predict returns {} instead of {}", fmt::join(logits.sizes(), " x "),
                               fmt::join(expected, " x ")));
      }
      if (!logits.is_floating_point() || !finite(logits))
        fail(plan, "predict returns values that are not finite numbers");
    }
    tried.push_back(describe(plan));
  }
  return fmt::format("{}", fmt::join(tried, "; "));
}

// Loss and gradients of one step; returns the number of trained parameters.
std::int64_t check_step(Model& model, const Plan& plan, const Batch& batch) {
  model.module().train();
  const Loss loss = model.loss(batch);
  if (!loss.total.defined() || loss.total.dim() != 0 || !finite(loss.total))
    fail(plan, "the loss is not a finite scalar");
  if (!loss.total.requires_grad()) fail(plan, "the loss does not depend on any parameter");
  loss.total.backward();
  std::int64_t trained = 0;
  for (const auto& parameter : model.module().named_parameters()) {
    if (!parameter.value().requires_grad()) continue;
    const at::Tensor& gradient = parameter.value().grad();
    if (!gradient.defined())
      fail(plan, fmt::format("parameter {} gets no gradient", parameter.key()));
    if (!finite(gradient))
      fail(plan, fmt::format("the gradient of {} is not finite", parameter.key()));
    trained += parameter.value().numel();
  }
  if (trained == 0) fail(plan, "no parameter is trained");
  model.module().eval();
  return trained;
}

std::string check_gradients(const Subject& subject) {
  std::vector<std::int64_t> trained;
  for (const Plan& plan : subject.plans) {
    const auto model = make(subject, plan, subject.seed);
    trained.push_back(check_step(*model, plan, training_batch(plan, subject.seed)));
  }
  return fmt::format("{} trained parameters", fmt::join(trained, ", "));
}

// Data sets with regions or an ignore label, as far as the method says that its loss reads them.
std::string check_labels(const Subject& subject) {
  const Capabilities& can = subject.method.description().capabilities;
  std::vector<std::string> tried;
  for (const Plan& plan : subject.plans) {
    const auto try_labels = [&](const char* what, std::int64_t labels, nn::TargetRules rules) {
      Batch batch = training_batch(plan, subject.seed);
      batch.target = at::randint(labels, batch.target.sizes(), at::kLong);
      batch.rules = std::move(rules);
      check_step(*make(subject, plan, subject.seed), plan, batch);
      if (&plan == &subject.plans.front()) tried.emplace_back(what);
    };
    // Label v lies in the regions 0 to v - 1.
    const std::int64_t values = plan.classes + 1;
    const at::Tensor nested = at::ones({plan.classes, values + 1}, at::kBool).triu(1);
    nested.select(1, values).fill_(false);
    if (can.ignore_label) try_labels("ignore label", values, {.ignore = plan.classes});
    if (can.regions) try_labels("regions", values, {.regions = nested});
    if (can.regions && can.ignore_label)
      try_labels("both", values + 1, {.regions = nested, .ignore = values});
  }
  return tried.empty() ? "neither regions nor an ignore label"
                       : fmt::format("{}", fmt::join(tried, ", "));
}

std::string check_save_and_load(const Subject& subject) {
  const auto file = std::filesystem::temp_directory_path() /
                    fmt::format("voxarena-check-{}.safetensors", getpid());
  std::size_t tensors = 0;
  for (const Plan& plan : subject.plans) {
    const auto saved = make(subject, plan, subject.seed),
               loaded = make(subject, plan, subject.seed + 1);
    write_safetensors(file, {.tensors = state_dict(saved->module()), .metadata = {}});
    const TensorFile content = read_safetensors(file);
    std::filesystem::remove(file);
    load_exactly(loaded->module(), content.tensors, file.string());
    const at::Tensor patch = image(plan, 1);
    if (!at::equal(predict(*saved, patch), predict(*loaded, patch))) {
      fail(plan,
           "a model with loaded weights predicts something else: state outside of parameters and "
           "buffers");
    }
    tensors = content.tensors.size();
  }
  return fmt::format("{} tensors", tensors);
}

std::string check_determinism(const Subject& subject) {
  for (const Plan& plan : subject.plans) {
    const auto first = make(subject, plan, subject.seed),
               second = make(subject, plan, subject.seed);
    const TensorMap ours = state_dict(first->module()), theirs = state_dict(second->module());
    for (const auto& [name, tensor] : ours) {
      const auto other = theirs.find(name);
      if (other == theirs.end() || !at::equal(tensor, other->second)) {
        fail(plan, fmt::format("the same seed gives other weights: {}", name));
      }
    }
    const at::Tensor patch = image(plan, 2);
    const at::Tensor logits = predict(*first, patch);
    if (!at::equal(logits, predict(*second, patch)))
      fail(plan, "the same weights give other logits");
    if (!at::equal(logits, predict(*first, patch)))
      fail(plan, "predicting twice gives other logits");
  }
  return "weights and logits of two runs are identical";
}

std::string check_threads(const Subject& subject) {
  constexpr std::size_t kThreads = 4;
  for (const Plan& plan : subject.plans) {
    const auto model = make(subject, plan, subject.seed);
    std::vector<at::Tensor> patches, alone;
    std::vector<std::future<at::Tensor>> together;
    for (std::size_t i = 0; i < kThreads; ++i) {
      patches.push_back(image(plan, 1));
      alone.push_back(predict(*model, patches[i]));
    }
    for (const at::Tensor& patch : patches) {
      together.push_back(
          std::async(std::launch::async, [&model, patch] { return predict(*model, patch); }));
    }
    for (std::size_t i = 0; i < kThreads; ++i) {
      if (!at::allclose(alone[i], together[i].get(), 1e-4, 1e-5))
        fail(plan, "concurrent predictions differ");
    }
  }
  return fmt::format("{} concurrent predictions", kThreads);
}

// libvoxarena_shadow.so, which registers a device that does not exist.
struct ShadowDevice {
  void (*register_device)();
  void (*move)(torch::nn::Module*);
};

ShadowDevice load_shadow_device() {
  const std::filesystem::path library = library_folder() / "voxarena" / "libvoxarena_shadow.so";
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    throw Error::input(fmt::format("{} cannot be loaded: {}", library.string(), dlerror()));
  const auto symbol = [handle](const char* name) {
    void* address = dlsym(handle, name);
    if (!address) throw Error::internal(fmt::format("the shadow device has no {}", name));
    return address;
  };
  return {reinterpret_cast<void (*)()>(symbol("voxarena_register_shadow_device")),
          reinterpret_cast<void (*)(torch::nn::Module*)>(symbol("voxarena_to_shadow"))};
}

std::string check_shadow_device(const Subject& subject) {
  const ShadowDevice shadow = load_shadow_device();
  const at::Device device(at::kPrivateUse1, 0);
  for (const Plan& plan : subject.plans) {
    const Batch batch = training_batch(plan, subject.seed);
    const at::Tensor expected = predict(*make(subject, plan, subject.seed), batch.image);
    const auto model = make(subject, plan, subject.seed);
    shadow.move(&model->module());
    const Batch moved{batch.image.to(device), batch.target.to(device), batch.batch_dice};
    const at::Tensor logits = predict(*model, moved.image);
    if (logits.device() != device)
      fail(plan, "predict returns a tensor on another device than its input");
    if (!at::allclose(logits.cpu(), expected, 1e-3, 1e-4))
      fail(plan, "logits differ from those on the CPU");
    if (subject.method.description().capabilities.trainable) check_step(*model, plan, moved);
  }
  return "forward, loss and backward without mixing devices";
}

}  // namespace

void register_shadow_device() { load_shadow_device().register_device(); }

const std::vector<ModelCheck>& model_checks() {
  static const std::vector<ModelCheck> checks{
      {"shapes", false, check_shapes},
      {"loss and gradients", true, check_gradients},
      {"labels", true, check_labels},
      {"save and load", false, check_save_and_load},
      {"determinism", false, check_determinism},
      {"threads", false, check_threads},
      {"shadow device", false, check_shadow_device},
  };
  return checks;
}

}  // namespace voxarena
