#include "preprocessing/planner.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "preprocessing/configuration_planner.h"
#include "preprocessing/percentile.h"
#include "preprocessing/resampling.h"
#include "preprocessing/transposition.h"
#include "voxarena/core/error.h"
#include "voxarena/data/image_reader.h"
#include "voxarena/data/raw_dataset.h"
#include "voxarena/plan/plans.h"

namespace voxarena {
namespace {

// A lowres stage is planned where a patch covers less of the median image.
constexpr double kLowresCoverage = 0.25;
constexpr double kLowresStep = 1.03;

template <class T>
std::vector<double> column(const std::vector<std::array<T, 3>>& rows, std::size_t axis) {
  std::vector<double> out;
  for (const auto& row : rows) out.push_back(static_cast<double>(row[axis]));
  return out;
}

template <class T>
std::array<double, 3> median_per_axis(const std::vector<std::array<T, 3>>& rows) {
  return {median(column(rows, 0)), median(column(rows, 1)), median(column(rows, 2))};
}

double product(const std::array<double, 3>& values) { return values[0] * values[1] * values[2]; }

// The median, except for a very thick axis with few slices: there the 10th percentile, so that the
// thinner-sliced cases are not spoilt by resampling.
Spacing suggested_spacing(const Fingerprint& fingerprint) {
  Spacing target{};
  std::array<double, 3> size{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    target[axis] = percentile(column(fingerprint.spacings, axis), 50);
    size[axis] = percentile(column(fingerprint.shapes_after_crop, axis), 50);
  }
  const auto worst =
      static_cast<std::size_t>(std::max_element(target.begin(), target.end()) - target.begin());
  const std::size_t a = worst == 0 ? 1 : 0;
  const std::size_t b = worst == 2 ? 1 : 2;
  const double coarser = std::max(target[a], target[b]);
  if (target[worst] > kAnisotropy * coarser &&
      size[worst] * kAnisotropy < std::min(size[a], size[b])) {
    const double low = percentile(column(fingerprint.spacings, worst), 10);
    target[worst] = low < coarser ? coarser + 1e-5 : low;
  }
  return target;
}

// The thickest axis first.
std::array<int, 3> transposition(const Spacing& target) {
  const auto worst =
      static_cast<int>(std::max_element(target.begin(), target.end()) - target.begin());
  if (worst == 0) return {0, 1, 2};
  return worst == 1 ? std::array{1, 0, 2} : std::array{2, 0, 1};
}

std::array<int, 3> inverse(const std::array<int, 3>& order) {
  std::array<int, 3> out{};
  for (int i = 0; i < 3; ++i) out[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] = i;
  return out;
}

std::vector<double> list(const std::array<double, 3>& values, std::ptrdiff_t from = 0) {
  return {values.begin() + from, values.end()};
}

// Coarsens `fullres` until a patch covers a quarter of the image, thin axes first. False if the
// result is not worth it.
bool plan_lowres(const ConfigurationPlanner& planner, const Configuration& fullres,
                 const std::array<double, 3>& median_shape, double training_cases,
                 Configuration& lowres) {
  const Spacing full{fullres.spacing[0], fullres.spacing[1], fullres.spacing[2]};
  Spacing spacing = full;
  double image_voxels = product(median_shape);
  double patch_voxels = static_cast<double>(voxels(fullres.patch_extent()));
  while (patch_voxels / image_voxels < kLowresCoverage) {
    const double thickest = *std::max_element(spacing.begin(), spacing.end());
    const auto is_thin = [&](double s) { return thickest / s > 2; };
    const bool all = std::none_of(spacing.begin(), spacing.end(), is_thin);
    for (double& s : spacing) {
      if (all || is_thin(s)) s *= kLowresStep;
    }
    std::array<double, 3> shape{};
    for (std::size_t i = 0; i < 3; ++i) shape[i] = full[i] / spacing[i] * median_shape[i];
    image_voxels = product(shape);
    for (double& n : shape) n = std::nearbyint(n);
    lowres = planner.plan("3d_lowres", list(spacing), list(shape), image_voxels * training_cases);
    patch_voxels = static_cast<double>(voxels(lowres.patch_extent()));
  }
  return !lowres.name.empty() && product(median_shape) / image_voxels >= 2;
}

void check(const Fingerprint& fingerprint, const PlanningInput& input) {
  if (fingerprint.spacings.empty() ||
      fingerprint.spacings.size() != fingerprint.shapes_after_crop.size()) {
    throw Error::input(fmt::format("{}: the fingerprint has no cases", input.dataset_name),
                       "extract the fingerprint again");
  }
  for (const Spacing& spacing : fingerprint.spacings) {
    if (std::any_of(spacing.begin(), spacing.end(),
                    [](double s) { return !(s > 0) || std::isinf(s); })) {
      throw Error::input(fmt::format("{}: spacing ({}, {}, {}) in the fingerprint is not positive",
                                     input.dataset_name, spacing[0], spacing[1], spacing[2]),
                         "correct the header of that image");
    }
  }
}

void check(const PlannerSettings& settings) {
  if (!(settings.memory > 0) || std::isinf(settings.memory)) {
    throw Error::usage(fmt::format("a memory target of {} GB is impossible", settings.memory),
                       "name the memory of the GPU in GB, for example 24");
  }
  if (!settings.target_spacing) return;
  const Spacing& target = *settings.target_spacing;
  if (std::any_of(target.begin(), target.end(),
                  [](double s) { return !(s > 0) || std::isinf(s); })) {
    throw Error::usage(
        fmt::format("target spacing ({}, {}, {}) is not positive", target[0], target[1], target[2]),
        "name three numbers in mm, in the order z, y, x of the files");
  }
}

}  // namespace

PlanningInput planning_input(const RawDataset& dataset) {
  PlanningInput out;
  out.dataset_name = dataset.name;
  out.channel_names = dataset.channel_names;
  const Json& json = dataset.json;
  out.label_keys = static_cast<std::int64_t>(json.at("labels").size());
  out.training_cases = json.value("numTraining", static_cast<std::int64_t>(dataset.cases.size()));
  out.image_reader_writer = name_of(dataset.reader);
  return out;
}

Plans plan_experiment(const Fingerprint& fingerprint, const PlanningInput& input,
                      const PlannerSettings& settings) {
  check(fingerprint, input);
  check(settings);
  Plans plans;
  plans.dataset_name = input.dataset_name;
  plans.plans_name = settings.plans_name;
  plans.experiment_planner = settings.planner_name;
  plans.image_reader_writer = input.image_reader_writer;
  plans.intensities = fingerprint.intensities;

  const Spacing target =
      settings.target_spacing ? *settings.target_spacing : suggested_spacing(fingerprint);
  plans.transpose_forward = transposition(target);
  plans.transpose_backward = inverse(plans.transpose_forward);
  plans.original_median_spacing =
      transposed(median_per_axis(fingerprint.spacings), plans.transpose_forward);
  plans.original_median_shape =
      transposed(median_per_axis(fingerprint.shapes_after_crop), plans.transpose_forward);
  for (double& n : plans.original_median_shape) n = std::nearbyint(n);

  std::vector<Extent> shapes;
  for (std::size_t i = 0; i < fingerprint.spacings.size(); ++i) {
    shapes.push_back(
        resampled_shape(fingerprint.shapes_after_crop[i], fingerprint.spacings[i], target));
  }
  const auto shape = transposed(median_per_axis(shapes), plans.transpose_forward);
  const Spacing spacing = transposed(target, plans.transpose_forward);
  const auto cases = static_cast<double>(input.training_cases);
  const double dataset_voxels = product(shape) * cases;

  const ConfigurationPlanner planner(settings, input,
                                     fingerprint.median_relative_size_after_cropping);
  plans.configurations.push_back(
      planner.plan("2d", list(spacing, 1), list(shape, 1), dataset_voxels));
  plans.configurations.back().batch_dice = true;
  if (shape[0] == 1) return plans;

  Configuration fullres = planner.plan("3d_fullres", list(spacing), list(shape), dataset_voxels);
  Configuration lowres;
  if (!plan_lowres(planner, fullres, shape, cases, lowres)) {
    plans.configurations.push_back(std::move(fullres));
    return plans;
  }
  fullres.batch_dice = true;
  lowres.next_stages = {"3d_cascade_fullres"};
  Configuration cascade = fullres;
  cascade.name = lowres.next_stages[0];
  cascade.inherits_from = fullres.name;
  cascade.previous_stage = lowres.name;
  plans.configurations.push_back(std::move(lowres));
  plans.configurations.push_back(std::move(fullres));
  plans.configurations.push_back(std::move(cascade));
  return plans;
}

}  // namespace voxarena
