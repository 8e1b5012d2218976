// The baselines against nnU-Net's released networks: names, parameter counts and outputs
// (tests/golden/networks).
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"
#include "voxarena/core/json.h"
#include "voxarena/plugin/network.h"
#include "voxarena/plugin/registry.h"

namespace voxarena {
namespace {

using Sizes = std::vector<std::int64_t>;

const Json& golden() {
  static const Json json = read_json(VOXARENA_SOURCE_DIR "/tests/golden/networks/networks.json");
  return json;
}

std::string method_name(const Json& spec) {
  return spec["kind"] == "plain" ? "plain_unet" : "resenc_unet";
}

Plan plan_of(const Json& spec, Sizes patch) {
  Plan plan;
  plan.channels = spec["channels"];
  plan.classes = spec["classes"];
  plan.configuration.patch_size = std::move(patch);
  Architecture& a = plan.configuration.architecture;
  a.network_class = spec["kind"] == "plain" ? "PlainConvUNet" : "ResidualEncoderUNet";
  a.features = spec["features"].get<Sizes>();
  a.kernel_sizes = spec["kernels"].get<std::vector<Sizes>>();
  a.strides = spec["strides"].get<std::vector<Sizes>>();
  a.blocks_per_stage = spec["blocks"].get<std::vector<int>>();
  a.convs_per_decoder_stage = spec["decoder"].get<std::vector<int>>();
  return plan;
}

std::unique_ptr<Model> create(const std::string& name, const Plan& plan,
                              const Json& given = Json::object()) {
  const LoadedMethod method = load_method(name);
  return method.create(plan, Options::from_json(given, method.description().options, "test"));
}

at::Tensor wave(double start, double step, const Sizes& size) {
  std::int64_t count = 1;
  for (const std::int64_t s : size) count *= s;
  return at::sin(at::arange(count, at::kDouble) * step + start).reshape(size);
}

// The formula of make.py: element i of the k-th tensor is base + scale sin(0.1 + 0.37 k + 0.73 i).
void fill(torch::nn::Module& module) {
  const at::NoGradGuard no_grad;
  double k = 0;
  for (auto& parameter : module.named_parameters()) {
    at::Tensor& tensor = parameter.value();
    const double fan = static_cast<double>(tensor.numel()) / static_cast<double>(tensor.size(0));
    const double scale = tensor.dim() > 1 ? std::sqrt(2 / fan) : 0.1;
    const double base = parameter.key().ends_with("norm.weight") ? 1 : 0;
    tensor.copy_(wave(0.1 + 0.37 * k, 0.73, tensor.sizes().vec()) * scale + base);
    ++k;
  }
}

TEST(Baselines, CountParametersAsTheReleasedNetworks) {
  for (const Json& spec : golden()["counts"]) {
    const std::size_t dimensions = spec["strides"][0].size();
    const auto model = create(method_name(spec), plan_of(spec, Sizes(dimensions, 64)));
    std::int64_t parameters = 0;
    for (const at::Tensor& p : model->module().parameters()) parameters += p.numel();
    EXPECT_EQ(parameters, spec["parameters"].get<std::int64_t>()) << spec.dump();
    EXPECT_EQ(model->module().named_parameters().size(), spec["tensors"].get<std::size_t>());
  }
}

TEST(Baselines, NameParametersInTheReleasedOrder) {
  for (const Json& spec : golden()["outputs"]) {
    const auto model = create(method_name(spec), plan_of(spec, spec["patch"].get<Sizes>()));
    EXPECT_EQ(model->module().named_parameters().keys(),
              spec["names"].get<std::vector<std::string>>());
  }
}

TEST(Baselines, ComputeWhatTheReleasedNetworksCompute) {
  for (const Json& spec : golden()["outputs"]) {
    const Sizes patch = spec["patch"].get<Sizes>();
    const auto model = create(method_name(spec), plan_of(spec, patch));
    fill(model->module());
    model->module().eval();
    Sizes size{2, spec["channels"].get<std::int64_t>()};
    size.insert(size.end(), patch.begin(), patch.end());
    const at::Tensor x = wave(0, 0.05, size).to(at::kFloat);

    const at::NoGradGuard no_grad;
    const auto scales = dynamic_cast<Network&>(model->module()).forward_scales(x);
    ASSERT_EQ(scales.size(), spec["scales"].size());
    for (std::size_t i = 0; i < scales.size(); ++i) {
      const Json& expected = spec["scales"][i];
      EXPECT_EQ(scales[i].sizes().vec(), expected["shape"].get<Sizes>());
      const at::Tensor sampled = scales[i].flatten().slice(0, 0, std::nullopt, 31);
      const at::Tensor reference = torch::tensor(expected["every_31st"].get<std::vector<float>>());
      EXPECT_LE((sampled - reference).abs().max().item<float>(), 1e-4F)
          << spec["kind"] << " scale " << i;
    }
    EXPECT_TRUE(at::equal(model->predict(x), scales[0]));
    // One image alone takes another way through LibTorch.
    EXPECT_TRUE(
        at::allclose(model->predict(x.narrow(0, 1, 1)), scales[0].narrow(0, 1, 1), 1e-4, 1e-4));
  }
}

TEST(Baselines, TrainOnlyTheFullResolutionWithoutDeepSupervision) {
  const Json& spec = golden()["outputs"][0];
  const auto model = create("plain_unet", plan_of(spec, spec["patch"].get<Sizes>()),
                            {{"deep_supervision", false}});
  const auto scales =
      dynamic_cast<Network&>(model->module()).forward_scales(at::zeros({1, 2, 6, 16, 12}));
  EXPECT_EQ(scales.size(), 1U);
}

TEST(Baselines, RefuseAPatchThatTheStridesDoNotDivide) {
  const Json& spec = golden()["outputs"][0];
  const auto model = create("plain_unet", plan_of(spec, spec["patch"].get<Sizes>()));
  try {
    model->predict(at::zeros({1, 2, 6, 17, 12}));
    FAIL() << "a patch of 17 voxels passed";
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "plugin plain_unet: predict: a patch of 6 x 17 x 12 voxels does not fit the network");
  }
}

TEST(Baselines, RefuseAPlanOfAnotherNetwork) {
  const Json& spec = golden()["outputs"][0];
  EXPECT_THROW(create("resenc_unet", plan_of(spec, spec["patch"].get<Sizes>())), Error);
}

TEST(ResencUNet, PlansResidualBlocksOnTheDefaultStages) {
  const Plan standard = plan_of(golden()["counts"][0], {64, 64, 64});
  const LoadedMethod method = load_method("resenc_unet");
  const Options options = Options::from_json(Json::object(), method.description().options, "test");
  const Plan own = method.plan({}, standard, {}, options);
  EXPECT_EQ(own.architecture().network_class, "ResidualEncoderUNet");
  EXPECT_EQ(own.architecture().blocks_per_stage, (std::vector<int>{1, 3, 4, 6, 6, 6}));
  EXPECT_EQ(own.architecture().convs_per_decoder_stage, (std::vector<int>{1, 1, 1, 1, 1}));
  EXPECT_EQ(own.architecture().features, standard.architecture().features);
  EXPECT_EQ(own.patch_size(), standard.patch_size());
  EXPECT_EQ(method.plan({}, own, {}, options).architecture().blocks_per_stage,
            own.architecture().blocks_per_stage)
      << "plans of nnU-Net's residual-encoder planners are taken as they are";
}

TEST(PlainUNet, PlansPlainConvolutionsOnResidualStages) {
  const Plan standard = plan_of(golden()["counts"][0], {64, 64, 64});
  Plan residual = standard;
  Architecture& a = residual.configuration.architecture;
  a.network_class = "ResidualEncoderUNet";
  a.blocks_per_stage = {1, 3, 4, 6, 6, 6};
  a.convs_per_decoder_stage = {1, 1, 1, 1, 1};
  const LoadedMethod method = load_method("plain_unet");
  const Options options = Options::from_json(Json::object(), method.description().options, "test");
  const Plan own = method.plan({}, residual, {}, options);
  EXPECT_EQ(own.architecture().network_class, "PlainConvUNet");
  EXPECT_EQ(own.architecture().blocks_per_stage, standard.architecture().blocks_per_stage);
  EXPECT_EQ(own.architecture().convs_per_decoder_stage,
            standard.architecture().convs_per_decoder_stage);
}

}  // namespace
}  // namespace voxarena
