// The parts of FATE-SAM alone: order, ranking, fusion, what is kept and what is made again.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <torch/nn.h>

#include "plugins/fatesam/eight_bit_resize.h"
#include "plugins/fatesam/fusion.h"
#include "plugins/fatesam/retrieval.h"
#include "tests/plugins/fatesam/phantom.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

using Numbers = std::vector<std::int64_t>;

TEST(FateSamOrder, FromTheMiddleToBothEnds) {
  EXPECT_EQ(fatesam::order_of_work(1), (Numbers{0}));
  EXPECT_EQ(fatesam::order_of_work(2), (Numbers{1, 0}));
  EXPECT_EQ(fatesam::order_of_work(5), (Numbers{2, 1, 0, 3, 4}));
}

sam2::Features random_features(std::int64_t stream) {
  return {testing::noise({1, 4, 32, 32}, stream), testing::noise({1, 8, 16, 16}, stream + 1),
          testing::noise({1, 32, 8, 8}, stream + 2)};
}

TEST(FateSamRetrieval, TheSameSliceIsNearest) {
  const auto pick = [](std::int64_t i) { return random_features(10 * i); };
  for (const fatesam::Similarity similarity :
       {fatesam::Similarity::l1, fatesam::Similarity::cosine}) {
    const at::Tensor all = fatesam::distances(11, pick, 13, pick, similarity);
    const auto order = fatesam::nearest(all, 2);
    for (std::int64_t i = 0; i < 11; ++i) {
      EXPECT_NEAR(all[i][i].item<double>(), 0, 1e-9);
      EXPECT_EQ(order[static_cast<std::size_t>(i)].front(), i);
    }
  }
}

TEST(FateSamRetrieval, EveryLevelCountsAThird) {
  const auto constant = [](double fine, double middle, double coarse) {
    return [=](std::int64_t) {
      return sam2::Features{at::full({1, 4, 32, 32}, fine), at::full({1, 8, 16, 16}, middle),
                            at::full({1, 32, 8, 8}, coarse)};
    };
  };
  const at::Tensor all =
      fatesam::distances(1, constant(1, 0, 2), 1, constant(0, 1, 0), fatesam::Similarity::l1);
  EXPECT_NEAR(all.item<double>(), (4 + 8 + 2 * 32) / 3.0, 1e-9);
}

TEST(FateSamRetrieval, EquallyNearOnesKeepTheirOrder) {
  const at::Tensor row = at::tensor({2.0, 1.0, 3.0, 1.0}, at::kDouble).unsqueeze(0);
  EXPECT_EQ(fatesam::nearest(row, 3).front(), (Numbers{1, 3, 0}));
  EXPECT_EQ(fatesam::nearest(row, 9).front(), (Numbers{1, 3, 0, 2}));
}

TEST(FateSamFusion, LargestLogitOrLastClass) {
  // Pixels: none, the first class, both with the first more certain, no object.
  at::Tensor logits =
      at::tensor({-1.0F, 2.0F, 3.0F, -1024.0F, -2.0F, -1.0F, 1.0F, -1024.0F}).view({2, 1, 1, 4});
  const std::vector<fatesam::TrackedSlice> slices{{.slice = 0, .logits = logits}};
  const auto labels = [&](bool last_wins) {
    const at::Tensor scores = fatesam::fuse(slices, 1, 4, last_wins);
    EXPECT_EQ(scores.sizes().vec(), (Numbers{1, 3, 1, 4}));
    EXPECT_LE(scores.abs().max().item<float>(), 10);
    const at::Tensor label = scores.argmax(1).flatten();
    return Numbers(label.const_data_ptr<std::int64_t>(), label.const_data_ptr<std::int64_t>() + 4);
  };
  EXPECT_EQ(labels(false), (Numbers{0, 1, 1, 0}));
  EXPECT_EQ(labels(true), (Numbers{0, 1, 2, 0}));
}

