// What the numbers in a label map mean: the `labels` object of dataset.json (nnU-Net's rules).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "voxarena/core/json.h"

namespace voxarena {

// One foreground entry of `labels` in declaration order: a single value, or several for a region.
struct LabelEntry {
  std::string name;
  std::vector<int> values;
  bool is_list =
      false;  // declared as a list, be it of one value: nnU-Net's summary.json calls it "(3,)"
};

class Labels {
 public:
  // `dataset_json` is the whole document; `source` its file name for messages. Error (input) on a
  // broken rule.
  static Labels from_dataset_json(const Json& dataset_json, const std::string& source);

  const std::vector<LabelEntry>& foreground() const { return foreground_; }
  std::optional<int> ignore() const { return ignore_; }
  bool has_regions() const { return has_regions_; }
  const std::vector<int>& regions_class_order() const { return regions_class_order_; }

  // Every value but `ignore`, sorted, 0 included.
  const std::vector<int>& all_values() const { return all_values_; }
  // Output heads of a network: foreground regions, or all labels with background.
  std::int64_t heads() const;
  bool is_declared(int value) const;

 private:
  std::vector<LabelEntry> foreground_;
  std::vector<int> all_values_;
  std::optional<int> ignore_;
  std::vector<int> regions_class_order_;
  bool has_regions_ = false;
};

}  // namespace voxarena
