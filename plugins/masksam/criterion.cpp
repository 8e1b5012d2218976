#include "plugins/masksam/criterion.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/einsum.h>
#include <ATen/ops/full.h>
#include <ATen/ops/nan_to_num.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/tensor.h>

#include "plugins/masksam/assignment.h"
#include "plugins/masksam/boxes.h"
#include "plugins/masksam/point_sampling.h"

namespace voxarena::masksam {
namespace {

at::Tensor as_loss_input(const at::Tensor& auxiliary_masks, const CriterionSettings& settings) {
  const at::Tensor logits = auxiliary_masks.to(at::kFloat);
  return settings.auxiliary_probabilities ? logits.sigmoid() : logits;
}

struct MaskTerms {
  at::Tensor cross_entropy, dice;
};

// Costs (G, N, K) of masks (G, N, P) against target masks (G, K, P) at the same points.
MaskTerms mask_costs(const at::Tensor& logits, const at::Tensor& target) {
  const at::Tensor truth = target.transpose(1, 2), probability = logits.sigmoid();
  const at::Tensor if_inside = at::softplus(-logits), if_outside = at::softplus(logits);
  const at::Tensor overlap = at::bmm(probability, truth);
  const at::Tensor sizes = probability.sum(-1).unsqueeze(2) + target.sum(-1).unsqueeze(1);
  return {(at::bmm(if_inside, truth) + at::bmm(if_outside, 1 - truth)) / logits.size(-1),
          1 - (2 * overlap + 1) / (sizes + 1)};
}

// Of masks (M, H, W) with their target masks: means over points, sums over masks.
MaskTerms mask_losses(const at::Tensor& logits, const at::Tensor& target, std::int64_t points) {
  const at::Tensor where = uncertain_points(logits.detach(), points);
  const at::Tensor truth = sample(target.unsqueeze(1), where).squeeze(1);
  const at::Tensor x = sample(logits.unsqueeze(1), where).squeeze(1), probability = x.sigmoid();
  const at::Tensor overlap = (probability * truth).sum(1);
  const at::Tensor dice = 1 - (2 * overlap + 1) / (probability.sum(1) + truth.sum(1) + 1);
  constexpr std::int64_t kNone = 0;
  return {at::binary_cross_entropy_with_logits(x, truth, {}, {}, kNone).mean(1).sum(), dice.sum()};
}

// All queries; those without a target should say "no object".
at::Tensor class_loss(const at::Tensor& logits, const Matches& matches, double no_object_weight) {
  const std::int64_t no_object = logits.size(2) - 1;
  const at::Tensor target =
      at::full(logits.sizes().slice(0, 2), no_object, logits.options().dtype(at::kLong));
  target.index_put_({matches.slice, matches.query}, matches.label);
  const at::Tensor weight = at::ones(no_object + 1, logits.options());
  weight.narrow(0, no_object, 1).fill_(no_object_weight);
  return at::cross_entropy_loss(logits.flatten(0, 1), target.flatten(), weight);
}

}  // namespace

at::Tensor semantic_scores(const MaskPrediction& prediction) {
  const std::int64_t classes = prediction.classes.size(2) - 1;
  const at::Tensor probability = prediction.classes.softmax(-1).narrow(-1, 0, classes);
  return at::einsum("gnk,gnhw->gkhw", {probability, prediction.masks.sigmoid()});
}

Targets make_targets(const at::Tensor& labels, std::int64_t classes, std::int64_t height,
                     std::int64_t width) {
  const at::Tensor label = at::arange(classes, labels.options()).view({-1, 1, 1});
  const at::Tensor masks = labels.unsqueeze(1) == label;
  return {masks.to(at::kFloat), masks.flatten(2).any(-1).cpu(), tight_boxes(masks, height, width)};
}

at::Tensor matching_costs(const MaskPrediction& prediction, const Targets& targets,
                          const CriterionSettings& settings) {
  const std::int64_t classes = targets.masks.size(1);
  const at::Tensor points = random_points(targets.masks.size(0), settings.points, targets.masks);
  const at::Tensor truth = sample(targets.masks, points);
  const auto add_masks = [&](const at::Tensor& costs, const at::Tensor& logits, double weight) {
    const MaskTerms terms = mask_costs(sample(logits, points), truth);
    return costs + weight * (terms.cross_entropy + terms.dice);
  };
  at::Tensor costs =
      -settings.class_weight * prediction.classes.to(at::kFloat).softmax(-1).narrow(2, 0, classes);
  costs = add_masks(costs, prediction.masks.to(at::kFloat), settings.mask_weight);
  if (prediction.auxiliary_masks.defined())
    costs = add_masks(costs, as_loss_input(prediction.auxiliary_masks, settings),
                      settings.auxiliary_mask_weight);
  if (prediction.auxiliary_boxes.defined()) {
    const at::Tensor ours = prediction.auxiliary_boxes.to(at::kFloat).unsqueeze(2);
    const at::Tensor theirs = targets.boxes.unsqueeze(1);
    costs = costs + settings.box_l1_weight * (ours - theirs).abs().sum(-1) -
            settings.box_iou_weight * generalized_iou(ours, theirs);
  }
  return costs;
}

Matches match(const at::Tensor& costs, const at::Tensor& present) {
  const at::Tensor table = at::nan_to_num(costs.detach().cpu().to(at::kDouble), kCostOfNotANumber)
                               .clamp(-kLargestCost, kLargestCost)
                               .contiguous();
  const auto cost = table.accessor<double, 3>();
  const at::Tensor there = present.contiguous();
  const auto is_there = there.accessor<bool, 2>();
  std::vector<std::int64_t> slices, queries, labels;
  Matches matches;
  for (std::int64_t g = 0; g < table.size(0); ++g) {
    std::vector<std::int64_t> columns;
    for (std::int64_t k = 0; k < table.size(2); ++k) {
      if (is_there[g][k]) columns.push_back(k);
    }
    std::vector<double> of_slice;
    for (std::int64_t n = 0; n < table.size(1); ++n) {
      for (const std::int64_t k : columns) of_slice.push_back(cost[g][n][k]);
    }
    const auto count = static_cast<std::int64_t>(columns.size());
    matches.targets += count;
    for (const auto& [query, column] : assign(of_slice, table.size(1), count)) {
      slices.push_back(g);
      queries.push_back(query);
      labels.push_back(columns[static_cast<std::size_t>(column)]);
    }
  }
  const auto on_device = [&](const std::vector<std::int64_t>& list) {
    return at::tensor(list, at::kLong).to(costs.device());
  };
  matches.slice = on_device(slices);
  matches.query = on_device(queries);
  matches.label = on_device(labels);
  return matches;
}

Loss mask_loss(const MaskPrediction& prediction, const Targets& targets,
               const CriterionSettings& settings) {
  Matches matches;
  {
    const at::NoGradGuard no_grad;
    matches = match(matching_costs(prediction, targets, settings), targets.present);
  }
  Loss loss;
  const auto add = [&loss](const std::string& name, double weight, const at::Tensor& term) {
    loss.total = loss.total.defined() ? loss.total + weight * term : weight * term;
    loss.terms.emplace_back(name, term.detach());
  };
  const auto of_matched = [&](const at::Tensor& of_queries) {
    return of_queries.to(at::kFloat).index({matches.slice, matches.query});
  };
  const auto of_targets = [&](const at::Tensor& of_classes) {
    return of_classes.index({matches.slice, matches.label});
  };
  const double count = static_cast<double>(std::max<std::int64_t>(matches.targets, 1));
  const at::Tensor truth = of_targets(targets.masks);
  const auto add_masks = [&](const std::string& name, double weight, const at::Tensor& logits) {
    const MaskTerms terms = mask_losses(logits, truth, settings.points);
    add(name + "cross_entropy", weight, terms.cross_entropy / count);
    add(name + "dice", weight, terms.dice / count);
  };
  add("class", settings.class_weight,
      class_loss(prediction.classes.to(at::kFloat), matches, settings.no_object_weight));
  add_masks("mask_", settings.mask_weight, of_matched(prediction.masks));
  if (prediction.auxiliary_masks.defined())
    add_masks("auxiliary_", settings.auxiliary_mask_weight,
              as_loss_input(of_matched(prediction.auxiliary_masks), settings));
  if (prediction.auxiliary_boxes.defined()) {
    const at::Tensor ours = of_matched(prediction.auxiliary_boxes),
                     theirs = of_targets(targets.boxes);
    add("box_l1", settings.box_l1_weight, (ours - theirs).abs().sum() / count);
    add("box_iou", settings.box_iou_weight, (1 - generalized_iou(ours, theirs)).sum() / count);
  }
  return loss;
}

}  // namespace voxarena::masksam