TEST(FateSamSlices, AreScaledEachForItself) {
  at::Tensor slice = testing::noise({1, 40, 60}, 3);
  const at::Tensor image = fatesam::prepare_slice(slice, {64, 64}, false);
  EXPECT_EQ(image.sizes().vec(), (Numbers{1, 3, 64, 64}));
  EXPECT_LE(
      testing::worst_difference(image, fatesam::prepare_slice(slice * 1000 + 7, {64, 64}, false)),
      1e-3);
  const at::Tensor rounded = fatesam::prepare_slice(slice, {64, 64}, true);
  EXPECT_GT(testing::worst_difference(image, rounded), 0);
  EXPECT_LT((image - rounded).abs().mean().item<double>(), 2.0 / 255 / 0.224);
  const at::Tensor flat = fatesam::prepare_slice(at::full({1, 9, 9}, 5.0), {64, 64}, false);
  EXPECT_NEAR(flat.max().item<double>(), -0.406 / 0.225, 1e-5);
}

// Numbers of Pillow 13.0.0: Image.fromarray(picture).resize(..., Image.BICUBIC).
TEST(FateSamSlices, AreResizedAsPillowDoes) {
  const at::Tensor picture =
      at::tensor({0, 100, 255, 50, 200, 10, 7, 7, 90}, at::kDouble).view({3, 3});
  const auto resized = [&](std::int64_t height, std::int64_t width) {
    const at::Tensor out =
        fatesam::resize_eight_bits(picture, height, width).to(at::kLong).flatten();
    return Numbers(out.const_data_ptr<std::int64_t>(),
                   out.const_data_ptr<std::int64_t>() + out.numel());
  };
  EXPECT_EQ(resized(4, 5), (Numbers{0,  24, 95,  211, 255, 27, 88, 176, 130, 88,
                                    30, 77, 135, 66,  18,  5,  0,  0,   60,  101}));
  EXPECT_EQ(resized(2, 2), (Numbers{62, 163, 44, 64}));
}

class FateSamGallery : public ::testing::Test {
 protected:
  fatesam::SliceEncoder& encoder(const fatesam::Settings& settings) {
    encoder_ = std::make_unique<fatesam::SliceEncoder>(network_, settings, "formula",
                                                       testing::quiet_context());
    return *encoder_;
  }

  const at::NoGradGuard no_grad_;
  std::shared_ptr<sam2::Sam2> network_ =
      testing::filled_sam2({{"model", "micro"}, {"version", "2.0"}});
  std::unique_ptr<fatesam::SliceEncoder> encoder_;
  SupportSet supports_ = testing::two_phantoms();
  fatesam::Settings settings_ = testing::micro_settings("2.0", false);
};

TEST_F(FateSamGallery, HasSlicesThatShowSomething) {
  fatesam::Room room{std::uint64_t{1} << 30};
  fatesam::SupportGallery gallery(encoder(settings_), supports_, 0, testing::kPhantomClasses, room);
  EXPECT_EQ(gallery.size(), 20);  // of 24
  EXPECT_TRUE(gallery.has_first_slice());
  const at::Tensor shown = gallery.shows(0);
  EXPECT_FALSE(shown[0].item<bool>());  // the first class is not on the first slice
  EXPECT_TRUE(shown[1].item<bool>());
  EXPECT_TRUE(shown[2].item<bool>());
  // What is not there is remembered by the pointer of absent objects.
  const sam2::Memory memory = gallery.memory(0);
  EXPECT_TRUE(at::equal(memory.pointer[0], network_->no_object_pointer[0]));
  EXPECT_FALSE(at::equal(memory.pointer[1], network_->no_object_pointer[0]));
}

TEST_F(FateSamGallery, AClassThatNoSupportShowsIsNamed) {
  for (SupportCase& one : supports_.cases) {
    for (std::int16_t& label : one.labels.values) label = label == 2 ? 0 : label;
  }
  fatesam::Room room{1 << 20};
  try {
    fatesam::SupportGallery(encoder(settings_), supports_, 0, testing::kPhantomClasses, room);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "class 2 is in none of the 2 supports");
  }
}

