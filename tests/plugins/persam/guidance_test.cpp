// PerSAM's steps: targets, similarity, and masks from a network with weights by a formula.
#include "plugins/persam/guidance.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <torch/nn.h>

#include "plugins/sam/sam.h"
#include "tests/plugins/sam/golden.h"
#include "tests/plugins/sam/noise.h"

namespace voxarena {
namespace {

using testing::noise;
using testing::worst_difference;
using Sizes = std::vector<std::int64_t>;

class PerSamGuidance : public ::testing::Test {
 protected:
  PerSamGuidance() { testing::fill(network_); }

  // Half a slice is bright.
  at::Tensor slice(std::int64_t stream) const {
    at::Tensor values = noise({1, 40, 60}, stream);
    values.slice(2, 0, 30) += 3;
    return values;
  }
  static at::Tensor left() {
    at::Tensor mask = at::zeros({40, 60});
    mask.slice(1, 0, 30).fill_(1);
    return mask;
  }

  const at::NoGradGuard no_grad_;
  sam::Sam network_{sam::mini({128, 128}, 16)};
};

TEST_F(PerSamGuidance, TheLongerSideFillsTheFrame) {
  const persam::EncodedSlice encoded = persam::encode_slice(network_, slice(1));
  EXPECT_EQ(encoded.embedding.sizes().vec(), (Sizes{1, 128, 8, 8}));
  EXPECT_EQ(encoded.slice, (sam::Extent{40, 60}));
  EXPECT_EQ(encoded.scaled, (sam::Extent{85, 128}));
}

TEST_F(PerSamGuidance, TargetsAreMeansUnderTheMask) {
  const persam::EncodedSlice encoded = persam::encode_slice(network_, slice(1));
  // Rows of 16 pixels: five are covered whole, the sixth by 5 of 16.
  const at::Tensor expected = encoded.embedding[0].slice(1, 0, 5).slice(2, 0, 4).flatten(1).mean(1);
  EXPECT_LE(worst_difference(persam::target_of(network_, encoded, left()), expected), 1e-5);
  // One pixel in token (2, 5) covers no token by half.
  at::Tensor pixel = at::zeros({40, 60});
  pixel[18][40] = 1;
  EXPECT_LE(worst_difference(persam::target_of(network_, encoded, pixel),
                             encoded.embedding[0].select(1, 2).select(1, 5)),
            1e-6);
}

TEST_F(PerSamGuidance, WhatTheTargetComesFromIsMostLikeIt) {
  const persam::EncodedSlice encoded = persam::encode_slice(network_, slice(1));
  at::Tensor pixel = at::zeros({40, 60});
  pixel[18][40] = 1;
  const at::Tensor map = persam::similarity(encoded, persam::target_of(network_, encoded, pixel));
  EXPECT_EQ(map.sizes().vec(), (Sizes{8, 8}));
  EXPECT_EQ(map.argmax().item<std::int64_t>(), 2 * 8 + 5);
  EXPECT_NEAR(map.max().item<double>(), 1, 1e-5);
}

TEST_F(PerSamGuidance, MasksHaveTheSlicesSizeAndFollowTheTarget) {
  const persam::EncodedSlice encoded = persam::encode_slice(network_, slice(2));
  const at::Tensor target = persam::target_of(network_, encoded, left()),
                   other = persam::target_of(network_, encoded, 1 - left());
  for (const std::int64_t refinements : {0, 1, 2}) {
    const at::Tensor logits = persam::segment_slice(network_, encoded, target, refinements);
    EXPECT_EQ(logits.sizes().vec(), (Sizes{40, 60}));
    EXPECT_GT(
        worst_difference(logits, persam::segment_slice(network_, encoded, other, refinements)),
        1e-4);
  }
}

// tests/golden/persam: the package segment-anything, its transformer steered as the released code.
TEST_F(PerSamGuidance, AgreesWithASecondImplementation) {
  const Json expected = read_json(VOXARENA_SOURCE_DIR "/tests/golden/persam/persam.json");
  const persam::EncodedSlice encoded = persam::encode_slice(network_, slice(1));
  const at::Tensor target = persam::target_of(network_, encoded, left());
  testing::expect_samples(target, expected["target"], 1e-4);
  testing::expect_samples(persam::similarity(encoded, target), expected["similarity"], 1e-5);
  for (const std::int64_t refinements : {0, 1, 2}) {
    testing::expect_samples(persam::segment_slice(network_, encoded, target, refinements),
                            expected["refinements"][static_cast<std::size_t>(refinements)], 1e-3);
  }
}

}  // namespace
}  // namespace voxarena
