// What the user chose of FATE-SAM.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plugins/sam/sam2/config.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plugin/option.h"

namespace voxarena::fatesam {

// How a slice is compared with a support slice.
enum class Similarity : std::uint8_t {
  l1,     // mean distance of the three maps of the feature pyramid, as the released code
  cosine  // angle between the coarse maps
};

struct Settings {
  sam2::Config network;
  std::string backbone;
  std::string weights;       // a file, or "random"
  bool as_released = false;  // README.md lists what that changes
  Similarity similarity = Similarity::l1;
  std::int64_t retrieved = 3;     // support slices that a slice recalls
  std::int64_t neighbours = 6;    // slices behind it that it recalls, 0 ... 6
  std::vector<int> axes{0};       // that slices lie across; several: their scores' mean
  std::int64_t batch = 1;         // slices that go through the image encoder at once
  bool half_features = true;      // features are kept in float16
  std::uint64_t memory = 0;       // bytes of support features and memories that are kept
  std::filesystem::path cache;    // folder of features, empty: none
  std::uint64_t cache_limit = 0;  // bytes
};

std::vector<Option> declared_options();

// Error (input) if the image size does not fit the backbone, or options exclude each other.
Settings make_settings(const Plan& plan, const Options& options);

}  // namespace voxarena::fatesam