TEST_F(FateSamGallery, WithoutRoomEverythingIsMadeAgain) {
  fatesam::Room none{0}, much{std::uint64_t{1} << 30};
  fatesam::SupportGallery tight(encoder(settings_), supports_, 0, testing::kPhantomClasses, none);
  const sam2::Memory first = tight.memory(3), again = tight.memory(3);
  EXPECT_NE(first.map.data_ptr(), again.map.data_ptr());
  EXPECT_TRUE(at::equal(first.map, again.map));
  fatesam::SupportGallery wide(*encoder_, supports_, 0, testing::kPhantomClasses, much);
  EXPECT_EQ(wide.memory(3).map.data_ptr(), wide.memory(3).map.data_ptr());
  EXPECT_TRUE(at::equal(first.map, wide.memory(3).map));
}

// From disk, features are what they were, and nothing is encoded.
TEST_F(FateSamGallery, FeaturesComeBackFromTheCache) {
  const test::TemporaryFolder folder;
  settings_.half_features = true;
  const at::Tensor slice = fatesam::split_slices(supports_.cases[0].image, 0, false)[5];
  const sam2::Features without = encoder(settings_).encode(slice).front();
  settings_.cache = folder.path();
  settings_.cache_limit = 1 << 24;
  const sam2::Features first = encoder(settings_).encode(slice).front();
  for (const at::Tensor& parameter : network_->parameters()) at::Tensor(parameter).zero_();
  const sam2::Features second = encoder(settings_).encode(slice).front();
  EXPECT_TRUE(at::equal(first.coarse, without.coarse));
  EXPECT_TRUE(at::equal(first.fine, second.fine));
  EXPECT_TRUE(at::equal(first.coarse, second.coarse));
}

// Slices of a batch do not see each other, whether some of them come from the cache or not.
TEST_F(FateSamGallery, BatchesHoldTheSameFeatures) {
  const test::TemporaryFolder folder;
  settings_.half_features = true;
  const auto slices = fatesam::split_slices(supports_.cases[0].image, 0, false);
  const auto alone = [&](std::size_t i) { return encoder(settings_).encode(slices[i]).front(); };
  settings_.cache = folder.path();
  settings_.cache_limit = 1 << 24;
  alone(1);
  const auto batch = encoder(settings_).encode(at::ArrayRef(slices).slice(0, 3));
  ASSERT_EQ(batch.size(), 3U);
  settings_.cache_limit = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    EXPECT_LE(testing::worst_difference(batch[i].coarse, alone(i).coarse), 2e-3) << i;
    EXPECT_LE(testing::worst_difference(batch[i].fine, alone(i).fine), 2e-3) << i;
    EXPECT_GT(testing::worst_difference(batch[i].coarse, alone(i + 1).coarse), 0.01) << i;
  }
}

TEST_F(FateSamGallery, ABatchTakesTheSlicesBehindIfThereIsRoom) {
  settings_.batch = 4;
  const auto slices = fatesam::split_slices(supports_.cases[0].image, 0, false);
  const at::Tensor one = encoder(settings_).encode(slices[0]).front().coarse;
  const std::uint64_t bytes = 4 * one.numel() * 4;  // of the three maps, in float32
  fatesam::Room room{bytes * 6};
  fatesam::FeatureStore store(*encoder_, slices, room);
  EXPECT_LE(testing::worst_difference(store.at(0).coarse, one), 1e-4);
  EXPECT_EQ(room.bytes, bytes * 2);  // four are kept
  store.at(2);
  EXPECT_EQ(room.bytes, bytes * 2);
  store.at(4);  // with the one behind it
  EXPECT_EQ(room.bytes, 0U);
  EXPECT_LE(testing::worst_difference(store.at(9).coarse, encoder_->encode(slices[9])[0].coarse),
            0);
}

}  // namespace
}  // namespace voxarena
