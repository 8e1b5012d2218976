#include "plugins/fewshot/incontext/tasks.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

namespace voxarena::fewshot {
namespace {

TEST(DrawTasks, GivesStandardisedSlicesAndBinaryMasks) {
  const TaskBatch batch = draw_tasks({.tasks = 3, .slices = 4, .side = 64}, 1, 0);
  EXPECT_EQ(batch.images.sizes(), (at::IntArrayRef{3, 4, 1, 64, 64}));
  EXPECT_EQ(batch.masks.sizes(), batch.images.sizes());
  EXPECT_EQ(batch.images.scalar_type(), at::kFloat);
  EXPECT_TRUE(batch.images.isfinite().all().item<bool>());
  EXPECT_LT(batch.images.mean({3, 4}).abs().max().item<double>(), 1e-4);
  EXPECT_LT((batch.images.std(at::IntArrayRef{3, 4}) - 1).abs().max().item<double>(), 1e-2);
  EXPECT_TRUE(batch.masks.eq(0).logical_or(batch.masks.eq(1)).all().item<bool>());
}

TEST(DrawTasks, DependsOnSeedAndStepAlone) {
  const TaskBatch first = draw_tasks({}, 7, 3), again = draw_tasks({}, 7, 3);
  EXPECT_TRUE(first.images.equal(again.images));
  EXPECT_TRUE(first.masks.equal(again.masks));
  EXPECT_FALSE(first.images.equal(draw_tasks({}, 7, 4).images));
  EXPECT_FALSE(first.images.equal(draw_tasks({}, 8, 3).images));
}

TEST(DrawTasks, StructuresAreNeitherTinyNorEverything) {
  int suitable = 0, tasks = 0;
  for (std::uint64_t step = 0; step < 10; ++step) {
    const at::Tensor share = draw_tasks({}, 1, step).masks.mean({1, 2, 3, 4});
    suitable += static_cast<int>(share.gt(0.008).logical_and(share.lt(0.6)).sum().item<int>());
    tasks += 5;
  }
  EXPECT_EQ(tasks, 50);
  EXPECT_GE(suitable, 48);
}

// What makes a task learnable: its slices show one anatomy, those of another task do not.
TEST(DrawTasks, MasksOfATaskResembleEachOther) {
  double same = 0, other = 0;
  for (std::uint64_t step = 0; step < 10; ++step) {
    const at::Tensor masks = draw_tasks({}, 2, step).masks.flatten(2);  // (5, 4, pixels)
    const auto dice = [](const at::Tensor& a, const at::Tensor& b) {
      return (2 * (a * b).sum(-1) / (a.sum(-1) + b.sum(-1) + 1e-6)).mean().item<double>();
    };
    same += dice(masks.select(1, 0), masks.select(1, 1));
    other += dice(masks.select(1, 0), masks.select(1, 1).roll(1, 0));
  }
  EXPECT_GT(same, 2 * other);
}

}  // namespace
}  // namespace voxarena::fewshot
