#include "voxarena/data/labels.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"
#include "voxarena/core/json.h"

namespace voxarena {
namespace {

constexpr int kLargestLabel = 32767;  // segmentations are stored as int16

const Json& labels_object(const Json& dataset_json, const std::string& source) {
  const auto labels = dataset_json.find("labels");
  if (labels == dataset_json.end() || !labels->is_object()) {
    throw Error::input(fmt::format("{}: 'labels' is missing or not an object", source),
                       R"(write for example "labels": {"background": 0, "liver": 1})");
  }
  return *labels;
}

int label_value(const Json& value, const std::string& name, const std::string& source) {
  if (!value.is_number_integer()) {
    throw Error::input(
        fmt::format("{}: labels.{}: {} is not an integer", source, name, json_text(value)),
        "a label is an integer, a region a list of integers");
  }
  const auto number = value.get<std::int64_t>();
  if (number < 0 || number > kLargestLabel) {
    throw Error::input(fmt::format("{}: labels.{}: {} is out of range", source, name, number),
                       fmt::format("labels lie between 0 and {}", kLargestLabel));
  }
  return static_cast<int>(number);
}

std::vector<int> entry_values(const Json& entry, const std::string& name,
                              const std::string& source) {
  if (!entry.is_array()) return {label_value(entry, name, source)};
  std::vector<int> values;
  for (const Json& item : entry) values.push_back(label_value(item, name, source));
  if (values.empty()) {
    throw Error::input(fmt::format("{}: labels.{}: the list of values is empty", source, name),
                       "name the values that make up the region, or remove it");
  }
  return values;
}

void check_background(const Json& labels, const std::string& source) {
  const auto background = labels.find("background");
  if (background == labels.end() || !background->is_number_integer() ||
      background->get<std::int64_t>() != 0) {
    throw Error::input(fmt::format("{}: labels.background must be declared as 0", source),
                       R"(add "background": 0 to 'labels')");
  }
}

// regions_class_order: one integer per region, the value that is painted for it.
std::vector<int> class_order(const Json& dataset_json, std::size_t regions,
                             const std::string& source) {
  const auto field = dataset_json.find("regions_class_order");
  const bool is_list = field != dataset_json.end() && field->is_array() && field->size() == regions;
  if (!is_list) {
    throw Error::input(
        fmt::format("{}: 'regions_class_order' must be a list with one label per region ({})",
                    source, regions),
        "data sets with regions say which label each region paints, in the order of 'labels'");
  }
  std::vector<int> order;
  for (const Json& item : *field) order.push_back(label_value(item, "regions_class_order", source));
  return order;
}

}  // namespace

Labels Labels::from_dataset_json(const Json& dataset_json, const std::string& source) {
  const Json& declared = labels_object(dataset_json, source);
  check_background(declared, source);
  Labels labels;
  for (const auto& [name, entry] : declared.items()) {
    if (name == "ignore") {
      labels.ignore_ = label_value(entry, name, source);
      continue;
    }
    std::vector<int> values = entry_values(entry, name, source);
    labels.all_values_.insert(labels.all_values_.end(), values.begin(), values.end());
    if (std::all_of(values.begin(), values.end(), [](int value) { return value == 0; })) continue;
    labels.has_regions_ = labels.has_regions_ || values.size() > 1;
    labels.foreground_.push_back({name, std::move(values), entry.is_array()});
  }
  std::vector<int>& all = labels.all_values_;
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());

  if (labels.foreground_.empty()) {
    throw Error::input(fmt::format("{}: 'labels' declares no foreground", source),
                       "declare at least one structure");
  }
  if (labels.ignore_ && *labels.ignore_ != all.back() + 1) {
    throw Error::input(fmt::format("{}: labels.ignore is {} but must be {}", source,
                                   *labels.ignore_, all.back() + 1),
                       "the ignore label follows the largest other label");
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == static_cast<int>(i)) continue;
    throw Error::input(
        fmt::format("{}: labels: value {} is missing, values must be consecutive", source, i),
        "renumber the labels 0, 1, 2, ... in dataset.json and in the label files");
  }
  if (labels.has_regions_)
    labels.regions_class_order_ = class_order(dataset_json, labels.foreground_.size(), source);
  return labels;
}

std::int64_t Labels::heads() const {
  return static_cast<std::int64_t>(has_regions_ ? foreground_.size() : all_values_.size());
}

bool Labels::is_declared(int value) const {
  return value == ignore_ || std::binary_search(all_values_.begin(), all_values_.end(), value);
}

}  // namespace voxarena
