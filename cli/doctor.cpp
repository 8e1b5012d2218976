// What a bug report or a surprised user needs: versions, threads, the speed of matrix products and
// 3-D convolutions.
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/rand.h>
#include <fmt/core.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "voxarena/core/json.h"
#include "voxarena/core/version.h"

namespace voxarena::cli {
namespace {

double best_seconds(const std::function<void()>& work) {
  double best = 1e9;
  for (int run = 0; run < 3; ++run) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

double matmul_gflops() {
  const at::Tensor a = at::rand({1024, 1024}), b = at::rand({1024, 1024});
  return 2.0 * 1024 * 1024 * 1024 / best_seconds([&] { at::matmul(a, b); }) / 1e9;
}

double convolution_gflops() {
  const at::Tensor x = at::rand({2, 32, 32, 32, 32}), w = at::rand({32, 32, 3, 3, 3});
  const double flops = 2.0 * 2 * 32 * 32 * 27 * 32 * 32 * 32;
  return flops / best_seconds([&] {
           at::convolution(x, w, {}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, false, {0, 0, 0}, 1);
         }) /
         1e9;
}

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::string root_state(const std::filesystem::path& root) {
  if (root.empty()) return "not set";
  std::error_code error;
  const auto space = std::filesystem::space(root, error);
  if (error) return fmt::format("{} ({})", root.string(), error.message());
  return fmt::format("{} ({} GiB free)", root.string(), space.available >> 30);
}

}  // namespace

int doctor(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("doctor", "[options]", "voxarena doctor");
  line.with_roots().with_run_options().options()("json", "print the answers as JSON");
  if (!line.parse(arguments, context)) return 0;
  at::set_num_threads(context.threads);
  const Roots roots = line.roots();
  const double matmul = matmul_gflops();
  Json answers = Json::object();
  answers["VoxArena"] = VOXARENA_VERSION;
  answers["LibTorch"] = TORCH_VERSION;
  answers["CPU"] = fmt::format("{}, {} threads", cpu_name(), context.threads);
  answers["CPU features"] = at::get_cpu_capability();
  answers["matrix product"] = fmt::format("{:.0f} GFLOP/s", matmul);
  answers["3-D convolution"] = fmt::format("{:.0f} GFLOP/s", convolution_gflops());
  answers["device"] =
      context.device + (at::hasCUDA() ? "" : " (no CUDA in this LibTorch build or no GPU)");
  answers["raw"] = root_state(roots.raw);
  answers["preprocessed"] = root_state(roots.preprocessed);
  answers["results"] = root_state(roots.results);
  answers["warnings"] = Json::array();
  if (std::string(TORCH_VERSION).starts_with("2.9.")) {
    answers["warnings"].push_back(
        "3-D convolutions of LibTorch 2.9 are many times slower; use another version");
  }
  if (matmul < 5) {
    answers["warnings"].push_back(
        "LibTorch seems linked to a reference BLAS (Debian's own package is); see "
        "scripts/setup.sh");
  }
  if (line.has("json")) {
    fmt::print("{}\n", dump_json(answers));
    return 0;
  }
  for (const auto& [name, answer] : answers.items()) {
    if (answer.is_string()) fmt::print("{:<15} {}\n", name, answer.get<std::string>());
  }
  for (const Json& warning : answers["warnings"])
    fmt::print("{:<15} {}\n", "WARNING", warning.get<std::string>());
  return 0;
}

}  // namespace voxarena::cli
