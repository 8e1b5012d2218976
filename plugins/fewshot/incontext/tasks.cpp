#include "plugins/fewshot/incontext/tasks.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/grid_sampler_2d.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "plugins/fewshot/incontext/acquisition.h"
#include "plugins/fewshot/incontext/task_random.h"

namespace voxarena::fewshot {
namespace {

constexpr std::int64_t kRegions = 8, kOrgans = 4;
constexpr std::int64_t kLabels = kRegions + 2 * kOrgans;  // two parts of every organ

using Shape = std::vector<std::int64_t>;

// (N) → (N, 1, 1), to go with maps (N, side, side).
at::Tensor over_pixels(const at::Tensor& x) { return x.view({-1, 1, 1}); }

class Anatomies {
 public:
  Anatomies(const TaskSizes& sizes, TaskRandom& random)
      : sizes_(sizes), count_(sizes.tasks * sizes.slices), random_(random) {
    // Levels of the slices of a task: near each other or far apart.
    level_ = (random_.uniform({sizes_.tasks, sizes_.slices}) * 2 - 1) * 0.4 *
             random_.uniform({sizes_.tasks, 1});
    level_.select(1, 0).mul_(0.5);
    variety_ = each_slice(random_.uniform({sizes_.tasks}));
  }

  // int64 (N, side, side): labels 0 ... kLabels - 1 of N = tasks x slices.
  at::Tensor draw_labels() {
    const at::Tensor partition = draw_partition();
    const at::Tensor points = draw_points();
    const at::Tensor bent =
        at::grid_sampler_2d(partition, points.permute({0, 2, 3, 1}), /*bilinear*/ 0,
                            /*reflection*/ 2, /*align_corners=*/true);
    return add_organs(bent.argmax(1), points);
  }

  // Values of a task for each of its slices: (tasks, ...) → (N, ...).
  at::Tensor each_slice(const at::Tensor& x) const {
    Shape shape = x.sizes().vec();
    shape.insert(shape.begin() + 1, sizes_.slices);
    return x.unsqueeze(1).expand(shape).flatten(0, 1);
  }

 private:
  // Smooth noise (N, channels, side, side) that changes from level to level.
  at::Tensor noise_volume(std::int64_t channels, std::int64_t grid) {
    const at::Tensor ends = random_.normal({sizes_.tasks, 1, 2, channels, grid, grid});
    const at::Tensor angle = (level_ * (std::numbers::pi / 2) + std::numbers::pi / 4)
                                 .view({sizes_.tasks, sizes_.slices, 1, 1, 1});
    const at::Tensor noise = ends.select(2, 0) * angle.cos() + ends.select(2, 1) * angle.sin();
    return enlarged(noise.flatten(0, 1), sizes_.side);
  }

  // Scores of the regions (N, kRegions, side, side): the largest one wins.
  at::Tensor draw_partition() {
    const at::Tensor coarse = noise_volume(kRegions, random_.integer(3, 6));
    const at::Tensor fine = noise_volume(kRegions, 11);
    const at::Tensor used = random_.integers(2, kRegions, {sizes_.tasks}).unsqueeze(1);
    const at::Tensor number = at::arange(kRegions).unsqueeze(0);
    constexpr double kNever = -1e4;
    const at::Tensor offset =
        number.ge(used).to(at::kFloat) * kNever + random_.normal({sizes_.tasks, kRegions}) * 0.4;
    return coarse + fine * 0.35 + each_slice(offset).view({count_, kRegions, 1, 1});
  }

  // Where every pixel lies in the anatomy: (N, 2, side, side), x and y of -1 ... 1.
  at::Tensor draw_points() {
    const at::Tensor line = at::linspace(-1, 1, sizes_.side);
    const at::Tensor x = line.view({1, -1}).expand({sizes_.side, sizes_.side});
    const at::Tensor grid = at::stack({x, x.t()}).flatten(1);  // (2, side side)
    const at::Tensor turn = random_.normal({count_}) * 0.12 * variety_;
    const at::Tensor scale = random_.normal({count_, 2}) * 0.08 * variety_.unsqueeze(1) + 1;
    const at::Tensor shift = random_.normal({count_, 2}) * 0.10 * variety_.unsqueeze(1);
    const at::Tensor c = turn.cos(), s = turn.sin();
    const at::Tensor affine = at::stack(
        {at::stack({c * scale.select(1, 0), -s}, 1), at::stack({s, c * scale.select(1, 1)}, 1)},
        1);  // (N, 2, 2)
    const at::Tensor turned = at::matmul(affine, grid).view({count_, 2, sizes_.side, sizes_.side}) +
                              shift.view({count_, 2, 1, 1});
    const at::Tensor amount = variety_.view({-1, 1, 1, 1});
    return turned + enlarged(random_.normal({count_, 2, 4, 4}), sizes_.side) * amount * 0.07 +
           enlarged(random_.normal({count_, 2, 9, 9}), sizes_.side) * amount * 0.025;
  }

