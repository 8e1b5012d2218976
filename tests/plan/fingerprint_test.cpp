#include "voxarena/plan/fingerprint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

Fingerprint two_cases() {
  Fingerprint f;
  f.intensities = {{.max = 9,
                    .mean = 4.5,
                    .median = 4,
                    .min = 1,
                    .percentile_00_5 = 1.25,
                    .percentile_99_5 = 8,
                    .std = 2}};
  f.median_relative_size_after_cropping = 0.8;
  f.shapes_after_crop = {{10, 20, 30}, {11, 21, 31}};
  f.spacings = {{2.5, 1, 1}, {3, 1, 1}};
  return f;
}

TEST(Fingerprint, HasNnunetsKeysInSortedOrder) {
  const Json json = to_json(two_cases());
  EXPECT_EQ(json, sorted(json));
  EXPECT_EQ(json.begin().key(), "foreground_intensity_properties_per_channel");
  EXPECT_EQ(json["foreground_intensity_properties_per_channel"]["0"]["percentile_00_5"], 1.25);
  EXPECT_EQ(json["shapes_after_crop"][1][2], 31);
}

TEST(Fingerprint, SurvivesItsJson) {
  const Fingerprint back =
      fingerprint_from_json(parse_json(dump_json(to_json(two_cases())), "test"), "test");
  EXPECT_EQ(to_json(back), to_json(two_cases()));
}

TEST(Fingerprint, KeepsUndefinedIntensities) {
  Fingerprint empty = two_cases();
  empty.intensities[0].mean = std::numeric_limits<double>::quiet_NaN();
  const std::string text = dump_json(to_json(empty));
  EXPECT_NE(text.find("\"mean\": NaN"), std::string::npos);
  EXPECT_TRUE(
      std::isnan(fingerprint_from_json(parse_json(text, "test"), "test").intensities[0].mean));
}

TEST(Fingerprint, ErrorsNameFileAndField) {
  Json json = to_json(two_cases());
  json["spacings"][1] = "wide";
  try {
    fingerprint_from_json(json, "print.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::input);
    EXPECT_NE(std::string(error.what()).find("print.json: 'spacings[1]'"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace voxarena
