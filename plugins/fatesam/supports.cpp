#include "plugins/fatesam/supports.h"

#include <ATen/ops/one_hot.h>
#include <fmt/core.h>

#include "plugins/sam/sam2/sam2.h"
#include "voxarena/core/error.h"
#include "voxarena/plugin/volume_slices.h"

namespace voxarena::fatesam {
namespace {

struct Slices {
  std::vector<at::Tensor> images, labels;
  bool first = false;  // the very first slice is among them
};

// All that show something.
Slices shown_slices(const SupportSet& supports, int axis, bool transposed) {
  Slices out;
  for (const SupportCase& one : supports.cases) {
    const std::vector<at::Tensor> images = split_slices(one.image, axis, transposed);
    const at::Tensor labels = slices_of(one.labels, axis);
    for (std::size_t i = 0; i < images.size(); ++i) {
      const at::Tensor label = labels[static_cast<std::int64_t>(i)];
      if (!label.gt(0).any().item<bool>()) continue;
      if (i == 0 && &one == &supports.cases.front()) out.first = true;
      out.images.push_back(images[i]);
      out.labels.push_back(transposed ? label.t().contiguous() : label);
    }
  }
  return out;
}

void require_every_class(const SupportSet& supports, std::int64_t classes) {
  std::vector<bool> seen(static_cast<std::size_t>(classes), false);
  for (const SupportCase& one : supports.cases) {
    for (const std::int16_t label : one.labels.values) {
      if (label < 0 || label >= classes) {
        throw Error::input(
            fmt::format("support {}: label {} of {} classes", one.id, label, classes));
      }
      seen[static_cast<std::size_t>(label)] = true;
    }
  }
  for (std::size_t k = 1; k < seen.size(); ++k) {
    if (seen[k]) continue;
    throw Error::input(
        fmt::format("class {} is in none of the {} supports", k, supports.cases.size()),
        "what no support shows cannot be found: ask for more supports, or for another seed");
  }
}

}  // namespace

std::vector<at::Tensor> split_slices(const Volume<float>& image, int axis, bool transposed) {
  std::vector<at::Tensor> slices = slices_of(image, axis).unbind();
  if (transposed) {
    for (at::Tensor& slice : slices) slice = slice.transpose(1, 2).contiguous();
  }
  return slices;
}

SupportGallery::SupportGallery(SliceEncoder& encoder, const SupportSet& supports, int axis,
                               std::int64_t classes, Room& room)
    : encoder_(&encoder), classes_(classes), features_(encoder, {}, room), room_(&room) {
  require_every_class(supports, classes);
  Slices slices = shown_slices(supports, axis, encoder.settings().as_released);
  has_first_slice_ = slices.first;
  labels_ = std::move(slices.labels);
  features_ = FeatureStore(encoder, std::move(slices.images), room);
  memories_.resize(labels_.size());
}

at::Tensor SupportGallery::masks(std::int64_t slice) const {
  const at::Tensor& label = labels_[static_cast<std::size_t>(slice)];
  const at::Tensor masks = at::one_hot(label, classes_).permute({2, 0, 1}).to(at::kFloat);
  return masks.slice(0, 1).unsqueeze(1).contiguous();
}

at::Tensor SupportGallery::shows(std::int64_t slice) const {
  return masks(slice).flatten(1).gt(0).any(1);
}

sam2::Frame SupportGallery::frame(std::int64_t slice, const sam2::Features& features) const {
  const at::Tensor fitted = sam2::fit_masks(masks(slice), encoder_->settings().network.image);
  return sam2::frame_of_mask(encoder_->network(), features, fitted.to(features.coarse.device()));
}

sam2::Memory SupportGallery::memory(std::int64_t slice) {
  std::optional<sam2::Memory>& kept = memories_[static_cast<std::size_t>(slice)];
  if (kept) return *kept;
  const sam2::Features features = features_.at(slice);
  const sam2::Memory memory =
      sam2::remember(encoder_->network(), features, frame(slice, features), sam2::Mask::given);
  if (room_->take(memory.map.nbytes() + memory.pointer.nbytes())) kept = memory;
  return memory;
}

}  // namespace voxarena::fatesam
