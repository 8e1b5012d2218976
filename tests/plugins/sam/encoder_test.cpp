// Sizes of images, steps, and the places where methods put adapters.
#include <gtest/gtest.h>
#include <torch/nn.h>

#include "plugins/sam/low_rank.h"
#include "plugins/sam/prompt_encoder.h"
#include "tests/plugins/sam/noise.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

using testing::fill;
using testing::noise;
using testing::worst_difference;

constexpr std::int64_t kPatch = 4, kTokenDim = 12;

sam::EncoderConfig small_encoder() {
  sam::EncoderConfig config;
  config.image = {32, 24};  // a grid of 8 x 6 tokens
  config.patch = kPatch;
  config.channels = 1;
  config.dim = kTokenDim;
  config.depth = 2;
  config.heads = 2;
  config.out_channels = 8;
  config.window = 4;
  config.global_blocks = {1};
  return config;
}

std::shared_ptr<sam::ImageEncoder> encoder(const sam::EncoderConfig& config) {
  auto out = std::make_shared<sam::ImageEncoder>(config);
  fill(*out);
  return out;
}

// Multiplies by a number and remembers what it saw.
class Probe : public sam::Adapter {
 public:
  explicit Probe(double factor) : factor_(register_parameter("factor", at::full({1}, factor))) {}
  at::Tensor forward(const at::Tensor& x, const sam::Layout& layout) override {
    seen = layout;
    size = x.sizes().vec();
    return x * factor_;
  }
  sam::Layout seen;
  std::vector<std::int64_t> size;

 private:
  at::Tensor factor_;
};

TEST(ImageEncoder, RefusesAnotherGridUnlessToldHowToFit) {
  const at::Tensor image = noise({1, 1, 16, 24}, 0);
  EXPECT_THROW(encoder(small_encoder())->forward(image), Error);
  EXPECT_THROW(encoder(small_encoder())->forward(noise({1, 1, 30, 24}, 0)), Error);
  for (const auto fit : {sam::PositionFit::crop, sam::PositionFit::interpolate}) {
    sam::EncoderConfig config = small_encoder();
    config.position_fit = fit;
    EXPECT_EQ(encoder(config)->forward(image).sizes().vec(),
              (std::vector<std::int64_t>{1, 8, 4, 6}));
  }
}

TEST(ImageEncoder, CropsThePositionTableToItsTopLeftCorner) {
  sam::EncoderConfig config = small_encoder();
  config.position_fit = sam::PositionFit::crop;
  const auto cropping = encoder(config);
  const at::Tensor image = noise({1, 1, 32, 24}, 0);
  const at::Tensor whole = cropping->embed(image);
  const at::Tensor corner = cropping->embed(image.narrow(2, 0, 16).narrow(3, 0, 12));
  EXPECT_LE(worst_difference(corner, whole.narrow(1, 0, 4).narrow(2, 0, 3)), 1e-6);
  EXPECT_THROW(cropping->embed(noise({1, 1, 36, 24}, 0)), Error);
}

TEST(ImageEncoder, StepsGiveWhatForwardGives) {
  const auto network = encoder(small_encoder());
  const at::Tensor image = noise({2, 1, 32, 24}, 0);
  const auto [embedding, taps] = network->forward_taps(image, {0, 1});
  at::Tensor tokens = network->run(network->embed(image), 0, 1);
  EXPECT_TRUE(at::equal(taps.at(0), tokens));
  tokens = network->run(tokens, 1, 2);
  EXPECT_TRUE(at::equal(taps.at(1), tokens));
  EXPECT_TRUE(at::equal(embedding, network->neck(tokens)));
  EXPECT_TRUE(at::equal(embedding, network->forward(image)));
}

// The zeros that fill a window up stay zeros under a norm without bias, whichever comes first.
TEST(ImageEncoder, MayPartitionBeforeTheNorm) {
  sam::EncoderConfig released = small_encoder();
  released.partition_before_norm = true;
  const auto ours = encoder(small_encoder()), theirs = encoder(released);
  const at::Tensor image = noise({1, 1, 32, 24}, 0);
  EXPECT_GT(worst_difference(ours->forward(image), theirs->forward(image)), 1e-3);
  for (const auto& network : {ours, theirs}) {
    const at::NoGradGuard no_grad;
    network->named_parameters()["blocks.0.norm1.bias"].zero_();
  }
  EXPECT_LE(worst_difference(ours->forward(image), theirs->forward(image)), 1e-6);
}

