// The steps of tracking: objects do not know each other, slices of one image serve all, sizes and
// weights that do not fit are refused.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/rand.h>
#include <torch/nn.h>

#include "tests/plugins/sam/sam2/golden.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

using testing::noise;
using testing::worst_difference;

class Sam2Tracking : public ::testing::Test {
 protected:
  const at::NoGradGuard no_grad_;
  std::unique_ptr<sam2::Sam2> network_ = testing::filled_sam2(testing::sam2_golden()["micro"][1]);
  sam2::Features features_ = sam2::encode_image(*network_, testing::sam2_image(*network_, 0));
};

sam2::Memory object(const sam2::Memory& memory, std::int64_t index) {
  return {memory.map.narrow(0, index, 1), memory.pointer.narrow(0, index, 1)};
}

TEST_F(Sam2Tracking, ObjectsDoNotKnowEachOther) {
  const at::Tensor masks = testing::sam2_masks(*network_);
  const auto track = [&](const sam2::Memory& memory) {
    return sam2::decode_frame(*network_, features_,
                              sam2::attend_memory(*network_, features_,
                                                  {.maps = {{memory.map}, {memory.map, 2}},
                                                   .pointers = {{memory.pointer, 3}}}));
  };
  const sam2::Memory all = sam2::remember(
      *network_, features_, sam2::frame_of_mask(*network_, features_, masks), sam2::Mask::given);
  const sam2::Frame together = track(all);
  EXPECT_EQ(together.logits.sizes().vec(), (std::vector<std::int64_t>{3, 1, 32, 32}));
  for (std::int64_t i = 0; i < 3; ++i) {
    const sam2::Frame alone = track(object(all, i));
    EXPECT_LE(worst_difference(alone.logits, together.logits.narrow(0, i, 1)), 1e-4);
    EXPECT_LE(worst_difference(alone.pointer, together.pointer.narrow(0, i, 1)), 1e-5);
  }
}

TEST_F(Sam2Tracking, AnEmptyMaskIsRememberedAsAbsence) {
  const sam2::Frame frame =
      sam2::frame_of_mask(*network_, features_, testing::sam2_masks(*network_).narrow(0, 2, 1));
  EXPECT_TRUE(at::equal(frame.pointer, network_->no_object_pointer));
  EXPECT_EQ(frame.score.item<float>(), -10);
  const at::Tensor map = sam2::remember(*network_, features_, frame, sam2::Mask::given).map;
  const at::Tensor present =
      sam2::encode_memory(*network_, features_, at::zeros({1, 1, 128, 128}), at::ones({1, 1}));
  EXPECT_LE(worst_difference(map - present, network_->no_object_code.view({1, -1, 1, 1})), 1e-5);
}

TEST_F(Sam2Tracking, OrderOfMemoriesDoesNotMatterButTheirTimeDoes) {
  const at::Tensor a = noise({1, 8, 8, 8}, 1), b = noise({1, 8, 8, 8}, 2);
  const auto attend = [&](std::vector<sam2::Recalled> maps) {
    return sam2::attend_memory(*network_, features_, {.maps = std::move(maps)});
  };
  EXPECT_LE(worst_difference(attend({{a, 1}, {b, 2}}), attend({{b, 2}, {a, 1}})), 1e-5);
  EXPECT_GT(worst_difference(attend({{a, 1}, {b, 2}}), attend({{a, 2}, {b, 1}})), 1e-3);
  EXPECT_THROW(attend({{a, 7}}), Error);
}

// Without gradients, values are projected after the sum over memories.
TEST_F(Sam2Tracking, AttentionIsTheSameWithGradients) {
  const sam2::Recollection recollection{
      .maps = {{noise({2, 8, 8, 8}, 1)}, {noise({2, 8, 8, 8}, 2), 3}},
      .pointers = {{noise({2, 32}, 3), 1}}};
  const at::Tensor without = sam2::attend_memory(*network_, features_, recollection);
  const at::AutoGradMode gradients(true);
  const at::Tensor with = sam2::attend_memory(*network_, features_, recollection);
  EXPECT_TRUE(with.requires_grad());
  EXPECT_LE(worst_difference(with.detach(), without), 1e-5);
}

