#include "voxarena/plugin/conformance_plans.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace voxarena {
namespace {

using Sizes = std::vector<std::int64_t>;

Plan make_plan(std::int64_t channels, std::int64_t classes, Sizes patch, Sizes features,
               std::vector<Sizes> strides) {
  Plan plan;
  plan.channels = channels;
  plan.classes = classes;
  Configuration& c = plan.configuration;
  c.name = patch.size() == 3 ? "3d_fullres" : "2d";
  c.data_identifier = "nnUNetPlans_" + c.name;
  c.spacing.assign(patch.size(), 1.0);
  for (const std::int64_t size : patch)
    c.median_image_size.push_back(1.5 * static_cast<double>(size));
  c.normalization.assign(static_cast<std::size_t>(channels), "ZScoreNormalization");
  c.use_mask_for_norm.assign(static_cast<std::size_t>(channels), false);
  Architecture& a = c.architecture;
  for (const Sizes& stride : strides) {
    Sizes kernel;
    for (std::size_t axis = 0; axis < patch.size(); ++axis)
      kernel.push_back(patch[axis] == 5 && stride[axis] == 1 ? 1 : 3);
    a.kernel_sizes.push_back(kernel);
  }
  a.blocks_per_stage.assign(features.size(), 2);
  a.convs_per_decoder_stage.assign(features.size() - 1, 2);
  a.features = std::move(features);
  a.strides = std::move(strides);
  c.patch_size = std::move(patch);
  return plan;
}

}  // namespace

std::vector<Plan> conformance_plans(const Capabilities& capabilities) {
  std::vector<Plan> plans;
  if (capabilities.three_d) {
    plans.push_back(make_plan(1, 2, {16, 24, 16}, {8, 16, 32}, {{1, 1, 1}, {2, 2, 2}, {2, 2, 2}}));
    plans.push_back(make_plan(3, 5, {5, 20, 28}, {6, 10, 10}, {{1, 1, 1}, {1, 2, 2}, {1, 2, 2}}));
  }
  if (capabilities.two_d)
    plans.push_back(make_plan(2, 3, {40, 24}, {7, 14, 28}, {{1, 1}, {2, 2}, {2, 2}}));
  return plans;
}

Fingerprint conformance_fingerprint(const Plan& plan) {
  Fingerprint fingerprint;
  fingerprint.intensities.assign(static_cast<std::size_t>(plan.channels),
                                 {.max = 3, .min = -3, .std = 1});
  Extent shape = plan.configuration.patch_extent();
  for (auto& size : shape) size = size * 3 / 2;
  constexpr std::size_t kCases = 4;
  fingerprint.shapes_after_crop.assign(kCases, shape);
  fingerprint.spacings.assign(kCases, Spacing{1, 1, 1});
  return fingerprint;
}

std::string describe(const Plan& plan) {
  return fmt::format("{} {}, {} channels, {} classes", plan.configuration.name,
                     fmt::join(plan.patch_size(), " x "), plan.channels, plan.classes);
}

}  // namespace voxarena
