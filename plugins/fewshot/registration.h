// Non-rigid registration of two images, by ITK: moments, then demons.
#pragma once

#include <memory>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena::fewshot {

struct RegistrationSettings {
  int iterations = 25;     // of the finest level, twice as many one level up; 0: centres alone
  double smoothing = 1.5;  // standard deviation of the field's regularisation, in voxels
};

// What brings a moving image's labels onto a fixed image.
class Registration {
 public:
  // Images of one channel on grids of one spacing (z, y, x). Intensities are matched by their
  // histograms, centres of mass are laid onto each other, then demons move voxels at two
  // resolutions, unless the fixed image has less than four slices across an axis. Throws
  // itk::ExceptionObject.
  Registration(const Volume<float>& fixed, const Volume<float>& moving, const Spacing& spacing,
               const RegistrationSettings& settings);
  ~Registration();

  // A mask on the moving grid (0 or 1) → its share of every fixed voxel, 0 outside.
  std::vector<float> warp(const std::vector<float>& mask) const;

 private:
  struct Field;
  std::unique_ptr<Field> field_;
};

}  // namespace voxarena::fewshot
