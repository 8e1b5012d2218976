// Times one training step (loss, backward, AdamW) and one prediction of a method on a random patch
// and prints one line of JSON: seconds, peak memory of the process in MB, and how many parameters
// that should have a gradient have one.
//
//   method_step masksam '{"preset": "acdc", "weights": "random"}' 4,256,256 4
#include <ATen/Parallel.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <torch/nn.h>
#include <torch/optim/adamw.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "voxarena/core/error.h"
#include "voxarena/core/json.h"
#include "voxarena/plugin/registry.h"

namespace {

using namespace voxarena;

long peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

template <class Call>
double seconds_of(const Call& call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void run(const std::string& name, const std::string& options, const std::string& patch,
         std::int64_t classes) {
  Plan plan;
  plan.channels = 1;
  plan.classes = classes;
  std::stringstream sizes(patch);
  for (std::string size; std::getline(sizes, size, ',');)
    plan.configuration.patch_size.push_back(std::stoll(size));
  const LoadedMethod method = load_method(name);
  at::manual_seed(1);
  const std::unique_ptr<Model> model = method.create(
      plan,
      Options::from_json(parse_json(options, "options"), method.description().options, "options"));
  std::vector<std::int64_t> shape = plan.patch_size();
  shape.insert(shape.begin(), 1);
  const at::Tensor target = at::randint(classes, shape, at::kLong);
  shape.insert(shape.begin() + 1, 1);
  const Batch batch{.image = at::randn(shape), .target = target};

  std::vector<at::Tensor> trained, frozen;
  for (const at::Tensor& p : model->module().parameters())
    (p.requires_grad() ? trained : frozen).push_back(p);
  torch::optim::AdamW optimizer(trained);
  model->module().train();
  const double step = seconds_of([&] {
    model->loss(batch).total.backward();
    optimizer.step();
  });
  const auto with_gradient = [](const std::vector<at::Tensor>& parameters) {
    return std::ranges::count_if(parameters, [](const auto& p) { return p.grad().defined(); });
  };
  const Json gradients = {{"trained", trained.size()},
                          {"trained_with_gradient", with_gradient(trained)},
                          {"frozen", frozen.size()},
                          {"frozen_with_gradient", with_gradient(frozen)}};
  const long step_mb = peak_mb();
  model->module().eval();
  const double predict = seconds_of([&] {
    const at::NoGradGuard no_grad;
    model->predict(batch.image);
  });
  fmt::print("{}\n", canonical_json({{"step_seconds", step},
                                     {"step_peak_mb", step_mb},
                                     {"predict_seconds", predict},
                                     {"peak_mb", peak_mb()},
                                     {"threads", at::get_num_threads()},
                                     {"tensors", gradients}}));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    fmt::print(stderr, "usage: method_step METHOD OPTIONS Z,Y,X CLASSES\n");
    return 2;
  }
  try {
    run(argv[1], argv[2], argv[3], std::atoll(argv[4]));
  } catch (const Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return error.exit_code();
  }
}
