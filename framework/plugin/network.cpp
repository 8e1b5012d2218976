#include "voxarena/plugin/network.h"

#include "voxarena/nn/losses.h"

namespace voxarena {
namespace {

class NetworkModel final : public Model {
 public:
  explicit NetworkModel(std::shared_ptr<Network> network) : network_(std::move(network)) {}

  torch::nn::Module& module() override { return *network_; }

  Loss loss(const Batch& batch) override {
    return supervised(network_->forward_scales(batch.image), batch);
  }

  at::Tensor predict(const at::Tensor& patches) override { return network_->forward(patches); }

  Validation validate(const Batch& batch) override {
    const std::vector<at::Tensor> scales = network_->forward_scales(batch.image);
    return {scales.front(), supervised(scales, batch).total};
  }

 private:
  static Loss supervised(const std::vector<at::Tensor>& scales, const Batch& batch) {
    const std::vector<double> weights = nn::deep_supervision_weights(scales.size());
    at::Tensor total, dice, cross_entropy;
    const auto add = [](at::Tensor& sum, const at::Tensor& part) {
      sum = sum.defined() ? sum + part : part;
    };
    for (std::size_t i = 0; i < scales.size(); ++i) {
      const at::Tensor target = nn::resize_target(batch.target, scales[i].sizes().slice(2));
      const nn::DiceCrossEntropy part =
          nn::dice_cross_entropy(scales[i], target, batch.batch_dice, batch.rules);
      add(total, weights[i] * part.total());
      add(dice, weights[i] * part.dice.detach());
      add(cross_entropy, weights[i] * part.cross_entropy.detach());
    }
    return {total, {{"dice", dice}, {"cross_entropy", cross_entropy}}};
  }

  std::shared_ptr<Network> network_;
};

}  // namespace

std::unique_ptr<Model> make_model(std::shared_ptr<Network> network) {
  return std::make_unique<NetworkModel>(std::move(network));
}

}  // namespace voxarena
