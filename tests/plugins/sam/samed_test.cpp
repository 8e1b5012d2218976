// SAMed: which parameters learn, and its ways through slices and volumes.
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/nn.h>

#include <nlohmann/json.hpp>

#include "tests/plugins/sam/noise.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/error.h"
#include "voxarena/plugin/registry.h"
#include "voxarena/weights/trainable.h"

namespace voxarena {
namespace {

using testing::noise;
using Sizes = std::vector<std::int64_t>;

Plan plan_of(Sizes patch, std::int64_t channels = 1, std::int64_t classes = 9) {
  Plan plan;
  plan.channels = channels;
  plan.classes = classes;
  plan.configuration.patch_size = std::move(patch);
  return plan;
}

std::unique_ptr<Model> create(const Plan& plan, const Json& given = Json::object()) {
  const LoadedMethod method = load_method("samed");
  at::manual_seed(1);
  return method.create(plan, Options::from_json(given, method.description().options, "test"));
}

TEST(Samed, TrainsDeltasAndTheDecoderOfVitB) {
  const auto model = create(plan_of({224, 224}), {{"encoder", "vit_b"}, {"weights", "random"}});
  std::int64_t deltas = 0, encoder = 0, decoder = 0;
  for (const auto& parameter : model->module().named_parameters()) {
    if (!parameter.value().requires_grad()) continue;
    const std::int64_t count = parameter.value().numel();
    if (matches(parameter.key(), "*_delta.*")) {
      deltas += count;
    } else if (matches(parameter.key(), "sam.image_encoder.*")) {
      encoder += count;
    } else {
      decoder += count;
    }
  }
  EXPECT_EQ(deltas, 147'456);
  EXPECT_EQ(encoder, 0);
  // SAM's decoder has 4,058,340 parameters. Nine tokens instead of four add five of 256 and five
  // networks of 2 · 256 · 257 + 32 · 257; the head of the predicted IoU, which gets no gradient,
  // and all prompts but "no mask" go.
  EXPECT_EQ(decoder,
            4'058'340 + 5 * (256 + 2 * 256 * 257 + 32 * 257) - (2 * 256 * 257 + 4 * 257) + 256);
}

TEST(Samed, RefusesToRunWithoutWeights) {
  try {
    create(plan_of({64, 64}), {{"encoder", "vit_b"}});
    FAIL() << "no weights, no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("needs pre-trained SAM weights"), std::string::npos);
    EXPECT_NE(error.hint().find("random"), std::string::npos);
  }
}

TEST(Samed, TakesEverythingButTheClassesFromAFile) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "weights.safetensors";
  const auto first = create(plan_of({32, 24}, 1, 3));
  TensorMap released;
  for (const auto& [name, tensor] : state_dict(first->module())) {
    if (!matches(name, "*_delta.*")) released[name.substr(std::string("sam.").size())] = tensor;
  }
  write_safetensors(path, {.tensors = released, .metadata = {}});
  at::manual_seed(2);
  const auto second = create(plan_of({32, 24}, 1, 5), {{"weights", path.string()}});
  const TensorMap loaded = state_dict(second->module());
  const auto same = [&](const std::string& name) {
    return at::equal(loaded.at("sam." + name), released.at(name));
  };
  EXPECT_TRUE(same("image_encoder.pos_embed"));
  EXPECT_TRUE(same("prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"));
  EXPECT_EQ(loaded.at("sam.mask_decoder.mask_tokens.weight").size(0), 5);

  released.erase("image_encoder.pos_embed");
  write_safetensors(path, {.tensors = released, .metadata = {}});
  EXPECT_THROW(create(plan_of({32, 24}, 1, 5), {{"weights", path.string()}}), Error);
}

TEST(Samed, SegmentsAVolumeSliceBySlice) {
  const at::NoGradGuard no_grad;
  const auto volumes = create(plan_of({5, 30, 26}, 2, 3)), slices = create(plan_of({30, 26}, 2, 3));
  const at::Tensor image = noise({2, 2, 5, 30, 26}, 0);
  const at::Tensor logits = volumes->predict(image);
  EXPECT_EQ(logits.sizes().vec(), (Sizes{2, 3, 5, 30, 26}));
  EXPECT_LE(testing::worst_difference(logits.select(2, 4), slices->predict(image.select(2, 4))),
            1e-5);
}

TEST(Samed, LearnsOneBatchByHeart) {
  const auto model = create(plan_of({3, 30, 26}, 1, 3));
  Batch batch;
  batch.image = noise({2, 1, 3, 30, 26}, 0);
  batch.target = at::zeros({2, 3, 30, 26}, at::kLong);
  batch.target.narrow(2, 5, 12).fill_(1);
  batch.target.narrow(3, 15, 8).fill_(2);
  batch.image += batch.target.unsqueeze(1);
  model->module().train();
  std::vector<at::Tensor> trained;
  for (const at::Tensor& p : model->module().parameters()) {
    if (p.requires_grad()) trained.push_back(p);
  }
  torch::optim::AdamW optimizer(trained, torch::optim::AdamWOptions(2e-3));
  const double before = model->loss(batch).total.item<double>();
  for (int step = 0; step < 30; ++step) {
    optimizer.zero_grad();
    model->loss(batch).total.backward();
    optimizer.step();
  }
  for (const at::Tensor& p : trained) EXPECT_TRUE(p.grad().defined());
  EXPECT_LT(model->loss(batch).total.item<double>(), 0.5 * before);
}

TEST(Samed, CutsPatchesOfVolumesForALargeEncoder) {
  const LoadedMethod method = load_method("samed");
  Plan standard = plan_of({40, 56, 40});
  standard.configuration.batch_size = 2;
  const auto planned = [&](const Json& given) {
    return method.plan({}, standard, {},
                       Options::from_json(given, method.description().options, "test"));
  };
  EXPECT_EQ(planned({{"encoder", "vit_b"}, {"weights", "random"}}).patch_size(),
            (Sizes{6, 56, 40}));
  EXPECT_THROW(planned({{"encoder", "vit_b"}}), Error);  // said before anything is trained
  EXPECT_EQ(planned(Json::object()).patch_size(), standard.patch_size());
}

}  // namespace
}  // namespace voxarena
