#include "training/one_hot_transforms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "tests/training/golden_inputs.h"

namespace voxarena {
namespace {

constexpr Extent kStage = {9, 14, 13};

// previous_stage() of make.py.
Volume<std::int16_t> previous_stage() {
  Volume<std::int16_t> labels(1, kStage);
  for (std::int64_t z = 0; z < kStage[0]; ++z) {
    for (std::int64_t y = 0; y < kStage[1]; ++y) {
      for (std::int64_t x = 0; x < kStage[2]; ++x) {
        std::int16_t& label = labels.at(0, z, y, x);
        label = static_cast<std::int16_t>((x + 2 * z) % 9 > 4 ? 3 : (y % 7 > 2 ? 2 : 0));
        if ((z * 37 + y * 101 + x * 53 + z * y * 7) % 97 < 8) label = 1;
        if (z == 0 && y < 2) label = -1;
      }
    }
  }
  return labels;
}

std::vector<Mask> three_channels() { return one_hot(previous_stage().values.data(), kStage, 3); }

// The label of each voxel as a digit; channels must not overlap.
std::string as_labels(const std::vector<Mask>& channels) {
  std::string out(channels.front().size(), '0');
  for (std::size_t k = 0; k < channels.size(); ++k) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (channels[k][i] == 0) continue;
      EXPECT_EQ(out[i], '0') << "voxel " << i << " has two labels";
      out[i] = static_cast<char>('1' + k);
    }
  }
  return out;
}

TEST(OneHot, ChannelsAreLabelsInOrder) {
  EXPECT_EQ(as_labels(three_channels()), golden()["one_hot"].get<std::string>());
}

TEST(Ball, RadiiNeedNotBeWhole) {
  const auto count = [](double radius) {
    std::int64_t voxels = 0;
    for (const Ball::Span& row : make_ball(radius).rows) voxels += row.last - row.first + 1;
    return voxels;
  };
  EXPECT_EQ(count(1), 7);
  EXPECT_EQ(count(2), 33);
  EXPECT_EQ(count(1.5), 8);  // four points an axis: the two outer ones are too far in every row
}

TEST(BinaryOperators, MatchBatchgenerators) {
  const std::map<std::string, BinaryOperator> operators{{"dilation", BinaryOperator::dilation},
                                                        {"erosion", BinaryOperator::erosion},
                                                        {"closing", BinaryOperator::closing},
                                                        {"opening", BinaryOperator::opening}};
  for (const auto& expected : golden()["binary_operators"]) {
    SCOPED_TRACE(expected["operations"].dump());
    std::vector<Mask> channels = three_channels();
    for (const auto& operation : expected["operations"])
      apply_operation({operation[0], operators.at(operation[1]), operation[2]}, kStage, channels);
    EXPECT_EQ(as_labels(channels), expected["labels"].get<std::string>());
  }
}

TEST(RemovedComponents, MatchBatchgenerators) {
  for (const auto& expected : golden()["removed_components"]) {
    SCOPED_TRACE(expected["removals"].dump());
    std::vector<Mask> channels = three_channels();
    for (const auto& removal : expected["removals"])
      remove_component({removal[0], removal[1]}, expected["largest"], kStage, channels);
    EXPECT_EQ(as_labels(channels), expected["labels"].get<std::string>());
  }
}

TEST(RemovedComponents, NothingIsRemovedWhereAllAreTooLarge) {
  std::vector<Mask> channels = {Mask(8, 1), Mask(8)};
  remove_component({0, 0.5}, 0.15, {2, 2, 2}, channels);
  remove_component({1, 0.5}, 0.15, {2, 2, 2}, channels);
  EXPECT_EQ(channels, (std::vector<Mask>{Mask(8, 1), Mask(8)}));
}

TEST(OneHotDraw, HappensAsOftenAsNnunetSays) {
  const Augmentation augmentation = nnunet_augmentation({32, 32, 32}, 3, {});
  constexpr int kSamples = 4000;
  int operators = 0, operations = 0, removers = 0, removals = 0;
  std::map<BinaryOperator, int> kinds;
  for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
    const OneHotDraw draw = draw_one_hot(augmentation, 4, {1, 0, 0, 7, sample});
    operators += draw.operations.empty() ? 0 : 1;
    operations += static_cast<int>(draw.operations.size());
    removers += draw.removals.empty() ? 0 : 1;
    removals += static_cast<int>(draw.removals.size());
    for (const OneHotDraw::Operation& operation : draw.operations) {
      ++kinds[operation.what];
      EXPECT_GE(operation.radius, 1);
      EXPECT_LT(operation.radius, 8);
      EXPECT_LT(operation.channel, 4U);
    }
  }
  // None of four labels is chosen once in 16 times.
  EXPECT_NEAR(operators, 0.4 * 15 / 16 * kSamples, 120);
  EXPECT_NEAR(operations, 0.4 * 2 * kSamples, 300);
  EXPECT_NEAR(removers, 0.2 * 15 / 16 * kSamples, 100);
  EXPECT_NEAR(removals, 0.2 * 2 * kSamples, 250);
  EXPECT_EQ(kinds.size(), 4U);
  for (const auto& [what, count] : kinds) EXPECT_NEAR(count, operations / 4.0, 150);
}

TEST(WriteOneHot, MirrorsAndCorruptsWhatGoesIntoTheBatch) {
  const Volume<std::int16_t> labels = previous_stage();
  const std::int64_t count = voxels(kStage);
  std::vector<float> plain(static_cast<std::size_t>(3 * count)), mirrored = plain, grown = plain;
  write_one_hot(labels.channel(0), kStage, 3, {}, {}, 0.15, plain.data());
  write_one_hot(labels.channel(0), kStage, 3, {true, false, true}, {}, 0.15, mirrored.data());
  const OneHotDraw draw{.operations = {{0, BinaryOperator::dilation, 1}}, .removals = {}};
  write_one_hot(labels.channel(0), kStage, 3, {}, draw, 0.15, grown.data());
  const Volume<float> view = [&] {
    Volume<float> volume(3, kStage);
    volume.values = plain;
    return volume;
  }();
  for (std::int64_t z = 0; z < kStage[0]; ++z) {
    EXPECT_EQ(mirrored[view.offset(2, z, 3, 4)], view.at(2, kStage[0] - 1 - z, 3, kStage[2] - 5));
  }
  const auto ones = [&](const std::vector<float>& values, std::int64_t channel) {
    return std::count(values.begin() + channel * count, values.begin() + (channel + 1) * count,
                      1.0F);
  };
  EXPECT_EQ(ones(mirrored, 1), ones(plain, 1));
  EXPECT_GT(ones(grown, 0), ones(plain, 0));
  EXPECT_LT(ones(grown, 1), ones(plain, 1));
}

}  // namespace
}  // namespace voxarena
