// Extension points: a Slot is a named place in a network where a plugin may put an Adapter, a small
// module of its own. An empty slot costs nothing and leaves the state dict as released; a filled
// one adds `<owner>.<slot>.*` to it.
//
//   encoder.block(i).after_attention.fill(std::make_shared<DepthAdapter>(dim));
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <memory>
#include <string>

namespace voxarena::sam {

// How slices and their parts are folded into a tensor's first axis:
// index = (volume · depth + slice) · parts + part.
struct Layout {
  std::int64_t volumes = 1;
  std::int64_t depth = 1;  // slices of a volume
  std::int64_t parts = 1;  // windows of a slice (encoder) or prompts of a slice (decoder)
  std::int64_t height = 0, width = 0;  // of the grid of image tokens, inside a window the window's

  std::int64_t rows() const { return volumes * depth * parts; }
};

// (volumes · depth · parts, ...) → (volumes · parts, depth, ...): the slices of a part side by
// side. And back.
at::Tensor gather_depth(const at::Tensor& x, const Layout& layout);
at::Tensor scatter_depth(const at::Tensor& x, const Layout& layout);

// x is (layout.rows(), height, width, C) in the encoder; in the decoder (rows, tokens, C), or
// (rows, height · width, C) for image tokens. Returns the same shape (query, key and value deltas:
// the width of that projection).
class Adapter : public torch::nn::Module {
 public:
  virtual at::Tensor forward(const at::Tensor& x, const Layout& layout) = 0;
};

class Slot {
 public:
  Slot(torch::nn::Module& owner, std::string name) : owner_(owner), name_(std::move(name)) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  // Registers the adapter as the owner's child `name`; what was there before is dropped.
  void fill(std::shared_ptr<Adapter> adapter);
  void clear();
  const std::shared_ptr<Adapter>& adapter() const { return adapter_; }
  explicit operator bool() const { return adapter_ != nullptr; }

  // The adapter's output; x itself if the slot is empty.
  at::Tensor replace(const at::Tensor& x, const Layout& layout) const;
  // sum + the adapter's output; `sum` itself if the slot is empty.
  at::Tensor add(const at::Tensor& sum, const at::Tensor& x, const Layout& layout) const;

 private:
  torch::nn::Module& owner_;
  std::string name_;
  std::shared_ptr<Adapter> adapter_;
};

}  // namespace voxarena::sam
