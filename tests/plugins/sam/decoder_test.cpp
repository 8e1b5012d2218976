// Which image serves which prompt, and what methods may change in a decoder.
#include <gtest/gtest.h>
#include <torch/nn.h>

#include "plugins/sam/mask_decoder.h"
#include "plugins/sam/prompt_encoder.h"
#include "tests/plugins/sam/noise.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

using testing::fill;
using testing::noise;
using testing::worst_difference;

constexpr std::int64_t kDim = 16;

sam::DecoderConfig small_decoder() {
  sam::DecoderConfig config;
  config.dim = kDim;
  config.heads = 2;
  config.mlp = 32;
  config.mask_tokens = 3;
  config.upscaling = {8, 4};
  config.iou_hidden = 8;
  return config;
}

std::shared_ptr<sam::MaskDecoder> decoder(const sam::DecoderConfig& config = small_decoder()) {
  auto out = std::make_shared<sam::MaskDecoder>(config);
  fill(*out);
  return out;
}

sam::DecoderInput input(std::int64_t images, std::int64_t prompts) {
  return {.embedding = noise({images, kDim, 4, 3}, 100),
          .embedding_code = noise({1, kDim, 4, 3}, 101),
          .sparse = noise({prompts, 2, kDim}, 102),
          .dense = noise({1, kDim, 4, 3}, 103)};
}

class Scale : public sam::Adapter {
 public:
  explicit Scale(double factor) : factor_(factor) {}
  at::Tensor forward(const at::Tensor& x, const sam::Layout& layout) override {
    seen = layout;
    return x * factor_;
  }
  sam::Layout seen;

 private:
  double factor_;
};

TEST(MaskDecoder, ImagesServeTheirPromptsInARow) {
  const auto network = decoder();
  const sam::DecoderInput all = input(2, 6);
  const at::Tensor together = network->masks(network->forward(all));
  EXPECT_EQ(together.sizes().vec(), (std::vector<std::int64_t>{6, 3, 16, 12}));
  for (std::int64_t prompt = 0; prompt < 6; ++prompt) {
    sam::DecoderInput one = all;
    one.embedding = all.embedding.narrow(0, prompt / 3, 1);
    one.sparse = all.sparse.narrow(0, prompt, 1);
    EXPECT_LE(
        worst_difference(network->masks(network->forward(one)), together.narrow(0, prompt, 1)),
        1e-5);
  }
}

TEST(MaskDecoder, OnePromptServesABatchOfImages) {
  const auto network = decoder();
  sam::DecoderInput shared = input(3, 1), repeated = shared;
  repeated.sparse = shared.sparse.expand({3, -1, -1});
  EXPECT_LE(worst_difference(network->masks(network->forward(shared)),
                             network->masks(network->forward(repeated))),
            1e-6);
  EXPECT_THROW(network->forward(input(4, 6)), Error);
}

TEST(MaskDecoder, ReturnsTokensInTheirOrder) {
  const auto network = decoder();
  const sam::DecoderInput in = input(1, 2);
  const sam::Decoded out = network->forward(in);
  EXPECT_EQ(out.tokens.sizes().vec(), (std::vector<std::int64_t>{2, 1 + 3 + 2, kDim}));
  EXPECT_EQ(out.image.sizes().vec(), (std::vector<std::int64_t>{2, kDim, 4, 3}));
  EXPECT_EQ(out.upscaled.sizes().vec(), (std::vector<std::int64_t>{2, 4, 16, 12}));
  EXPECT_EQ(network->predicted_iou(out).sizes().vec(), (std::vector<std::int64_t>{2, 3}));
  EXPECT_LE(worst_difference(network->masks(out, 1, 1), network->masks(out).narrow(1, 1, 1)), 1e-6);
}

TEST(MaskDecoder, GrowsByAsManyStagesAsItHasChannels) {
  sam::DecoderConfig config = small_decoder();
  config.upscaling = {8, 8, 4, 2};
  const auto network = decoder(config);
  const sam::Decoded out = network->forward(input(1, 1));
  EXPECT_EQ(network->masks(out).sizes().vec(), (std::vector<std::int64_t>{1, 3, 64, 48}));
  EXPECT_TRUE(network->named_parameters().contains("output_upscaling.9.weight"));
}

TEST(MaskDecoder, SlotsSeeVolumesSlicesAndPrompts) {
  const auto network = decoder();
  sam::DecoderInput in = input(4, 12);
  in.depth = 2;
  const at::Tensor plain = network->forward(in).tokens;
  const auto silent = std::make_shared<Scale>(1.0);
  for (const std::int64_t i : {0, 1}) {
    sam::TwoWayBlock& layer = network->transformer().layer(i);
    for (sam::Slot* slot :
         {&layer.after_self_attention, &layer.after_token_to_image, &layer.after_image_to_token})
      slot->fill(silent);
    layer.beside_mlp.fill(std::make_shared<Scale>(0.0));
  }
  network->transformer().after_final_attention.fill(silent);
  EXPECT_TRUE(at::equal(network->forward(in).tokens, plain));
  EXPECT_EQ(silent->seen.volumes, 2);
  EXPECT_EQ(silent->seen.depth, 2);
  EXPECT_EQ(silent->seen.parts, 3);
  EXPECT_EQ(silent->seen.height, 4);
  EXPECT_EQ(silent->seen.width, 3);
  network->transformer().layer(1).beside_mlp.fill(std::make_shared<Scale>(0.5));
  EXPECT_GT(worst_difference(network->forward(in).tokens, plain), 1e-3);
}

