#include "preprocessing/case_checks.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "voxarena/core/error.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

std::string text(const Extent& size) {
  return fmt::format("({}, {}, {})", size[0], size[1], size[2]);
}

}  // namespace

void check_case(const Image& image, const LabelImage* label, std::int64_t channels) {
  const Volume<float>& voxels = image.voxels;
  if (voxels.empty())
    throw Error::input("the image has no voxels", "the file is broken; export it again");
  if (voxels.channels != channels) {
    throw Error::input(
        fmt::format("the image has {} channels, the plans have {}", voxels.channels, channels),
        "give one file per channel of dataset.json");
  }
  if (label != nullptr && label->voxels.size != voxels.size) {
    throw Error::input(fmt::format("image size {} and label size {} differ", text(voxels.size),
                                   text(label->voxels.size)),
                       "draw or resample the label on the image's grid");
  }
  const auto broken = std::find_if(voxels.values.begin(), voxels.values.end(),
                                   [](float v) { return !std::isfinite(v); });
  if (broken != voxels.values.end()) {
    const std::int64_t channel = (broken - voxels.values.begin()) / voxels.voxels_per_channel();
    throw Error::input(
        fmt::format("channel {} has {} voxels", channel, std::isnan(*broken) ? "NaN" : "infinite"),
        "replace them by a finite value, e.g. 0, in the image file");
  }
}

void check_label(const Image& image, const LabelImage& label, const Labels& labels) {
  const std::string spacing = compare_spacing(image.geometry, label.geometry);
  if (!spacing.empty()) {
    throw Error::input("image and label differ: " + spacing,
                       "draw or resample the label on the image's grid");
  }
  std::int16_t last = 0;  // neighbours are mostly equal; 0 is always declared
  for (const std::int16_t value : label.voxels.values) {
    if (value == last || labels.is_declared(value)) {
      last = value;
      continue;
    }
    throw Error::input(fmt::format("label value {} is not declared in dataset.json", value),
                       "add it to 'labels' there, or correct the label file");
  }
}

void rethrow_naming_case(const std::string& id) {
  const std::string prefix = fmt::format("case {}: ", id);
  try {
    throw;
  } catch (const Error& error) {
    if (error.kind() == Error::Kind::interrupted) throw;
    throw Error(error.kind(), prefix + error.what(), error.hint());
  } catch (const std::bad_alloc&) {
    throw Error::input(prefix + "not enough memory",
                       "use fewer threads or a machine with more memory");
  } catch (const std::exception& error) {
    throw Error::internal(prefix + error.what());
  }
}

}  // namespace voxarena
