#include "preprocessing/case_preprocessor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "tests/preprocessing/golden.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

Labels label_set(const std::string& name) {
  Json json;
  if (name == "labels") json = {{"labels", {{"background", 0}, {"a", 1}, {"b", 2}, {"c", 3}}}};
  if (name == "ignore") json = {{"labels", {{"background", 0}, {"a", 1}, {"b", 2}, {"ignore", 3}}}};
  if (name == "regions") {
    json = {{"labels", {{"background", 0}, {"whole", {1, 2, 3}}, {"core", {3, 1}}, {"inner", 3}}},
            {"regions_class_order", {1, 2, 3}}};
  }
  return Labels::from_dataset_json(json, "dataset.json");
}

struct Setting {
  Image image;
  LabelImage label;
  Plans plans;
  Configuration configuration;
};

Setting setting(const Json& entry) {
  Setting s;
  const auto schemes = entry["schemes"].get<std::vector<std::string>>();
  s.image.voxels =
      case_image(entry["shape"].get<Extent>(), static_cast<std::int64_t>(schemes.size()));
  s.image.geometry.spacing = entry["spacing"].get<Spacing>();
  s.label.voxels = case_label(s.image.voxels);
  s.label.geometry = s.image.geometry;
  s.plans.transpose_forward = entry["transpose"].get<std::array<int, 3>>();
  const Json& ct = golden()["ct"];
  s.plans.intensities.assign(schemes.size(), {.max = ct["max"],
                                              .mean = ct["mean"],
                                              .median = ct["median"],
                                              .min = ct["min"],
                                              .percentile_00_5 = ct["percentile_00_5"],
                                              .percentile_99_5 = ct["percentile_99_5"],
                                              .std = ct["std"]});
  s.configuration.spacing = entry["target"].get<std::vector<double>>();
  s.configuration.normalization = schemes;
  s.configuration.use_mask_for_norm = entry["mask"].get<std::vector<bool>>();
  return s;
}

TEST(PreprocessCase, EqualsNnunets) {
  for (const Json& entry : golden()["cases"]) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    const Setting s = setting(entry);
    const auto out =
        preprocess_case(s.image, &s.label, s.plans, s.configuration, label_set("labels"));
    for (std::size_t a = 0; a < 3; ++a) {
      EXPECT_EQ(out.properties.crop.lo[a], entry["crop"][a][0]);
      EXPECT_EQ(out.properties.crop.hi[a], entry["crop"][a][1]);
    }
    for (std::size_t c = 0; c < entry["data"].size(); ++c) {
      expect_probes(out.data, static_cast<std::int64_t>(c), entry["data"][c], 5e-6);
    }
    EXPECT_EQ(digest(out.seg.values), entry["seg"]);
  }
}

TEST(PreprocessCase, ClassLocationsEqualNnunets) {
  for (const Json& entry : golden()["cases"]) {
    for (const std::string set : {"labels", "regions", "ignore"}) {
      SCOPED_TRACE(entry["name"].get<std::string>() + " " + set);
      const Setting s = setting(entry);
      const auto out = preprocess_case(s.image, &s.label, s.plans, s.configuration, label_set(set));
      const auto& ours = out.properties.class_locations;
      ASSERT_EQ(ours.size(), entry[set].size());
      std::size_t i =
          set == "ignore" ? entry[set].size() - 1 : 0;  // the key -1 comes first here, last there
      for (const auto& [key, locations] : ours) {
        EXPECT_EQ(locations.size(), entry[set][i][0]);
        EXPECT_EQ(digest(locations), entry[set][i][1]) << key;
        i = (i + 1) % entry[set].size();
      }
    }
  }
}

TEST(PreprocessCase, WithoutALabelMarksTheNonzeroRegion) {
  const Setting s = setting(golden()["cases"][0]);
  const auto out = preprocess_case(s.image, nullptr, s.plans, s.configuration, label_set("labels"));
  EXPECT_EQ(*std::max_element(out.seg.values.begin(), out.seg.values.end()), 0);
  EXPECT_EQ(*std::min_element(out.seg.values.begin(), out.seg.values.end()), -1);
  EXPECT_TRUE(out.properties.class_locations.empty());
}

TEST(PreprocessCase, KeepsWhatExportNeeds) {
  const Setting s = setting(golden()["cases"][1]);  // transposed by (2, 0, 1)
  const auto properties =
      preprocess_case(s.image, &s.label, s.plans, s.configuration, label_set("labels")).properties;
  EXPECT_EQ(properties.geometry.spacing, (Spacing{1, 1, 5}));
  EXPECT_EQ(properties.shape_before_cropping, (Extent{12, 14, 20}));
  EXPECT_EQ(properties.shape_after_cropping, properties.crop.size());
}

TEST(PreprocessCase, AllZeroImageAndEmptyLabelAreLegal) {
  Setting s = setting(golden()["cases"][0]);
  std::fill(s.image.voxels.values.begin(), s.image.voxels.values.end(), 0.0F);
  std::fill(s.label.voxels.values.begin(), s.label.voxels.values.end(), std::int16_t{0});
  const auto out =
      preprocess_case(s.image, &s.label, s.plans, s.configuration, label_set("labels"));
  EXPECT_EQ(out.properties.shape_after_cropping, s.image.voxels.size);
  for (const float v : out.data.values) EXPECT_EQ(v, 0);
  for (const auto& [label, locations] : out.properties.class_locations)
    EXPECT_TRUE(locations.empty()) << label;
}

TEST(PreprocessCase, SingleSliceAnd2dData) {
  for (const std::vector<double>& target :
       {std::vector<double>{0.9, 1.1}, std::vector<double>{5, 0.9, 1.1}}) {
    Setting s = setting(golden()["cases"][0]);
    s.image.voxels = phantom({1, 20, 18});
    s.label.voxels = Volume<std::int16_t>(1, {1, 20, 18}, 1);
    s.image.geometry.spacing = {5, 1, 1};
    s.configuration.spacing = target;
    const auto out =
        preprocess_case(s.image, &s.label, s.plans, s.configuration, label_set("labels"));
    EXPECT_EQ(out.data.size, (Extent{1, 22, 16}));
    EXPECT_EQ(out.seg.size, out.data.size);
  }
}

TEST(PreprocessCase, RefusesBrokenCases) {
  const auto refuses = [](const Setting& s) {
    EXPECT_THROW(preprocess_case(s.image, &s.label, s.plans, s.configuration, label_set("labels")),
                 Error);
  };
  Setting nan = setting(golden()["cases"][0]);
  nan.image.voxels.values[100] = std::numeric_limits<float>::quiet_NaN();
  refuses(nan);
  Setting size = setting(golden()["cases"][0]);
  size.label.voxels = Volume<std::int16_t>(1, {2, 2, 2});
  refuses(size);
  Setting channels = setting(golden()["cases"][0]);
  channels.image.voxels = case_image(channels.image.voxels.size, 2);
  refuses(channels);
}

}  // namespace
}  // namespace voxarena
