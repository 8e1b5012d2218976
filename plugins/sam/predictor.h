// SAM as its users know it: an image of any size and prompts in its pixels give masks of its size.
//
//   Predictor predictor = open_predictor("sam_vit_b_01ec64.pth", "cpu");
//   predictor.set_image(rgb);
//   Masks masks = predictor.predict({.points = points, .labels = labels}, false);
//   masks.logits > 0;  // (P, 1, H, W)
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "plugins/sam/config.h"
#include "plugins/sam/prompts.h"

namespace voxarena::sam {

class Sam;

class Predictor {
 public:
  explicit Predictor(std::shared_ptr<const Sam> network);

  // uint8 (3, H, W), as photographs are. The longer side is scaled to the network's frame (with
  // antialiasing), the rest of the frame is zero.
  void set_image(const at::Tensor& rgb);
  // Prompts in pixels of the image (masks: logits of 256 x 256, of an earlier answer). Logits come
  // in the image's size.
  Masks predict(Prompts prompts, bool multimask) const;

 private:
  std::shared_ptr<const Sam> network_;
  at::Tensor embedding_;
  Extent image_, scaled_;
};

// A released model, told by the width of its encoder, with all its weights. Error (input) naming
// the file if it is no such model's, or the device if it cannot be used.
Predictor open_predictor(const std::filesystem::path& weights, const std::string& device);

}  // namespace voxarena::sam
