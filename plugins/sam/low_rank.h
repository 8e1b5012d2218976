// Low-rank deltas (LoRA, Hu et al., ICLR 2022) for projections.
#pragma once

#include "plugins/sam/image_encoder.h"

namespace voxarena::sam {

// x → up(down(x)) without biases or scaling; `down` Kaiming-uniform (a = √5), `up` zero, so that it
// starts silent.
class LowRank : public Adapter {
 public:
  LowRank(std::int64_t in, std::int64_t out, std::int64_t rank);
  at::Tensor forward(const at::Tensor& x, const Layout& layout) override;
  at::Tensor matrix() const;  // up · down: (out, in)

 private:
  std::shared_ptr<Linear> down_, up_;
};

// Adds the deltas of q, k and v to the projection's weights and empties the slots: the same
// function at no extra cost. Error (internal) if a slot holds something other than LowRank.
void merge_low_rank(Attention& attention);

}  // namespace voxarena::sam
