#include "inference/export.h"

#include <gtest/gtest.h>

#include "inference/probabilities.h"
#include "tests/inference/fixtures.h"
#include "tests/support/expect_error.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

using testing::golden;
using testing::noise;

Labels plain_labels(int heads) {
  Json json = {{"labels", {{"background", 0}}}};
  for (int i = 1; i < heads; ++i) json["labels"]["organ" + std::to_string(i)] = i;
  return Labels::from_dataset_json(json, "test");
}

Labels region_labels() {
  const Json json = {{"labels", {{"background", 0}, {"whole", {1, 2}}, {"core", 2}}},
                     {"regions_class_order", {1, 2}}};
  return Labels::from_dataset_json(json, "test");
}

// A case whose logits have `size` voxels of 1 mm and need no resampling, cropping or transposition.
CaseProperties untouched(const Extent& size) {
  CaseProperties properties;
  properties.shape_before_cropping = properties.shape_after_cropping = size;
  properties.crop = {{0, 0, 0}, size};
  return properties;
}

Configuration fullres(const std::vector<double>& spacing) {
  Configuration configuration;
  configuration.spacing = spacing;
  configuration.patch_size.assign(spacing.size(), 4);
  return configuration;
}

// An entry of the golden file.
struct GoldenExport {
  explicit GoldenExport(const Json& one)
      : shape(one["logits"].get<std::array<std::int64_t, 4>>()),
        logits(noise(shape[0], {shape[1], shape[2], shape[3]})),
        configuration(fullres(one["spacing"])),
        labels(one["regions"].get<bool>() ? region_labels()
                                          : plain_labels(static_cast<int>(shape[0]))) {
    properties.shape_after_cropping = one["shape"];
    properties.shape_before_cropping = one["before"];
    properties.crop.lo = one["lo"];
    for (std::size_t i = 0; i < 3; ++i) {
      properties.crop.hi[i] = properties.crop.lo[i] + properties.shape_after_cropping[i];
    }
    plans.transpose_forward = one["forward"];
    const auto spacing = one["original"].get<Spacing>();  // transposed
    for (std::size_t i = 0; i < 3; ++i) {
      const auto axis = static_cast<std::size_t>(plans.transpose_forward[i]);
      properties.geometry.spacing[axis] = spacing[i];
    }
  }

  std::array<std::int64_t, 4> shape;
  Volume<float> logits;
  CaseProperties properties;
  Plans plans;
  Configuration configuration;
  Labels labels;
};

TEST(Export, LabelsAreNnunetsForEveryGeometry) {
  for (const auto& one : golden()["exports"]) {
    const GoldenExport given(one);
    for (const int threads : {1, 2}) {
      const LabelImage result = export_labels(given.logits, given.properties, given.plans,
                                              given.configuration, given.labels, threads);
      EXPECT_EQ(result.voxels.size, one["size"].get<Extent>()) << one["name"];
      std::string digits;
      for (const auto value : result.voxels.values) digits += std::to_string(value);
      EXPECT_EQ(digits, one["labels"].get<std::string>()) << one["name"];
    }
  }
}

TEST(Export, ProbabilitiesAreNnunetsForEveryGeometry) {
  for (const auto& one : golden()["exports"]) {
    const GoldenExport given(one);
    const Volume<float> result = export_probabilities(given.logits, given.properties, given.plans,
                                                      given.configuration, given.labels, 2);
    EXPECT_EQ(result.size, one["size"].get<Extent>()) << one["name"];
    const auto expected = one["probabilities"].get<std::vector<double>>();
    const auto stride = one["stride"].get<std::size_t>();
    ASSERT_EQ(expected.size(), (result.values.size() + stride - 1) / stride) << one["name"];
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(result.values[i * stride], expected[i], 1e-6) << one["name"] << " " << i;
    std::string digits;
    for (const auto value : most_likely_labels(result, given.labels, 2).values)
      digits += std::to_string(value);
    EXPECT_EQ(digits, one["labels"].get<std::string>()) << one["name"];
  }
}

TEST(Export, ProbabilitiesOfOtherClassesAreRefused) {
  EXPECT_INPUT_ERROR(most_likely_labels(noise(4, {2, 2, 2}), plain_labels(3)),
                     "probabilities are of 4 classes, the data set has 3");
}

TEST(Export, TheLowestOfEqualClassesWins) {
  const Volume<float> logits(3, {2, 2, 2}, 0.25F);
  const auto result =
      export_labels(logits, untouched({2, 2, 2}), Plans{}, fullres({1, 1, 1}), plain_labels(3));
  EXPECT_EQ(result.voxels.values, std::vector<std::int16_t>(8, 0));
}

TEST(Export, OutsideOfTheCropIsBackground) {
  Volume<float> logits(2, {1, 1, 1});
  logits.at(1, 0, 0, 0) = 1;
  CaseProperties properties = untouched({1, 1, 1});
  properties.shape_before_cropping = {2, 2, 2};
  properties.crop = {{1, 0, 1}, {2, 1, 2}};
  const auto result =
      export_labels(logits, properties, Plans{}, fullres({1, 1, 1}), plain_labels(2));
  EXPECT_EQ(result.voxels.values, (std::vector<std::int16_t>{0, 0, 0, 0, 0, 1, 0, 0}));
}

TEST(Export, TheGeometryIsThatOfTheFile) {
  CaseProperties properties = untouched({2, 2, 2});
  properties.geometry.spacing = {3, 2, 1};
  properties.geometry.origin = {-7, 8, 9};
  const auto result = export_labels(Volume<float>(2, {2, 2, 2}), properties, Plans{},
                                    fullres({1, 1, 1}), plain_labels(2));
  EXPECT_EQ(result.geometry.spacing, properties.geometry.spacing);
  EXPECT_EQ(result.geometry.origin, properties.geometry.origin);
}

TEST(Export, RefusesWhatDoesNotBelongTogether) {
  const Volume<float> logits(2, {2, 2, 2});
  const auto run = [&](const CaseProperties& properties, int heads, Configuration configuration) {
    export_labels(logits, properties, Plans{}, configuration, plain_labels(heads));
  };
  EXPECT_THROW(run(untouched({2, 2, 2}), 3, fullres({1, 1, 1})), Error);
  CaseProperties outside = untouched({2, 2, 2});
  outside.crop = {{1, 0, 0}, {3, 2, 2}};
  EXPECT_THROW(run(outside, 2, fullres({1, 1, 1})), Error);
  Configuration cubic = fullres({1, 1, 1});
  cubic.probabilities.order = 3;
  EXPECT_THROW(run(untouched({2, 2, 2}), 2, cubic), Error);
}

}  // namespace
}  // namespace voxarena
