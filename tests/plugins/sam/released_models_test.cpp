// Whole models at 1024 pixels against segment-anything (tests/golden/sam): tables of the larger
// ones, and embedding, low-resolution logits and predicted IoU for every kind of prompt.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <torch/nn.h>

#include "plugins/sam/low_rank.h"
#include "plugins/sam/predictor.h"
#include "tests/plugins/sam/golden.h"
#include "tests/plugins/sam/noise.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/picture_file.h"

namespace voxarena {
namespace {

using testing::expect_samples;
using testing::noise;
using testing::sam_golden;

TEST(SamTable, VitL) { testing::expect_table("vit_l"); }
TEST(SamTable, VitH) { testing::expect_table("vit_h"); }

at::Tensor numbers(const Json& json, at::ScalarType type) {
  if (json.is_number()) return at::full({}, json.get<double>(), at::kDouble).to(type);
  std::vector<at::Tensor> parts;
  for (const Json& part : json) parts.push_back(numbers(part, type));
  return at::stack(parts);
}

sam::Prompts prompts(const Json& json) {
  sam::Prompts out;
  if (json.contains("points")) {
    out.points = numbers(json["points"], at::kFloat);
    out.labels = numbers(json["labels"], at::kLong);
  }
  if (json.contains("boxes")) out.boxes = numbers(json["boxes"], at::kFloat);
  const std::int64_t count = out.boxes.defined() ? out.boxes.size(0) : 1;
  if (json.value("mask", false)) out.masks = 4 * noise({count, 1, 256, 256}, 1000);
  return out;
}

void expect_outputs(const Json& expected) {
  constexpr double kTolerance = 1e-4;
  const at::NoGradGuard no_grad;
  sam::Config config = sam::preset(expected["model"]);
  config.encoder.depth = expected["depth"];
  config.encoder.global_blocks = expected["global_blocks"].get<std::vector<std::int64_t>>();
  sam::Sam network(config);
  testing::fill(network);
  const at::Tensor image = noise({1, 3, 1024, 1024}, 999) * std::sqrt(12.0);
  const at::Tensor embedding = network.image_encoder->forward(image);
  expect_samples(embedding, expected["embedding"], kTolerance);
  for (const Json& example : expected["cases"]) {
    SCOPED_TRACE(example["prompt"].dump());
    const sam::Masks masks =
        network.predict(embedding, prompts(example["prompt"]), example["multimask"]);
    expect_samples(masks.logits, example["logits"], kTolerance);
    expect_samples(masks.iou, example["iou"], kTolerance);
  }
}

TEST(SamOutputs, VitBWhole) { expect_outputs(sam_golden()["outputs"][0]); }
TEST(SamOutputs, VitLOfTwoBlocks) { expect_outputs(sam_golden()["outputs"][1]); }
TEST(SamOutputs, VitHOfTwoBlocks) { expect_outputs(sam_golden()["outputs"][2]); }

// As SAMed trains them: deltas of rank 4 of all queries and values.
TEST(SamLowRank, MergesIntoVitB) {
  const at::NoGradGuard no_grad;
  sam::Config config = sam::preset("vit_b");
  config.encoder.position_fit = sam::PositionFit::interpolate;
  sam::ImageEncoder encoder(config.encoder);
  const auto attention = [&](std::int64_t i) -> sam::Attention& { return *encoder.block(i).attn; };
  for (std::int64_t i = 0; i < config.encoder.depth; ++i) {
    for (sam::Slot* slot : {&attention(i).query_delta, &attention(i).value_delta})
      slot->fill(std::make_shared<sam::LowRank>(config.encoder.dim, config.encoder.dim, 4));
  }
  const at::Tensor image = noise({1, 3, 512, 512}, 996) * std::sqrt(12.0);
  testing::fill(encoder);
  const at::Tensor unmerged = encoder.forward(image);
  for (std::int64_t i = 0; i < config.encoder.depth; ++i) sam::merge_low_rank(attention(i));
  EXPECT_LE(testing::worst_difference(encoder.forward(image), unmerged), 1e-5);
}

// The command, with a file of weights in the released form.
class SamCommand : public ::testing::Test {
 protected:
  SamCommand() {
    sam::Sam network(sam::preset("vit_b"));
    const at::NoGradGuard no_grad;
    testing::fill(network);
    write_safetensors(weights(), {.tensors = state_dict(network), .metadata = {}});
  }

