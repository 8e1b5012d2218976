// The two adapters of MaskSAM (Xie et al., ICCV 2025; structure of the released code): bottlenecks
// of a quarter of the width in which the slices of a volume, folded into the batch, see each other.
#pragma once

#include <memory>

#include "plugins/sam/adapter.h"
#include "plugins/sam/layers.h"

namespace voxarena::masksam {

enum class Placement : std::uint8_t {
  after,  // of another layer's output: x + f(x)
  beside  // another layer, added to its output: f(x) / 2
};

// For image tokens: a depth-wise 3 x 3 x 3 convolution over slices, rows and columns.
class DConvAdapter : public sam::Adapter {
 public:
  // `released_order`: within windows, neighbours in the folded axis count as neighbouring slices,
  // as in the released code; they are windows of one slice.
  DConvAdapter(std::int64_t width, Placement placement, bool released_order = false);

  // (rows, h, w, C) or (rows, h w, C)
  at::Tensor forward(const at::Tensor& x, const sam::Layout& layout) override;

 private:
  at::Tensor depth_wise(const at::Tensor& u, const sam::Layout& layout) const;

  Placement placement_;
  bool released_order_;
  std::shared_ptr<sam::Linear> down_, up_;
  at::Tensor weight_, bias_;
  std::shared_ptr<sam::LayerNorm> norm_;
};

// For prompt tokens: two linear layers T → 4 T → T along the slices.
class DMlpAdapter : public sam::Adapter {
 public:
  DMlpAdapter(std::int64_t width, std::int64_t slices, Placement placement);

  // (rows, tokens, C)
  at::Tensor forward(const at::Tensor& x, const sam::Layout& layout) override;

 private:
  Placement placement_;
  std::shared_ptr<sam::Linear> down_, up_, widen_, narrow_;
};

}  // namespace voxarena::masksam
