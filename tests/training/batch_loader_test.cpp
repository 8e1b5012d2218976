#include "training/batch_loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "tests/training/memory_source.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

PatchSources some_cases(std::int64_t channels = 2) {
  PatchSources sources;
  for (const Extent& size : {Extent{30, 33, 28}, Extent{12, 40, 9}, Extent{1, 26, 31}}) {
    sources.push_back(std::make_shared<MemorySource>("case_" + std::to_string(size[0]),
                                                     texture(channels, size), label_blocks(size)));
  }
  return sources;
}

LoaderOptions training_options() {
  LoaderOptions options;
  options.seed = 11;
  options.batch_size = 3;
  options.patch = {12, 16, 14};
  options.augmentation = nnunet_augmentation(options.patch, 3, {0, 1, 2});
  return options;
}

RunContext with_threads(int threads) {
  RunContext context;
  context.threads = threads;
  return context;
}

void expect_equal(const PatchBatch& a, const PatchBatch& b) {
  EXPECT_EQ(a.image, b.image);
  EXPECT_EQ(a.target, b.target);
}

class BrokenSource : public MemorySource {
 public:
  using MemorySource::MemorySource;
  Volume<float> read_data(const Box&) const override {
    throw std::runtime_error("the disk is gone");
  }
};

TEST(BatchLoader, FillsBatchesOfThePatchSize) {
  BatchLoader loader(training_options(), some_cases(), 0, with_threads(2));
  for (int i = 0; i < 20; ++i) {
    const PatchBatch batch = loader.next();
    EXPECT_EQ(batch.batch, 3);
    EXPECT_EQ(batch.channels, 2);
    EXPECT_EQ(batch.patch, (Extent{12, 16, 14}));
    ASSERT_EQ(batch.image.size(), 3U * 2 * 12 * 16 * 14);
    ASSERT_EQ(batch.target.size(), 3U * 12 * 16 * 14);
    EXPECT_TRUE(std::ranges::all_of(batch.image, [](float v) { return std::isfinite(v); }));
    EXPECT_TRUE(std::ranges::all_of(batch.target, [](std::int64_t v) { return v >= 0 && v <= 3; }));
    // The last sample was cut around foreground; scaled or rotated, its centre stays.
    const auto last = batch.target.end() - 12 * 16 * 14;
    EXPECT_TRUE(std::any_of(last, batch.target.end(), [](std::int64_t v) { return v > 0; }));
  }
}

TEST(BatchLoader, BatchesDoNotDependOnThreadsOrOnTheFirstIteration) {
  BatchLoader one(training_options(), some_cases(), 0, with_threads(1));
  BatchLoader many(training_options(), some_cases(), 0, with_threads(8));
  BatchLoader resumed(training_options(), some_cases(), 6, with_threads(3));
  for (int i = 0; i < 12; ++i) {
    PatchBatch a = one.next();
    expect_equal(a, many.next());
    if (i >= 6) expect_equal(a, resumed.next());
    one.recycle(std::move(a));
  }
}

TEST(BatchLoader, SeedFoldAndPurposeChangeTheBatches) {
  const auto first = [](const LoaderOptions& options) {
    return BatchLoader(options, some_cases(), 0, with_threads(1)).next();
  };
  const PatchBatch reference = first(training_options());
  LoaderOptions options = training_options();
  options.seed = 12;
  EXPECT_NE(first(options).image, reference.image);
  options = training_options();
  options.fold = 1;
  EXPECT_NE(first(options).image, reference.image);
  options = training_options();
  options.purpose = Purpose::validation;
  EXPECT_NE(first(options).image, reference.image);
}

