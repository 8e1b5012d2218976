// The cache gives the same values with and without it, forgets what was used longest ago, and lives
// through damaged files and disks that are full.
#include "plugins/sam/embedding_cache.h"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/plugins/sam/noise.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/weights/safetensors.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;
using sam::EmbeddingCache;

class EmbeddingCacheTest : public ::testing::Test {
 protected:
  EmbeddingCache open(std::uint64_t limit = 1 << 20) {
    return {folder_.path() / "cache", limit,
            [this](const std::string& text) { warnings_.push_back(text); }};
  }
  // What an encoder would give of slice i; counts its calls.
  TensorMap get(EmbeddingCache& cache, std::int64_t slice) {
    if (const std::optional<TensorMap> found = cache.find(key(slice))) return *found;
    ++encoded_;
    return cache.keep(key(slice), {{"coarse", testing::noise({1, 8, 16, 16}, slice)}});
  }
  static std::string key(std::int64_t slice) {
    return EmbeddingCache::key("SAM 2.1 tiny", "abc", testing::noise({1, 3, 32, 32}, slice));
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / "cache"))
      if (entry.is_regular_file()) found.push_back(entry.path());
    return found;
  }

  test::TemporaryFolder folder_;
  std::vector<std::string> warnings_;
  int encoded_ = 0;
};

TEST_F(EmbeddingCacheTest, ASecondRunEncodesNothingAndSeesTheSame) {
  EmbeddingCache first = open();
  const at::Tensor made = get(first, 1).at("coarse");
  EXPECT_EQ(made.scalar_type(), at::kFloat);
  EXPECT_LE(testing::worst_difference(made, testing::noise({1, 8, 16, 16}, 1)), 3e-4);
  EmbeddingCache second = open();
  EXPECT_TRUE(at::equal(get(second, 1).at("coarse"), made));
  EXPECT_EQ(encoded_, 1);
  EXPECT_EQ(second.hits(), 1);
  EmbeddingCache none = open(0);
  EXPECT_TRUE(at::equal(get(none, 1).at("coarse"), made));
  EXPECT_EQ(encoded_, 2);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(EmbeddingCacheTest, KeysTellModelsWeightsAndImagesApart) {
  const at::Tensor image = at::ones({1, 3, 4, 4});
  const std::string one = EmbeddingCache::key("a", "b", image);
  EXPECT_EQ(one, EmbeddingCache::key("a", "b", image.clone()));
  for (const std::string& other :
       {EmbeddingCache::key("c", "b", image), EmbeddingCache::key("a", "c", image),
        EmbeddingCache::key("a", "b", image.view({1, 3, 2, 8})),
        EmbeddingCache::key("a", "b", image.to(at::kHalf)),
        EmbeddingCache::key("a", "b", image * 2)}) {
    EXPECT_NE(one, other);
  }
}

TEST_F(EmbeddingCacheTest, WhatWasUsedLongestAgoGoesFirst) {
  const std::uint64_t three = 3 * (8 * 16 * 16 * 2 + 1024);
  EmbeddingCache cache = open(three);
  for (const std::int64_t slice : {1, 2, 3}) get(cache, slice);
  const auto age = [&](std::int64_t slice, int hours) {
    for (const fs::path& file : files()) {
      if (file.stem() == key(slice))
        fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(hours));
    }
  };
  age(1, 3);
  age(2, 2);
  age(3, 1);
  get(cache, 1);  // used again
  get(cache, 4);  // 2 has to go
  encoded_ = 0;
  for (const std::int64_t slice : {1, 3, 4}) get(cache, slice);
  EXPECT_EQ(encoded_, 0);
  get(cache, 2);
  EXPECT_EQ(encoded_, 1);
  EXPECT_LE(files().size(), 3);
}

TEST_F(EmbeddingCacheTest, ADamagedFileIsMadeAgain) {
  EmbeddingCache cache = open();
  const at::Tensor made = get(cache, 1).at("coarse");
  std::string content = test::read_text(files().at(0));
  content[content.size() / 2] ^= 1;
  test::write_text(files().at(0), content);
  EXPECT_TRUE(at::equal(get(cache, 1).at("coarse"), made));
  test::truncate_file(files().at(0), 100);
  EXPECT_TRUE(at::equal(get(cache, 1).at("coarse"), made));
  EXPECT_EQ(encoded_, 3);
  EXPECT_EQ(warnings_.size(), 2);
  EXPECT_TRUE(at::equal(get(cache, 1).at("coarse"), made));
  EXPECT_EQ(encoded_, 3);
}

TEST_F(EmbeddingCacheTest, AFileOfSomethingElseIsMadeAgain) {
  EmbeddingCache first = open();
  const at::Tensor made = get(first, 1).at("coarse");
  ASSERT_EQ(files().size(), 1U);
  write_safetensors(files().front(), {.tensors = {{"other", at::ones({2})}}, .metadata = {}});
  EmbeddingCache second = open();
  EXPECT_TRUE(at::equal(get(second, 1).at("coarse"), made));
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find("holds no embedding of this slice"), std::string::npos);
}

TEST_F(EmbeddingCacheTest, OtherFilesInTheFolderStay) {
  const fs::path own = folder_.path() / "cache/models/sam2_hiera.safetensors";
  fs::create_directories(own.parent_path());
  write_safetensors(own, {.tensors = {{"weights", at::ones({64})}}, .metadata = {}});
  EmbeddingCache cache = open(1 << 14);
  for (std::int64_t i = 0; i < 10; ++i) get(cache, i);
  EXPECT_TRUE(fs::exists(own));
  EXPECT_LT(files().size(), 10U);
}

TEST_F(EmbeddingCacheTest, AFullDiskCostsAWarning) {
  EmbeddingCache cache = open();
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit full{1024, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &full);
  const at::Tensor made = get(cache, 1).at("coarse");
  get(cache, 2);
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  EXPECT_EQ(warnings_.size(), 1);
  EXPECT_TRUE(files().empty());
  EXPECT_TRUE(at::equal(get(cache, 1).at("coarse"), made));
}

TEST_F(EmbeddingCacheTest, ValuesBeyondHalfPrecisionAreKept) {
  for (int run = 0; run < 2; ++run) {
    EmbeddingCache cache = open();
    const std::optional<TensorMap> found = cache.find(key(1));
    ASSERT_EQ(found.has_value(), run == 1);
    const TensorMap large =
        found ? *found : cache.keep(key(1), {{"large", at::full({2, 2}, 1e6F)}});
    EXPECT_EQ(large.at("large").min().item<float>(), 1e6F);
  }
}

}  // namespace
}  // namespace voxarena