  at::Tensor add_organs(at::Tensor labels, const at::Tensor& points) {
    const Shape each{sizes_.tasks, kOrgans};
    const at::Tensor surface = noise_volume(2 * kOrgans, 6);
    const at::Tensor centre =
        each_slice((random_.uniform({sizes_.tasks, kOrgans, 2}) * 2 - 1) * 0.6);
    const at::Tensor angle = each_slice(random_.uniform(each) * std::numbers::pi);
    const at::Tensor radius = each_slice(random_.uniform(each).pow(1.5) * 0.55 + 0.12);
    const at::Tensor aspect = each_slice(random_.uniform(each) * 0.75 + 0.25);
    const at::Tensor bend = each_slice(random_.normal(each) * 1.2);
    const at::Tensor cut = each_slice((random_.uniform(each) * 2 - 1) * 0.5);
    const at::Tensor halved = each_slice(random_.uniform(each) < 0.65);
    const at::Tensor level = each_slice(random_.normal(each)) * level_.reshape({count_, 1});
    const at::Tensor roughness = each_slice(random_.uniform(each) * 0.3 + 0.1);
    for (std::int64_t i = 0; i < kOrgans; ++i) {
      const auto of = [i](const at::Tensor& x) { return over_pixels(x.select(1, i)); };
      const at::Tensor x = points.select(1, 0) - over_pixels(centre.select(1, i).select(1, 0));
      const at::Tensor y = points.select(1, 1) - over_pixels(centre.select(1, i).select(1, 1));
      const at::Tensor c = of(angle).cos(), s = of(angle).sin();
      const at::Tensor u = (x * c + y * s) / of(radius);
      at::Tensor v = (y * c - x * s) / (of(radius) * of(aspect));
      v = v + (of(bend) * (u * u - 0.3)).clamp(-2, 2) * 0.5;
      const at::Tensor depth =
          (u * u + v * v).sqrt().neg() + 1 + of(roughness) * surface.select(1, i) - of(level) * 0.5;
      const at::Tensor side = u - of(cut) - of(level) + surface.select(1, kOrgans + i) * 0.12;
      const at::Tensor second = at::where(of(halved), side > 0, depth > 0.38);
      labels = at::where(depth > 0, second.to(at::kLong) + (kRegions + 2 * i), labels);
    }
    return labels;
  }

  TaskSizes sizes_;
  std::int64_t count_;
  TaskRandom& random_;
  at::Tensor level_;    // (tasks, slices)
  at::Tensor variety_;  // (N): how much the individuals of the task differ
};

// Piecewise constant intensities with texture: (N, 1, side, side).
at::Tensor paint(const at::Tensor& labels, const TaskSizes& sizes, const Anatomies& anatomies,
                 TaskRandom& random) {
  const std::int64_t count = labels.size(0), side = sizes.side;
  at::Tensor mean = random.uniform({sizes.tasks, kLabels});
  for (std::int64_t i = 0; i < kOrgans; ++i) {  // the parts of an organ often look alike
    const at::Tensor alike = random.uniform({sizes.tasks}) < 0.6;
    const std::int64_t first = kRegions + 2 * i;
    mean.select(1, first + 1)
        .copy_(at::where(alike, mean.select(1, first), mean.select(1, first + 1)));
  }
  mean = anatomies.each_slice(mean) + anatomies.each_slice(random.uniform({sizes.tasks, 1})) *
                                          random.normal({count, kLabels}) * 0.12;
  const at::Tensor roughness = anatomies.each_slice(random.uniform({sizes.tasks, kLabels}) *
                                                    random.uniform({sizes.tasks, 1}) * 0.18);
  const std::int64_t grain = random.integer(8, 32);
  const at::Tensor texture = enlarged(random.normal({count, 1, grain, grain}), side) * 0.7 +
                             enlarged(random.normal({count, 1, 6, 6}), side) * 0.5;
  const at::Tensor flat = labels.flatten(1);
  const auto of_label = [&](const at::Tensor& values) {
    return values.gather(1, flat).view({count, 1, side, side});
  };
  return of_label(mean) + of_label(roughness) * texture;
}

// The structure that each task asks for, neither tiny nor huge: masks (N, side, side).
at::Tensor choose_masks(const at::Tensor& labels, const TaskSizes& sizes,
                        const Anatomies& anatomies, TaskRandom& random) {
  const at::Tensor share =
      at::one_hot(labels, kLabels).to(at::kFloat).view({sizes.tasks, -1, kLabels}).mean(1);
  const at::Tensor suitable = share.gt(0.008).logical_and(share.lt(0.45)).to(at::kFloat);
  const at::Tensor weight = at::cat({at::full({kRegions}, 0.3), at::ones({2 * kOrgans})});
  const at::Tensor target =
      random.choice(suitable * weight + share.gt(0).to(at::kFloat) * 1e-6 + 1e-12);
  const at::Tensor label = over_pixels(anatomies.each_slice(target));
  // Sometimes both parts of an organ.
  const at::Tensor joined = over_pixels(
      anatomies.each_slice(target.ge(kRegions).logical_and(random.uniform({sizes.tasks}) < 0.3)));
  const at::Tensor same_organ = labels.div(2, "floor").eq(label.div(2, "floor"));
  return at::where(joined, same_organ, labels.eq(label));
}

}  // namespace

TaskBatch draw_tasks(const TaskSizes& sizes, std::uint64_t seed, std::uint64_t step) {
  TaskRandom random(seed, step);
  Anatomies anatomies(sizes, random);
  const at::Tensor labels = anatomies.draw_labels();
  const auto per_task = [&](const at::Tensor& x) { return anatomies.each_slice(x); };
  const at::Tensor painted = paint(labels, sizes, anatomies, random);
  const AcquisitionDraws draws = AcquisitionDraws::of(sizes.tasks, per_task, random);
  const at::Tensor images = acquire(painted, draws, random);
  const at::Tensor masks = choose_masks(labels, sizes, anatomies, random).to(at::kFloat);
  const Shape shape{sizes.tasks, sizes.slices, 1, sizes.side, sizes.side};
  return {images.view(shape), masks.view(shape)};
}

}  // namespace voxarena::fewshot
