// SAM 2's memory attention: features of a slice look at themselves and at memories.
#pragma once

#include <memory>

#include "plugins/sam/layers.h"
#include "plugins/sam/sam2/config.h"

namespace voxarena::sam2 {

// Attention of one head with rotary positions.
class RotaryAttention : public torch::nn::Module {
 public:
  RotaryAttention(std::int64_t dim, std::int64_t key_dim);
  // q (B, n, dim), k and v (P, m, key_dim), B = P or 1 → (P, n, dim). `rotations`: of the queries;
  // keys are turned by the same, again and again, but for the last `unplaced`.
  at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const at::Tensor& rotations, std::int64_t unplaced = 0) const;

 private:
  std::shared_ptr<sam::Linear> q_proj_, k_proj_, v_proj_, out_proj_;
};

struct MemoryTokens {
  at::Tensor values;          // (P, m · h w + pointers, memory_dim): maps, then pointers
  at::Tensor codes;           // of place and time, same shape or (1, ...)
  std::int64_t pointers = 0;  // tokens at the end that have no place
};

class MemoryAttentionLayer : public torch::nn::Module {
 public:
  explicit MemoryAttentionLayer(const Config& config);
  // x (1 or P, h w, dim) → (P, h w, dim)
  at::Tensor forward(at::Tensor x, const MemoryTokens& memory, const at::Tensor& rotations) const;

 private:
  std::shared_ptr<RotaryAttention> self_attn_, cross_attn_image_;
  std::shared_ptr<sam::Linear> linear1_, linear2_;
  std::shared_ptr<sam::LayerNorm> norm1_, norm2_, norm3_;
};

class MemoryAttention : public torch::nn::Module {
 public:
  explicit MemoryAttention(const Config& config);
  // Coarse features (1 or P, dim, h, w) → (P, dim, h, w).
  at::Tensor forward(const at::Tensor& coarse, const MemoryTokens& memory) const;

 private:
  std::shared_ptr<sam::List<MemoryAttentionLayer>> layers_;
  std::shared_ptr<sam::LayerNorm> norm_;
};

}  // namespace voxarena::sam2