  std::string weights() const { return path("vit_b.safetensors"); }
  std::string path(const char* name) const { return (folder_ / name).string(); }

  void run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"sam", "predict"});
    arguments.insert(arguments.end(), {"--weights", weights(), "--points", "12,8", "3,4,0"});
    const test::Outcome outcome = test::run_voxarena(arguments);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  // Of an image uint8 (3, H, W): int16 (1 or 3, H, W).
  at::Tensor expected_masks(const at::Tensor& photograph, bool multimask) const {
    sam::Predictor predictor = sam::open_predictor(weights(), "cpu");
    predictor.set_image(photograph);
    const sam::Masks masks =
        predictor.predict({.points = at::tensor({12.0F, 8.0F, 3.0F, 4.0F}).view({1, 2, 2}),
                           .labels = at::tensor({1, 0}).view({1, 2}),
                           .boxes = {},
                           .masks = {}},
                          multimask);
    return (masks.logits[0] > 0).to(at::kShort).contiguous();
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(SamCommand, SegmentsASliceOfAVolume) {
  Image volume{Volume<float>(1, {3, 20, 30}), {}};
  const at::Tensor values = noise({3, 20, 30}, 997);
  std::copy_n(values.const_data_ptr<float>(), values.numel(), volume.voxels.values.begin());
  write_image(path("image.nii.gz"), volume);
  run({path("image.nii.gz"), path("mask.nii.gz"), "--slice", "1", "--multimask", "--window",
       "-0.5,0.5"});
  const at::Tensor grey = ((values[1] + 0.5F) * 255.0).round().to(at::kByte);
  const at::Tensor masks = expected_masks(grey.unsqueeze(0).expand({3, 20, 30}), true);
  for (std::int64_t i = 0; i < 3; ++i) {
    const LabelImage label = read_label(path(fmt::format("mask_{}.nii.gz", i + 1).c_str()));
    const auto* inside = masks[i].const_data_ptr<std::int16_t>();
    EXPECT_TRUE(std::equal(inside, inside + 600, label.voxels.values.begin() + 600));
    EXPECT_EQ(std::count(label.voxels.values.begin(), label.voxels.values.end(), 1),
              masks[i].sum().item<std::int64_t>());  // nothing in the other slices
  }
}

// Bytes are what SAM sees: no window is chosen for them, however few of their values are used.
TEST_F(SamCommand, SegmentsPicturesAsTheyAre) {
  for (const std::int64_t channels : {1, 3}) {
    const at::Tensor photo =
        (noise({channels, 20, 30}, 998) * 60 + 100).round().to(at::kByte).contiguous();
    Volume<std::uint8_t> pixels(channels, {1, 20, 30});
    std::copy_n(photo.const_data_ptr<std::uint8_t>(), photo.numel(), pixels.values.begin());
    write_png(path("photo.png"), pixels);
    run({path("photo.png"), path("mask.png")});
    const at::Tensor mask = expected_masks(photo.expand({3, 20, 30}), false);
    const Picture written = read_picture(path("mask.png"));
    const auto* inside = mask.const_data_ptr<std::int16_t>();
    ASSERT_EQ(written.image.voxels.values.size(), 600U);
    for (std::size_t i = 0; i < 600; ++i)
      ASSERT_EQ(written.image.voxels.values[i], inside[i] == 1 ? 255 : 0) << i;
  }
}

}  // namespace
}  // namespace voxarena