TEST_F(Sam2Tracking, MasksAreFittedAndOtherImageSizesRefused) {
  const at::Tensor mask = at::zeros({2, 1, 50, 37});
  mask.slice(2, 10, 30).slice(3, 5, 20).fill_(1);
  const at::Tensor fitted = sam2::fit_masks(mask, network_->config.image);
  EXPECT_EQ(fitted.sizes().vec(), (std::vector<std::int64_t>{2, 1, 128, 128}));
  EXPECT_NEAR(fitted.mean().item<double>(), mask.mean().item<double>(), 0.01);
  EXPECT_TRUE(at::equal(fitted, fitted.gt(0).to(at::kFloat)));
  EXPECT_THROW(sam2::encode_image(*network_, at::zeros({1, 3, 128, 96})), Error);
}

TEST(Sam2Config, SizesFollowTheImage) {
  const at::NoGradGuard no_grad;
  sam2::Config config = sam2::preset("micro", sam2::Release::v2_1);
  config.image = {96, 160};
  const sam2::Sam2 network(config);
  const sam2::Features features = sam2::encode_image(network, noise({2, 3, 96, 160}, 1));
  EXPECT_EQ(features.fine.sizes().vec(), (std::vector<std::int64_t>{2, 4, 24, 40}));
  EXPECT_EQ(features.middle.sizes().vec(), (std::vector<std::int64_t>{2, 8, 12, 20}));
  EXPECT_EQ(features.coarse.sizes().vec(), (std::vector<std::int64_t>{2, 32, 6, 10}));
  const sam2::Frame frame = sam2::frame_of_mask(network, features, at::zeros({2, 1, 96, 160}));
  const sam2::Memory memory = sam2::remember(network, features, frame, sam2::Mask::given);
  EXPECT_EQ(memory.map.sizes().vec(), (std::vector<std::int64_t>{2, 8, 6, 10}));
  const at::Tensor attended = sam2::attend_memory(
      network, features, {.maps = {{memory.map}}, .pointers = {{memory.pointer}}});
  const at::Tensor logits = sam2::decode_frame(network, features, attended).logits;
  EXPECT_EQ(sam2::full_logits(logits).sizes().vec(), (std::vector<std::int64_t>{2, 1, 96, 160}));

  config.image = {100, 128};
  EXPECT_THROW(sam2::Sam2{config}, Error);
  EXPECT_THROW(sam2::preset("huge", sam2::Release::v2_0), Error);
  EXPECT_THROW(sam2::recognise({}, "other.pt"), Error);
}

TEST(Sam2Positions, RotationsTurnWithColumnsThenRows) {
  const at::Tensor turns = sam2::rotations(16, {3, 5}, at::kFloat);
  EXPECT_EQ(turns.sizes().vec(), (std::vector<std::int64_t>{15, 8}));
  const at::Tensor x = noise({2, 30, 16}, 3), turned = sam2::rotate(x, turns);
  EXPECT_TRUE(at::equal(turned.select(1, 0), x.select(1, 0)));    // the first token stays,
  EXPECT_TRUE(at::equal(turned.select(1, 15), x.select(1, 15)));  // and that of the second map
  const at::Tensor change = (turned - x).abs().select(1, 1);      // x = 1, y = 0
  EXPECT_GT(change.narrow(1, 0, 8).max().item<double>(), 0.01);
  EXPECT_EQ(change.narrow(1, 8, 8).max().item<double>(), 0);
  EXPECT_NEAR(turned.square().sum().item<double>(), x.square().sum().item<double>(), 1e-4);
}

}  // namespace
}  // namespace voxarena
