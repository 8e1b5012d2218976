// The support slices across one axis: what they look like, what they show, what is remembered of
// them.
#pragma once

#include <vector>

#include "plugins/fatesam/slice_features.h"
#include "voxarena/plugin/segmenter.h"

namespace voxarena::fatesam {

class SupportGallery {
 public:
  // Slices that show no class are left out, for they are never recalled. Error (input) naming the
  // class if no support shows it.
  SupportGallery(SliceEncoder& encoder, const SupportSet& supports, int axis, std::int64_t classes,
                 Room& room);

  std::int64_t size() const { return features_.size(); }
  std::int64_t objects() const { return classes_ - 1; }
  sam2::Features features(std::int64_t slice) { return features_.at(slice); }
  // Whether the first slice of the first support is among them (as slice 0).
  bool has_first_slice() const { return has_first_slice_; }

  // bool (P): which classes it shows.
  at::Tensor shows(std::int64_t slice) const;
  // Its masks, an object a class, as given to SAM 2 with its features; those of absent classes are
  // empty.
  sam2::Frame frame(std::int64_t slice, const sam2::Features& features) const;
  // The memory of that frame, made once if there is room.
  sam2::Memory memory(std::int64_t slice);

 private:
  at::Tensor masks(std::int64_t slice) const;  // float (P, 1, h, w)

  SliceEncoder* encoder_;
  std::int64_t classes_;
  bool has_first_slice_ = false;
  std::vector<at::Tensor> labels_;  // int64 (h, w)
  FeatureStore features_;
  std::vector<std::optional<sam2::Memory>> memories_;
  Room* room_;
};

// Slices of a volume across an axis, each (C, h, w); transposed, as the released code reads them,
// if `transposed`.
std::vector<at::Tensor> split_slices(const Volume<float>& image, int axis, bool transposed);

}  // namespace voxarena::fatesam