TEST(Slots, TellAdaptersHowSlicesAndWindowsAreFolded) {
  const auto network = encoder(small_encoder());
  const auto inside = std::make_shared<Probe>(1.0), outside = std::make_shared<Probe>(0.0);
  network->block(0).after_attention.fill(inside);
  network->block(0).beside_mlp.fill(outside);
  const at::Tensor image = noise({6, 1, 32, 24}, 0);
  const at::Tensor adapted = network->forward(image, 3);
  EXPECT_EQ(inside->size, (std::vector<std::int64_t>{6 * 4, 4, 4, kTokenDim}));
  EXPECT_EQ(inside->seen.volumes, 2);
  EXPECT_EQ(inside->seen.depth, 3);
  EXPECT_EQ(inside->seen.parts, 4);
  EXPECT_EQ(outside->size, (std::vector<std::int64_t>{6, 8, 6, kTokenDim}));
  EXPECT_EQ(outside->seen.parts, 1);
  EXPECT_TRUE(network->named_parameters().contains("blocks.0.after_attention.factor"));

  network->block(0).after_attention.clear();
  network->block(0).beside_mlp.clear();
  EXPECT_FALSE(network->named_parameters().contains("blocks.0.after_attention.factor"));
  EXPECT_LE(worst_difference(network->forward(image, 3), adapted), 1e-6);
  EXPECT_THROW(network->forward(image, 4), Error);
}

// Each slot of a block, by what a block computes: a = x + attention(x), y = a + mlp(norm2(a)).
TEST(Slots, StandWhereTheirNamesSay) {
  const sam::EncoderConfig config = small_encoder();
  const sam::Layout layout{.volumes = 1, .depth = 1, .parts = 1, .height = 8, .width = 6};
  const at::Tensor x = noise({1, 8, 6, kTokenDim}, 0);
  sam::Block block(config, 1);
  fill(block);
  const auto attention = [&](const at::Tensor& t) {
    return block.attn->forward(block.norm1->forward(t), layout);
  };
  const auto mlp = [&](const at::Tensor& t) { return block.mlp->forward(block.norm2->forward(t)); };
  const at::Tensor after = x + attention(x);
  const auto with = [&](sam::Slot& slot) {
    slot.fill(std::make_shared<Probe>(3.0));
    const at::Tensor y = block.forward(x, layout);
    slot.clear();
    return y;
  };
  const auto expect = [](const at::Tensor& y, const at::Tensor& sum, const at::Tensor& change) {
    EXPECT_LE(worst_difference(y, sum + change), 1e-5);
  };
  expect(block.forward(x, layout), after, mlp(after));
  const at::Tensor tripled = 3 * x + attention(3 * x);
  expect(with(block.before_attention), tripled, mlp(tripled));
  const at::Tensor replaced = x + 3 * block.norm1->forward(x);
  expect(with(block.instead_of_attention), replaced, mlp(replaced));
  const at::Tensor more = x + 3 * attention(x);
  expect(with(block.after_attention), more, mlp(more));
  const at::Tensor beside = after + 3 * block.norm1->forward(x);
  expect(with(block.beside_attention), beside, mlp(beside));
  expect(with(block.before_mlp), 3 * after, mlp(3 * after));
  expect(with(block.beside_mlp), after, mlp(after) + 3 * block.norm2->forward(after));
}

TEST(Layout, GathersTheSlicesOfAPart) {
  const sam::Layout layout{.volumes = 2, .depth = 3, .parts = 2};
  const at::Tensor x = at::arange(12).view({12, 1});
  const at::Tensor gathered = sam::gather_depth(x, layout);
  EXPECT_EQ(gathered.sizes().vec(), (std::vector<std::int64_t>{4, 3, 1}));
  EXPECT_TRUE(at::equal(gathered.select(2, 0),
                        torch::tensor({{0, 2, 4}, {1, 3, 5}, {6, 8, 10}, {7, 9, 11}})));
  EXPECT_TRUE(at::equal(sam::scatter_depth(gathered, layout), x));
}

TEST(LowRank, StartsSilentAndMergesExactly) {
  const auto network = encoder(small_encoder());
  const at::Tensor image = noise({1, 1, 32, 24}, 0);
  const at::Tensor plain = network->forward(image);
  for (const std::int64_t i : {0, 1}) {
    sam::Attention& attention = *network->block(i).attn;
    attention.query_delta.fill(std::make_shared<sam::LowRank>(kTokenDim, kTokenDim, 2));
    attention.value_delta.fill(std::make_shared<sam::LowRank>(kTokenDim, kTokenDim, 2));
  }
  EXPECT_LE(worst_difference(network->forward(image), plain), 1e-6);
  fill(*network);
  const at::Tensor adapted = network->forward(image);
  EXPECT_GT(worst_difference(adapted, plain), 1e-2);
  for (const std::int64_t i : {0, 1}) sam::merge_low_rank(*network->block(i).attn);
  EXPECT_EQ(network->named_parameters().find("blocks.0.attn.query_delta.up.weight"), nullptr);
  EXPECT_LE(worst_difference(network->forward(image), adapted), 1e-5);

  network->block(0).attn->key_delta.fill(std::make_shared<Probe>(1.0));
  EXPECT_THROW(sam::merge_low_rank(*network->block(0).attn), Error);
}

}  // namespace
}  // namespace voxarena