TEST(BatchLoader, WithoutAugmentationPatchesAreCutOuts) {
  LoaderOptions options = training_options();
  options.augmentation = {};
  options.patch = {4, 4, 4};
  const Volume<float> data = texture(1, {20, 20, 20});
  BatchLoader loader(options,
                     {std::make_shared<MemorySource>("case", data, label_blocks(data.size))}, 0,
                     with_threads(1));
  const PatchBatch batch = loader.next();
  const std::vector<float> patch(batch.image.begin(), batch.image.begin() + 64);
  int places = 0;
  for (std::int64_t z = 0; z <= 16; ++z) {
    for (std::int64_t y = 0; y <= 16; ++y) {
      for (std::int64_t x = 0; x <= 16; ++x) {
        places += cut(data, {{z, y, x}, {z + 4, y + 4, x + 4}}, 0.0F).values == patch ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(places, 1);
}

// The previous stage, the second channel of the labels, made no mistakes.
PatchSources cases_of_a_cascade() {
  const Extent size = {30, 33, 28};
  Volume<std::int16_t> labels = label_blocks(size);
  const std::vector<std::int16_t> previous = labels.values;
  labels.channels = 2;
  labels.values.insert(labels.values.end(), previous.begin(), previous.end());
  return {std::make_shared<MemorySource>("case", texture(1, size), labels)};
}

TEST(BatchLoader, ACascadeGetsThePreviousStageAsOneHotChannels) {
  LoaderOptions options = training_options();
  options.previous_labels = 3;
  options.augmentation.p_binary_operator = options.augmentation.p_remove_component = 0;
  BatchLoader loader(options, cases_of_a_cascade(), 0, with_threads(2));
  const std::int64_t count = voxels(options.patch);
  for (int i = 0; i < 10; ++i) {
    const PatchBatch batch = loader.next();
    ASSERT_EQ(batch.channels, 4);
    for (std::int64_t b = 0; b < batch.batch; ++b) {
      const std::int64_t* target = batch.target.data() + b * count;
      const float* channels = batch.image.data() + (b * 4 + 1) * count;
      // It went through the same rotation, scaling and mirroring as the label.
      for (std::int64_t v = 0; v < count; ++v) {
        for (std::int64_t k = 0; k < 3; ++k)
          ASSERT_EQ(channels[k * count + v], target[v] == k + 1 ? 1.0F : 0.0F);
      }
    }
  }
}

TEST(BatchLoader, ACascadesAugmentationLeavesImageAndLabelAlone) {
  LoaderOptions options = training_options();
  options.previous_labels = 3;
  LoaderOptions clean = options;
  clean.augmentation.p_binary_operator = clean.augmentation.p_remove_component = 0;
  BatchLoader loader(options, cases_of_a_cascade(), 0, with_threads(2));
  BatchLoader reference(clean, cases_of_a_cascade(), 0, with_threads(2));
  const std::int64_t count = voxels(options.patch);
  int corrupted = 0;
  for (int i = 0; i < 10; ++i) {
    const PatchBatch a = loader.next(), b = reference.next();
    EXPECT_EQ(a.target, b.target);
    for (std::int64_t s = 0; s < a.batch; ++s) {
      const float* x = a.image.data() + s * 4 * count;
      const float* y = b.image.data() + s * 4 * count;
      EXPECT_TRUE(std::equal(x, x + count, y));
      corrupted += std::equal(x + count, x + 4 * count, y + count) ? 0 : 1;
    }
  }
  EXPECT_GT(corrupted, 5);
  EXPECT_LT(corrupted, 25);
}

TEST(BatchLoader, ACascadeWithoutThePreviousStageIsRefused) {
  LoaderOptions options = training_options();
  options.previous_labels = 3;
  BatchLoader loader(options, some_cases(), 0, with_threads(1));
  EXPECT_THROW(loader.next(), Error);
}

TEST(BatchLoader, TwoDimensionalPatchesAreSlices) {
  LoaderOptions options = training_options();
  options.patch = {1, 20, 16};
  options.augmentation = nnunet_augmentation(options.patch, 2, {0, 1});
  BatchLoader loader(options, some_cases(), 0, with_threads(2));
  for (int i = 0; i < 10; ++i) {
    const PatchBatch batch = loader.next();
    EXPECT_EQ(batch.target.size(), 3U * 20 * 16);
    EXPECT_TRUE(std::ranges::any_of(batch.target, [](std::int64_t v) { return v > 0; }));
  }
}

TEST(BatchLoader, CasesWithEmptyLabelsAreAllowed) {
  const Extent size = {20, 20, 20};
  BatchLoader loader(
      training_options(),
      {std::make_shared<MemorySource>("empty", texture(1, size), Volume<std::int16_t>(1, size))}, 0,
      with_threads(2));
  EXPECT_TRUE(std::ranges::all_of(loader.next().target, [](std::int64_t v) { return v == 0; }));
}

TEST(BatchLoader, ErrorsOfWorkersReachTheCaller) {
  const Extent size = {20, 20, 20};
  for (const int threads : {1, 4}) {
    BatchLoader loader(
        training_options(),
        {std::make_shared<BrokenSource>("broken", texture(1, size), label_blocks(size))}, 7,
        with_threads(threads));
    try {
      loader.next();
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "making training batch 7: the disk is gone");
    }
  }
}

TEST(BatchLoader, StopsWhenAsked) {
  const RunContext context = with_threads(4);
  BatchLoader loader(training_options(), some_cases(), 0, context);
  loader.next();
  *context.stop = true;
  EXPECT_THROW(loader.next(), Error);
}

TEST(BatchLoader, CanBeDroppedAtAnyMoment) {
  for (int i = 0; i < 50; ++i) {
    BatchLoader loader(training_options(), some_cases(), i, with_threads(4));
    for (int taken = 0; taken < i % 3; ++taken) (void)loader.next();
  }
}

TEST(BatchLoader, RefusesCasesThatDoNotFitTogether) {
  EXPECT_THROW(BatchLoader(training_options(), {}, 0, with_threads(1)), Error);
  PatchSources sources = some_cases(1);
  sources.push_back(some_cases(2).front());
  EXPECT_THROW(BatchLoader(training_options(), sources, 0, with_threads(1)), Error);
}

}  // namespace
}  // namespace voxarena
