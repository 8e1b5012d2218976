#include "plugins/sam/low_rank.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/mm.h>

#include "voxarena/core/error.h"

namespace voxarena::sam {

LowRank::LowRank(std::int64_t in, std::int64_t out, std::int64_t rank)
    : down_(register_module("down", std::make_shared<Linear>(in, rank, false))),
      up_(register_module("up", std::make_shared<Linear>(rank, out, false))) {
  const at::NoGradGuard no_grad;
  up_->weight.zero_();
}

at::Tensor LowRank::forward(const at::Tensor& x, const Layout&) {
  return up_->forward(down_->forward(x));
}

at::Tensor LowRank::matrix() const { return at::mm(up_->weight, down_->weight); }

void merge_low_rank(Attention& attention) {
  const at::NoGradGuard no_grad;
  const std::int64_t dim = attention.qkv->weight.size(1);
  std::int64_t first = 0;
  for (Slot* slot : {&attention.query_delta, &attention.key_delta, &attention.value_delta}) {
    if (*slot) {
      const auto delta = std::dynamic_pointer_cast<LowRank>(slot->adapter());
      if (!delta)
        throw Error::internal("SAM: only low-rank deltas can be merged into a projection");
      attention.qkv->weight.narrow(0, first, dim).add_(delta->matrix());
      slot->clear();
    }
    first += dim;
  }
}

}  // namespace voxarena::sam
