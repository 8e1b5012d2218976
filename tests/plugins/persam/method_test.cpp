// PerSAM as the harness sees it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/plugins/sam/noise.h"
#include "voxarena/core/error.h"
#include "voxarena/plugin/registry.h"

namespace voxarena {
namespace {

SupportCase boxes(std::int64_t stream, Extent size) {
  SupportCase one{
      .id = "boxes", .image = Volume<float>(1, size), .labels = Volume<std::int16_t>(1, size)};
  const at::Tensor values = testing::noise({size[0], size[1], size[2]}, stream);
  std::copy_n(values.const_data_ptr<float>(), one.image.values.size(), one.image.values.begin());
  for (std::int64_t y = 4; y < size[1] / 2; ++y) {
    for (std::int64_t x = 4; x < size[2] / 2; ++x) one.labels.at(0, 1, y, x) = 1;
    one.labels.at(0, 0, y, size[2] - 2) = 2;
  }
  for (std::size_t i = 0; i < one.image.values.size(); ++i)
    one.image.values[i] += one.labels.values[i];
  return one;
}

class PerSamMethod : public ::testing::Test {
 protected:
  std::unique_ptr<Segmenter> show(const Json& more, SupportSet supports) const {
    Json given{{"encoder", "mini"}, {"weights", "random"}, {"image_size", 64}};
    if (!more.is_null()) given.update(more);
    Plan plan;
    plan.classes = 3;
    plan.configuration.patch_size = {3, 24, 30};
    RunContext context;
    context.quiet = true;
    return method_.show(plan, Options::from_json(given, method_.description().options, "test"),
                        std::move(supports), context);
  }
  static SupportSet two() {
    SupportSet supports;
    supports.cases = {boxes(1, {3, 24, 30}), boxes(2, {4, 31, 20})};
    return supports;
  }
  std::string error_of(const Json& more, const SupportSet& supports) const {
    try {
      show(more, supports);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  const LoadedMethod method_ = load_method("persam");
  const RunContext context_;
};

TEST_F(PerSamMethod, SegmentsVolumesTheSameWayTwice) {
  const Volume<float> image = boxes(3, {3, 26, 22}).image;
  const Volume<float> scores = show({}, two())->segment(image, context_);
  EXPECT_EQ(scores.channels, 3);
  EXPECT_EQ(scores.size, image.size);
  EXPECT_EQ(show({}, two())->segment(image, context_).values, scores.values);
  EXPECT_NE(show({{"axis", "all"}}, two())->segment(image, context_).values, scores.values);
  EXPECT_NE(show({{"refinements", 0}}, two())->segment(image, context_).values, scores.values);
}

TEST_F(PerSamMethod, NamesWhatIsMissing) {
  SupportSet supports = two();
  for (SupportCase& one : supports.cases) {
    for (std::int16_t& label : one.labels.values) label = label == 2 ? 0 : label;
  }
  EXPECT_EQ(error_of({}, two()), "no error");
  EXPECT_NE(error_of({}, supports).find("class 2 is in none of the 2 supports"), std::string::npos);
  EXPECT_NE(error_of({{"weights", ""}}, two()).find("needs pre-trained SAM weights"),
            std::string::npos);
  EXPECT_NE(error_of({{"image_size", 100}}, two()).find("100 is no multiple"), std::string::npos);
}

}  // namespace
}  // namespace voxarena
