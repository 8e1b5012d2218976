#include "voxarena/plugin/conformance.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "voxarena/plugin/registry.h"

namespace voxarena {
namespace {
namespace fs = std::filesystem;

RunContext quiet_context() {
  RunContext context;
  context.quiet = true;
  return context;
}

TEST(Conformance, InstalledMethodsPassEveryCheck) {
  std::set<std::string> checked;
  for (const PluginFile& plugin : find_plugins()) {
    checked.insert(plugin.info.name);
    const std::vector<CheckResult> results = run_conformance(plugin.info.name, quiet_context());
    EXPECT_EQ(results.size(), plugin.info.capabilities.trainable ? 10U : 4U);
    for (const CheckResult& result : results) {
      EXPECT_TRUE(result.passed) << plugin.info.name << ": " << result.name << ": "
                                 << result.detail;
    }
  }
  for (const char* name : {"plain_unet", "resenc_unet", "samed", "masksam"})
    EXPECT_TRUE(checked.contains(name)) << name << " is not built";
}

// Methods that need weights are tried with random ones where somebody asks for it.
TEST(Conformance, TrainingFreeMethodsPassWithRandomWeights) {
  const std::pair<const char*, Json> methods[] = {
      {"fatesam", {{"weights", "random"}, {"backbone", "micro"}}},
      {"fatesam", {{"weights", "random"}, {"backbone", "micro"}, {"variant", "as_released"}}},
      {"persam", {{"weights", "random"}, {"encoder", "mini"}, {"image_size", 64}}}};
  for (const auto& [method, options] : methods) {
    for (const CheckResult& result : run_conformance(method, quiet_context(), options)) {
      EXPECT_TRUE(result.passed) << method << ": " << result.name << ": " << result.detail;
      EXPECT_FALSE(result.detail.starts_with("skipped")) << method << ": " << result.name;
    }
  }
}

// A fault of tests/plugin/faulty_method.cpp, and the check that must notice it.
struct Fault {
  const char* fault;
  const char* check;
  const char* detail;  // part of the reason given
};

class ConformanceFault : public ::testing::TestWithParam<Fault> {};

TEST_P(ConformanceFault, IsNoticed) {
  const fs::path library = fs::path(VOXARENA_TEST_PLUGINS) / "faulty_method.so";
  unsetenv("VOXARENA_TEST_FAULT");
  describe_plugin(library, fs::path(library).replace_extension(".json"));
  setenv("VOXARENA_TEST_FAULT", GetParam().fault, 1);
  const std::vector<CheckResult> results = run_conformance(library.string(), quiet_context());
  unsetenv("VOXARENA_TEST_FAULT");
  const auto result = std::ranges::find(results, GetParam().check, &CheckResult::name);
  ASSERT_NE(result, results.end());
  EXPECT_FALSE(result->passed);
  EXPECT_NE(result->detail.find(GetParam().detail), std::string::npos) << result->detail;
}

INSTANTIATE_TEST_SUITE_P(
    Faults, ConformanceFault,
    ::testing::Values(
        Fault{"name", "metadata", "lower-case"}, Fault{"help", "options", "'width' has no help"},
        Fault{"shape", "shapes", "1 x 3 x 16 x 24 x 16 instead of 1 x 2 x 16 x 24 x 16"},
        Fault{"not_finite", "loss and gradients", "finite"},
        Fault{"unused_parameter", "loss and gradients", "parameter unused gets no gradient"},
        Fault{"hidden_state", "save and load", "state outside of parameters"},
        Fault{"random", "determinism", "other logits"},
        Fault{"cpu_tensor", "shadow device", "two devices"},
        Fault{"throw_in_forward", "shapes", "no idea what to do"}),
    [](const auto& info) { return std::string(info.param.fault); });

TEST(Conformance, TheFaultyMethodWithoutFaultPasses) {
  const fs::path library = fs::path(VOXARENA_TEST_PLUGINS) / "faulty_method.so";
  unsetenv("VOXARENA_TEST_FAULT");
  describe_plugin(library, fs::path(library).replace_extension(".json"));
  for (const CheckResult& result : run_conformance(library.string(), quiet_context())) {
    EXPECT_TRUE(result.passed) << result.name << ": " << result.detail;
  }
}

}  // namespace
}  // namespace voxarena
