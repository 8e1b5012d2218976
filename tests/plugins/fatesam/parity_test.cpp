// FATE-SAM step by step against tests/golden/fatesam, a second implementation on the package sam2.
#include <torch/nn.h>

#include "plugins/fatesam/propagation.h"
#include "plugins/fatesam/retrieval.h"
#include "tests/plugins/fatesam/phantom.h"

namespace voxarena {
namespace {

using Numbers = std::vector<std::int64_t>;

const Json& fatesam_golden() {
  static const Json json = read_json(VOXARENA_SOURCE_DIR "/tests/golden/fatesam/fatesam.json");
  return json;
}

// The golden file counts all slices of the supports; these are the numbers of those that the
// gallery has.
Numbers shown_slices(const SupportSet& supports) {
  Numbers out;
  std::int64_t number = 0;
  for (const SupportCase& one : supports.cases) {
    const std::int64_t pixels = one.labels.size[1] * one.labels.size[2];
    for (std::int64_t s = 0; s < one.labels.size[0]; ++s, ++number) {
      const auto begin = one.labels.values.begin() + s * pixels;
      if (std::any_of(begin, begin + pixels, [](auto label) { return label > 0; }))
        out.push_back(number);
    }
  }
  return out;
}

void expect_run(const Json& expected) {
  const at::NoGradGuard no_grad;
  const bool as_released = expected["variant"] == "as_released";
  const auto version = expected["version"].get<std::string>();
  const std::shared_ptr<sam2::Sam2> network =
      testing::filled_sam2({{"model", "micro"}, {"version", version}});
  const RunContext context = testing::quiet_context();
  fatesam::SliceEncoder encoder(network, testing::micro_settings(version, as_released), "formula",
                                context);
  const SupportSet supports = testing::two_phantoms();
  fatesam::Room room{std::uint64_t{1} << 30};
  fatesam::SupportGallery gallery(encoder, supports, 0, testing::kPhantomClasses, room);
  const Numbers shown = shown_slices(supports);
  ASSERT_EQ(gallery.size(), static_cast<std::int64_t>(shown.size()));

  const std::vector<fatesam::TrackedSlice> tracked = fatesam::track_volume(
      encoder, gallery,
      fatesam::split_slices(testing::slices_phantom(700, 3).image, 0, as_released), context);
  ASSERT_EQ(tracked.size(), expected["steps"].size());
  for (std::size_t i = 0; i < tracked.size(); ++i) {
    const Json& step = expected["steps"][i];
    SCOPED_TRACE(step["slice"]);
    EXPECT_EQ(tracked[i].slice, step["slice"].get<std::int64_t>());
    Numbers recalled;
    for (const std::int64_t support : tracked[i].supports)
      recalled.push_back(shown[static_cast<std::size_t>(support)]);
    EXPECT_EQ(recalled, step["supports"].get<Numbers>());
    EXPECT_EQ(tracked[i].neighbours, step["neighbours"].get<Numbers>());
    testing::expect_samples(tracked[i].logits, step["logits"], 1e-3);
  }
}

TEST(FateSamParity, Clean20) { expect_run(fatesam_golden()[0]); }
TEST(FateSamParity, AsReleased20) { expect_run(fatesam_golden()[1]); }
TEST(FateSamParity, AsReleased21) { expect_run(fatesam_golden()[2]); }

TEST(FateSamParity, Distances) {
  const at::NoGradGuard no_grad;
  const Json& expected = fatesam_golden()[0]["distances"];
  const std::shared_ptr<sam2::Sam2> network =
      testing::filled_sam2({{"model", "micro"}, {"version", "2.0"}});
  fatesam::SliceEncoder encoder(network, testing::micro_settings("2.0", false), "formula",
                                testing::quiet_context());
  fatesam::Room room{std::uint64_t{1} << 30};
  std::vector<at::Tensor> support_slices;
  for (const SupportCase& one : testing::two_phantoms().cases) {
    for (const at::Tensor& slice : fatesam::split_slices(one.image, 0, false))
      support_slices.push_back(slice);
  }
  fatesam::FeatureStore slices(
      encoder, fatesam::split_slices(testing::slices_phantom(700, 3).image, 0, false), room),
      supports(encoder, support_slices, room);
  const at::Tensor found = fatesam::distances(
      slices.size(), [&](std::int64_t i) { return slices.at(i); }, supports.size(),
      [&](std::int64_t i) { return supports.at(i); }, fatesam::Similarity::l1);
  ASSERT_EQ(found.sizes().vec(), (Numbers{12, 24}));
  for (std::int64_t i = 0; i < found.size(0); ++i) {
    for (std::int64_t j = 0; j < found.size(1); ++j) {
      const double value = expected[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
      EXPECT_NEAR(found[i][j].item<double>(), value, 1e-4 * value);
    }
  }
}

}  // namespace
}  // namespace voxarena
