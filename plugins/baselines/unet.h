// A U-Net: any encoder, and nnU-Net's decoder with deep supervision.
#pragma once

#include <memory>
#include <vector>

#include "plugins/baselines/layers.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plugin/network.h"

namespace voxarena::baselines {

class Encoder : public torch::nn::Module {
 public:
  // (B, C, ...) → one tensor per stage, the full resolution first.
  virtual std::vector<at::Tensor> forward(const at::Tensor& x) const = 0;
};

class Decoder : public torch::nn::Module {
 public:
  Decoder(const Architecture& architecture, std::int64_t classes);

  // Logits of the `count` highest resolutions, the full one first; others are not computed.
  std::vector<at::Tensor> forward(const std::vector<at::Tensor>& skips, std::size_t count) const;
  std::size_t scales() const { return stages_->size(); }

 private:
  // Index 0 is the lowest resolution.
  std::shared_ptr<List<ConvStack>> stages_;
  std::shared_ptr<List<TransposedConvolution>> transpconvs_;
  std::shared_ptr<List<Convolution>> seg_layers_;
};

class UNet : public Network {
 public:
  UNet(std::shared_ptr<Encoder> encoder, const Plan& plan, bool deep_supervision);

  at::Tensor forward(const at::Tensor& x) override;
  std::vector<at::Tensor> forward_scales(const at::Tensor& x) override;

 private:
  void check_size(const at::Tensor& x) const;

  Sizes divisor_;  // patch sizes must be multiples of it
  bool deep_supervision_;
  std::shared_ptr<Encoder> encoder_;
  std::shared_ptr<Decoder> decoder_;
};

// Error (input) if the plan's architecture numbers do not describe a U-Net of `network_class`.
void check_architecture(const Plan& plan, const std::string& network_class);

}  // namespace voxarena::baselines
