// FATE-SAM as the harness sees it: options, weights, volumes and single images.
#include <torch/nn.h>

#include "tests/plugins/fatesam/phantom.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/error.h"
#include "voxarena/plugin/registry.h"

namespace voxarena {
namespace {

Plan plan_of(std::vector<std::int64_t> patch, std::int64_t classes) {
  Plan plan;
  plan.classes = classes;
  plan.configuration.patch_size = std::move(patch);
  return plan;
}

class FateSamMethod : public ::testing::Test {
 protected:
  Options options(const Json& more) const {
    Json given{{"backbone", "micro"}, {"weights", "random"}};
    if (!more.is_null()) given.update(more);
    return Options::from_json(given, method_.description().options, "test");
  }

  Volume<float> segmented(const Json& more, const SupportSet& supports, const Volume<float>& image,
                          std::int64_t classes = testing::kPhantomClasses) const {
    RunContext context = testing::quiet_context();
    context.seed = 2;  // of other random weights some see no object at all
    return method_.show(plan_of({12, 48, 64}, classes), options(more), supports, context)
        ->segment(image, context);
  }

  std::string error_of(const Json& more) const {
    try {
      method_.show(plan_of({12, 48, 64}, testing::kPhantomClasses), options(more),
                   testing::two_phantoms(), testing::quiet_context());
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  const LoadedMethod method_ = load_method("fatesam");
};

double different_voxels(const Volume<float>& a, const Volume<float>& b) {
  std::int64_t different = 0;
  for (std::int64_t i = 0; i < a.voxels_per_channel(); ++i) {
    const auto best = [&](const Volume<float>& scores) {
      std::int64_t k = 0;
      for (std::int64_t other = 1; other < scores.channels; ++other)
        k = scores.channel(other)[i] > scores.channel(k)[i] ? other : k;
      return k;
    };
    different += best(a) != best(b) ? 1 : 0;
  }
  return static_cast<double>(different) / static_cast<double>(a.voxels_per_channel());
}

TEST_F(FateSamMethod, SegmentsVolumesTheSameWayTwice) {
  const SupportSet supports = testing::two_phantoms();
  const Volume<float> image = testing::slices_phantom(700, 3).image;
  const Volume<float> clean = segmented({}, supports, image);
  EXPECT_EQ(clean.channels, testing::kPhantomClasses);
  EXPECT_EQ(clean.size, image.size);
  EXPECT_EQ(segmented({}, supports, image).values, clean.values);
  EXPECT_LT(different_voxels(clean, segmented({{"features", "float32"}}, supports, image)), 0.02);
  EXPECT_EQ(segmented({{"memory", 0}}, supports, image).values, clean.values);
  EXPECT_LT(different_voxels(clean, segmented({{"batch", 5}}, supports, image)), 0.02);
  // Every choice leads somewhere else.
  for (const Json& other : {Json{{"variant", "as_released"}}, Json{{"neighbours", 0}},
                            Json{{"retrieved", 1}}, Json{{"axis", "x"}}, Json{{"axis", "all"}},
                            Json{{"version", "sam2.1"}}, Json{{"image_size", 96}}}) {
    const Volume<float> scores = segmented(other, supports, image);
    EXPECT_EQ(scores.size, image.size) << other;
    EXPECT_NE(scores.values, clean.values) << other;
  }
}

TEST_F(FateSamMethod, TakesSupportsOfOtherSizesAndSeveralChannels) {
  SupportSet supports;
  for (const std::int64_t side : {30, 41}) {
    SupportCase one{.id = "side",
                    .image = Volume<float>(2, {3, side, 2 * side}),
                    .labels = Volume<std::int16_t>(1, {3, side, 2 * side})};
    one.image.at(1, 1, 3, 4) = 1;
    one.labels.at(0, 1, 3, 4) = 1;
    for (std::int64_t x = 5; x < side; ++x) one.labels.at(0, 1, 5, x) = 1;
    supports.cases.push_back(std::move(one));
  }
  const Volume<float> scores = segmented({}, supports, Volume<float>(2, {1, 25, 33}), 2);
  EXPECT_EQ(scores.size, (Extent{1, 25, 33}));
  EXPECT_EQ(scores.channels, 2);
}

TEST_F(FateSamMethod, RefusesToRunWithoutWeights) {
  EXPECT_NE(error_of({{"weights", ""}}).find("needs pre-trained SAM weights"), std::string::npos);
  EXPECT_THROW(method_.plan({}, plan_of({12, 48, 64}, 2), {}, options({{"weights", ""}})), Error);
  EXPECT_EQ(method_.plan({}, plan_of({12, 48, 64}, 2), {}, options({})).patch_size(),
            (std::vector<std::int64_t>{12, 48, 64}));
}

TEST_F(FateSamMethod, NamesAFileThatIsAnotherModels) {
  const test::TemporaryFolder folder;
  const std::string file = (folder / "micro.safetensors").string();
  const sam2::Sam2 network(sam2::preset("micro", sam2::Release::v2_1));
  write_safetensors(file, {.tensors = state_dict(network), .metadata = {}});
  EXPECT_EQ(error_of({{"weights", file}, {"version", "sam2.1"}}), "no error");
  for (const Json& other :
       {Json{{"version", "sam2"}}, Json{{"version", "sam2.1"}, {"backbone", "tiny"}}}) {
    Json given{{"weights", file}};
    given.update(other);
    const std::string error = error_of(given);
    EXPECT_NE(error.find("micro.safetensors: does not fit the network"), std::string::npos)
        << error;
  }
  EXPECT_NE(error_of({{"weights", (folder / "none.pt").string()}}).find("none.pt"),
            std::string::npos);
}

TEST_F(FateSamMethod, RefusesWhatDoesNotGoTogether) {
  EXPECT_NE(error_of({{"image_size", 100}}).find("100 x 100"), std::string::npos);
  EXPECT_NE(error_of({{"cache", "folder"}, {"features", "float32"}}).find("float16"),
            std::string::npos);
  EXPECT_THROW(method_.plan({}, plan_of({48, 64}, 2), {}, options({{"axis", "x"}})), Error);
  EXPECT_NO_THROW(method_.plan({}, plan_of({48, 64}, 2), {}, options({{"axis", "all"}})));
}

}  // namespace
}  // namespace voxarena
