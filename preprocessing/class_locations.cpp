#include "preprocessing/class_locations.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "voxarena/core/random.h"

namespace voxarena {
namespace {

constexpr std::uint32_t kSeed = 1234;
constexpr std::int64_t kLeastSamples = 10'000;
constexpr double kLeastCoverage = 0.01;

struct Request {
  int key;
  std::vector<int> values;
  bool is_list = false;
};

std::vector<Request> requests(const Labels& labels) {
  std::vector<Request> out;
  if (labels.has_regions()) {
    for (const LabelEntry& region : labels.foreground())
      out.push_back({static_cast<int>(out.size()), region.values, region.is_list});
  } else {
    for (const int value : labels.all_values()) {
      if (value != 0) out.push_back({value, {value}});
    }
  }
  if (labels.ignore()) {
    Request annotated{kAnnotatedVoxels, {-1}, true};
    annotated.values.insert(annotated.values.end(), labels.all_values().begin(),
                            labels.all_values().end());
    out.push_back(std::move(annotated));
  }
  return out;
}

// Offsets of the voxels of each requested value, ascending.
using Offsets = std::map<int, std::vector<std::int64_t>>;
Offsets offsets_per_value(const Volume<std::int16_t>& seg, const std::vector<Request>& wanted) {
  Offsets out;
  for (const Request& request : wanted) {
    for (const int value : request.values) out[value];
  }
  std::vector<std::int64_t>* list = nullptr;
  int previous = 0;
  bool known = false;
  for (std::size_t i = 0; i < seg.values.size(); ++i) {
    const int value = seg.values[i];
    if (!known || value != previous) {  // labels come in runs
      const auto found = out.find(value);
      list = found == out.end() ? nullptr : &found->second;
      previous = value;
      known = true;
    }
    if (list != nullptr) list->push_back(static_cast<std::int64_t>(i));
  }
  return out;
}

std::array<std::int32_t, 3> position(std::int64_t offset, const Extent& size) {
  const std::int64_t row = offset / size[2];
  return {static_cast<std::int32_t>(row / size[1]), static_cast<std::int32_t>(row % size[1]),
          static_cast<std::int32_t>(offset % size[2])};
}

// The `pick`-th voxel of the joined lists of `values`.
std::int64_t joined(const Offsets& offsets, const std::vector<int>& values, std::size_t pick) {
  for (const int value : values) {
    const auto& list = offsets.at(value);
    if (pick < list.size()) return list[pick];
    pick -= list.size();
  }
  return -1;
}

}  // namespace

ClassLocations class_locations(const Volume<std::int16_t>& seg, const Labels& labels) {
  const std::vector<Request> wanted = requests(labels);
  const Offsets offsets = offsets_per_value(seg, wanted);
  NumpyRandom random(kSeed);
  ClassLocations out;
  std::vector<std::uint32_t> order;
  for (const Request& request : wanted) {
    auto& locations = out[request.key];
    std::size_t total = 0;
    for (const int value : request.values) total += offsets.at(value).size();
    if (total == 0) continue;
    order.resize(total);
    std::iota(order.begin(), order.end(), 0U);
    random.shuffle(order);
    const auto covering =
        static_cast<std::int64_t>(std::ceil(static_cast<double>(total) * kLeastCoverage));
    const std::int64_t count =
        std::max(std::min(kLeastSamples, static_cast<std::int64_t>(total)), covering);
    locations.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      locations.push_back(
          position(joined(offsets, request.values, order[static_cast<std::size_t>(i)]), seg.size));
    }
  }
  return out;
}

std::map<int, LocationLabels> location_labels(const Labels& labels) {
  std::map<int, LocationLabels> out;
  for (const Request& request : requests(labels)) {
    if (labels.has_regions() || request.key == kAnnotatedVoxels)
      out[request.key] = {request.values, request.is_list};
  }
  return out;
}

}  // namespace voxarena
