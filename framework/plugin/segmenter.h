// A method that is shown a few labelled cases and segments others without any training: what
// Method::show returns.
#pragma once

#include <string>
#include <vector>

#include "voxarena/core/run_context.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// A preprocessed case with its reference.
struct SupportCase {
  std::string id;
  Volume<float> image;          // (C, Z, Y, X)
  Volume<std::int16_t> labels;  // one channel: 0 ... K - 1
};

struct SupportSet {
  std::vector<SupportCase> cases;  // in the order they were drawn
  Spacing spacing{1, 1, 1};        // mm along (z, y, x), of supports and of what is asked for
};

class Segmenter {
 public:
  virtual ~Segmenter() = default;

  // Scores (K, Z, Y, X) of a preprocessed image (C, Z, Y, X): the largest wins. Called for one case
  // after the other; may use context.threads threads.
  virtual Volume<float> segment(const Volume<float>& image, const RunContext& context) = 0;
};

}  // namespace voxarena
