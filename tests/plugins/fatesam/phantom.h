// A small volume by a formula; tests/golden/fatesam/make.py has it too.
#pragma once

#include <algorithm>

#include "plugins/fatesam/settings.h"
#include "tests/plugins/sam/sam2/golden.h"
#include "voxarena/plugin/segmenter.h"

namespace voxarena::testing {

constexpr std::int64_t kPhantomClasses = 4;  // and of them one is background

// Boxes that move from slice to slice, of three classes that come and go.
inline SupportCase slices_phantom(std::int64_t stream, std::int64_t shift) {
  const Extent size{12, 48, 64};
  SupportCase one{.id = "shift_" + std::to_string(shift),
                  .image = Volume<float>(1, size),
                  .labels = Volume<std::int16_t>(1, size)};
  const at::Tensor values = noise({size[0], size[1], size[2]}, stream);
  std::copy_n(values.const_data_ptr<float>(), one.image.values.size(), one.image.values.begin());
  for (std::int64_t s = 0; s < size[0]; ++s) {
    for (std::int64_t k = 1; k < kPhantomClasses; ++k) {
      if ((s + k + shift) % (k + 3) < 2) continue;
      const std::int64_t top = 4 + 2 * ((s + shift) % 6) + 4 * k,
                         left = 18 * (k - 1) + (s + 2 * shift) % 5;
      for (std::int64_t y = top; y < std::min(top + 16, size[1]); ++y) {
        for (std::int64_t x = left; x < std::min(left + 14, size[2]); ++x)
          one.labels.at(0, s, y, x) = static_cast<std::int16_t>(k);
      }
    }
  }
  for (std::size_t i = 0; i < one.image.values.size(); ++i)
    one.image.values[i] += one.labels.values[i];
  return one;
}

inline SupportSet two_phantoms() {
  SupportSet supports;
  supports.cases = {slices_phantom(701, 0), slices_phantom(702, 1)};
  return supports;
}

inline fatesam::Settings micro_settings(const std::string& version, bool as_released) {
  fatesam::Settings settings;
  settings.network =
      sam2::preset("micro", version == "2.0" ? sam2::Release::v2_0 : sam2::Release::v2_1);
  settings.backbone = "micro";
  settings.weights = "random";
  settings.as_released = as_released;
  settings.half_features = false;
  settings.memory = std::uint64_t{1} << 30;
  return settings;
}

inline RunContext quiet_context() {
  RunContext context;
  context.quiet = true;
  return context;
}

}  // namespace voxarena::testing