// Each slot of a block, by what a block computes: a = norm1(x + self-attention(x)),
// b = norm2(a + token-to-image(a)), c = norm3(b + mlp(b)); the first block has no "x +".
TEST(MaskDecoder, SlotsOfABlockStandWhereTheirNamesSay) {
  const sam::Layout layout{.volumes = 1, .depth = 1, .parts = 2, .height = 4, .width = 3};
  const at::Tensor x = noise({2, 5, kDim}, 200), image = noise({2, 12, kDim}, 201);
  const sam::TwoWayTokens codes{noise({2, 5, kDim}, 202), noise({1, 12, kDim}, 203)};
  for (const bool first : {true, false}) {
    sam::TwoWayBlock block(small_decoder(), first);
    fill(block);
    const auto attention = [&](const at::Tensor& t) {
      const at::Tensor placed = first ? t : t + codes.tokens;
      return block.self_attn->forward(placed, placed, t, layout);
    };
    const auto attended = [&](const at::Tensor& t, const at::Tensor& change) {
      return block.norm1->forward(first ? change : t + change);
    };
    const auto from_image = [&](const at::Tensor& t) {
      return block.cross_attn_token_to_image->forward(t + codes.tokens, image + codes.image, image,
                                                      layout);
    };
    const auto after_image = [&](const at::Tensor& t) {
      return block.norm2->forward(t + from_image(t));
    };
    const auto after_mlp = [&](const at::Tensor& t) {
      return block.norm3->forward(t + block.mlp->forward(t));
    };
    const auto with = [&](sam::Slot& slot) {
      slot.fill(std::make_shared<Scale>(3.0));
      const at::Tensor y = block.forward({x, image}, codes, layout, {}).tokens;
      slot.clear();
      return y;
    };
    const auto expect = [](const at::Tensor& y, const at::Tensor& expected) {
      EXPECT_LE(worst_difference(y, expected), 1e-5);
    };
    const at::Tensor a = attended(x, attention(x)), b = after_image(a);
    expect(block.forward({x, image}, codes, layout, {}).tokens, after_mlp(b));
    expect(with(block.before_self_attention),
           after_mlp(after_image(attended(3 * x, attention(3 * x)))));
    expect(with(block.after_self_attention), after_mlp(after_image(attended(x, 3 * attention(x)))));
    expect(with(block.beside_self_attention),
           after_mlp(after_image(attended(x, attention(x) + 3 * x))));
    expect(with(block.after_token_to_image),
           after_mlp(block.norm2->forward(a + 3 * from_image(a))));
    expect(with(block.before_mlp), after_mlp(3 * b));
    expect(with(block.beside_mlp), block.norm3->forward(b + block.mlp->forward(b) + 3 * b));
  }
}

TEST(MaskDecoder, CanBeSteered) {
  const auto network = decoder();
  sam::DecoderInput in = input(1, 2);
  const at::Tensor plain = network->forward(in).tokens;
  const auto softmax = [](const at::Tensor& logits) { return at::softmax(logits, -1); };
  in.steering = {.token_to_image = softmax,
                 .image_to_token = softmax,
                 .token_offset = at::zeros({1, 1, kDim})};
  EXPECT_LE(worst_difference(network->forward(in).tokens, plain), 1e-5);

  // Tokens that see the first pixel only do not notice the others' content.
  in.steering.token_to_image = [](const at::Tensor& logits) {
    const at::Tensor weights = at::zeros_like(logits);
    weights.select(3, 0).fill_(1);
    return weights;
  };
  in.steering.image_to_token = [](const at::Tensor& logits) { return at::zeros_like(logits); };
  const at::Tensor focused = network->forward(in).tokens;
  in.embedding = in.embedding.clone();
  in.embedding.select(3, 2).fill_(7);
  EXPECT_TRUE(at::equal(network->forward(in).tokens, focused));
  EXPECT_GT(worst_difference(focused, plain), 1e-3);
}

TEST(PromptEncoder, ASmallerGridIsTheFramesCorner) {
  sam::PromptEncoder prompts({.dim = kDim, .frame = {64, 64}, .patch = 8, .mask_channels = 4});
  fill(prompts);
  const at::Tensor whole = prompts.grid_code({8, 8}), corner = prompts.grid_code({4, 3});
  EXPECT_TRUE(at::equal(corner, whole.narrow(2, 0, 4).narrow(3, 0, 3)));
  const sam::PromptEmbedding none = prompts.forward({}, {4, 3});
  EXPECT_EQ(none.sparse.sizes().vec(), (std::vector<std::int64_t>{1, 0, kDim}));
  EXPECT_EQ(none.dense.sizes().vec(), (std::vector<std::int64_t>{1, kDim, 4, 3}));
}

}  // namespace
}  // namespace voxarena
