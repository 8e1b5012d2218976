#include "training/label_rules.h"

#include <ATen/ops/zeros.h>

#include "voxarena/data/labels.h"

namespace voxarena {

nn::TargetRules label_rules(const Labels& labels) {
  nn::TargetRules rules;
  if (labels.ignore()) rules.ignore = *labels.ignore();
  if (!labels.has_regions()) return rules;
  const std::int64_t values = labels.ignore().value_or(labels.all_values().back()) + 1;
  rules.regions = at::zeros({labels.heads(), values}, at::kBool);
  auto contains = rules.regions.accessor<bool, 2>();
  for (std::size_t r = 0; r < labels.foreground().size(); ++r) {
    for (const int value : labels.foreground()[r].values)
      contains[static_cast<std::int64_t>(r)][value] = true;
  }
  return rules;
}

}  // namespace voxarena
