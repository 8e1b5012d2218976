// The conformance check of methods that are shown supports instead of being trained.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "voxarena/core/error.h"
#include "voxarena/core/random.h"
#include "voxarena/plugin/conformance_checks.h"
#include "voxarena/plugin/conformance_plans.h"

namespace voxarena {
namespace {

// A bright box for every class, each brighter than the last, in noise; `shift` moves them all.
SupportCase made_up_case(const Plan& plan, std::int64_t shift) {
  Extent size = plan.configuration.patch_extent();
  for (std::int64_t& edge : size) edge = edge * 3 / 2;
  SupportCase one{.id = fmt::format("shift_{}", shift),
                  .image = Volume<float>(plan.channels, size),
                  .labels = Volume<std::int16_t>(1, size)};
  CounterRandom random(7, {static_cast<std::uint64_t>(shift)});
  for (float& value : one.image.values) value = static_cast<float>(0.1 * random.normal());
  const std::int64_t width = std::max<std::int64_t>(2, size[2] / (plan.classes + 1));
  for (std::int64_t k = 1; k < plan.classes; ++k) {
    for (std::int64_t z = size[0] / 4; z < std::max(size[0] * 3 / 4, size[0] / 4 + 1); ++z) {
      for (std::int64_t y = size[1] / 4 + shift; y < size[1] * 3 / 4; ++y) {
        for (std::int64_t x = (k - 1) * width + shift; x < k * width && x < size[2]; ++x) {
          one.labels.at(0, z, y, x) = static_cast<std::int16_t>(k);
          for (std::int64_t c = 0; c < plan.channels; ++c)
            one.image.at(c, z, y, x) += static_cast<float>(k);
        }
      }
    }
  }
  return one;
}

// Share of the foreground that the largest score gives its own label.
double foreground_found(const Volume<float>& scores, const Volume<std::int16_t>& labels) {
  std::int64_t foreground = 0, found = 0;
  for (std::int64_t i = 0; i < scores.voxels_per_channel(); ++i) {
    const std::int16_t label = labels.values[static_cast<std::size_t>(i)];
    if (label == 0) continue;
    ++foreground;
    std::int64_t best = 0;
    for (std::int64_t k = 1; k < scores.channels; ++k) {
      if (scores.channel(k)[i] > scores.channel(best)[i]) best = k;
    }
    found += best == label ? 1 : 0;
  }
  return static_cast<double>(found) / static_cast<double>(std::max<std::int64_t>(foreground, 1));
}

bool has_random_weights(const Subject& subject) {
  const std::vector<Option>& declared = subject.method.description().options;
  return std::ranges::find(declared, "weights", &Option::name) != declared.end() &&
         subject.options.text("weights") == "random";
}

void check_plan(const Subject& subject, const Plan& plan) {
  RunContext context;
  context.quiet = true;
  context.seed = subject.seed;
  SupportSet supports;
  for (const std::int64_t shift : {0, 1}) supports.cases.push_back(made_up_case(plan, shift));
  const SupportCase asked = made_up_case(plan, 1);
  const std::string where = describe(plan);
  const auto segmenter = subject.method.show(plan, subject.options, supports, context);
  const Volume<float> scores = segmenter->segment(asked.image, context);
  if (scores.size != asked.image.size || scores.channels != plan.classes) {
    throw Error::input(fmt::format("{}: {} x {} x {} x {} scores", where, scores.channels,
                                   scores.size[0], scores.size[1], scores.size[2]));
  }
  if (!std::ranges::all_of(scores.values, [](float value) { return std::isfinite(value); }))
    throw Error::input(fmt::format("{}: scores are not finite", where));
  const auto again = subject.method.show(plan, subject.options, supports, context);
  if (again->segment(asked.image, context).values != scores.values)
    throw Error::input(fmt::format("{}: the same supports and image gave other scores", where));
  if (has_random_weights(subject)) return;  // what it finds is chance
  constexpr double kLeast = 0.5;            // of a case that is one of the supports
  if (const double found = foreground_found(scores, asked.labels); found < kLeast) {
    throw Error::input(
        fmt::format("{}: {:.0f} % of a support's own foreground found", where, 100 * found));
  }
}

}  // namespace

std::string check_segmentation(const Subject& subject) {
  for (const Plan& plan : subject.plans) check_plan(subject, plan);
  return fmt::format("{} plans", subject.plans.size());
}

}  // namespace voxarena
