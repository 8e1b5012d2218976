// MaskSAM as a method: Xie et al., ICCV 2025.
#include <c10/core/DispatchKeySet.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include "plugins/masksam/config.h"
#include "plugins/masksam/network.h"
#include "plugins/sam/weights.h"
#include "voxarena/plugin/method.h"

namespace voxarena::masksam {
namespace {

// A 2-D image is a volume of one slice.
at::Tensor as_volumes(const at::Tensor& images) {
  return images.dim() == 4 ? images.unsqueeze(2) : images;
}

class MaskSamModel final : public Model {
 public:
  explicit MaskSamModel(std::shared_ptr<MaskSam> network) : network_(std::move(network)) {}

  torch::nn::Module& module() override { return *network_; }

  Loss loss(const Batch& batch) override {
    const MaskPrediction prediction = network_->forward(as_volumes(batch.image));
    const c10::impl::ExcludeDispatchKeyGuard full_precision(c10::autocast_dispatch_keyset);
    const Config& config = network_->config();
    const at::Tensor labels = batch.target.dim() == 4 ? batch.target.flatten(0, 1) : batch.target;
    const Targets targets =
        make_targets(labels, config.classes, config.size.height, config.size.width);
    return mask_loss(prediction, targets, config.criterion);
  }

  at::Tensor predict(const at::Tensor& patches) override {
    const at::Tensor scores = semantic_scores(network_->forward(as_volumes(patches)));
    if (patches.dim() == 4) return scores;
    return scores.unflatten(0, {patches.size(0), -1}).transpose(1, 2).contiguous();
  }

  Recipe recipe() const override { return network_->config().recipe; }

 private:
  std::shared_ptr<MaskSam> network_;
};

class MaskSamMethod : public Method {
 public:
  Info info() const override {
    return {.name = "masksam",
            .version = "1.0",
            .summary = "MaskSAM: SAM with mask classification, made its own prompter, for volumes",
            .licence = "Apache-2.0",
            .citation = R"(@inproceedings{xie2025masksam,
  title = {{MaskSAM}: Auto-prompt {SAM} with Mask Classification for Volumetric Medical Image Segmentation},
  author = {Xie, Bin and Tang, Hao and Duan, Bin and Cai, Dawen and Yan, Yan and Agam, Gady},
  booktitle = {ICCV}, pages = {24423--24433}, year = {2025}
})",
            .capabilities = {.regions = false, .ignore_label = false},
            .options = declared_options()};
  }

  Plan plan(const Fingerprint&, const Plan& default_plan, const Budget& budget,
            const Options& options) const override {
    if (options.text("preset") != "mini") sam::require_weights(options.text("weights"));
    return adapt_plan(default_plan, budget, options);
  }

  std::unique_ptr<Model> create(const Plan& plan, const Options& options) const override {
    const Config config = make_config(plan, options);
    const std::string& weights = options.text("weights");
    if (config.pretrained) sam::require_weights(weights);  // before a large network is built
    const auto network = std::make_shared<MaskSam>(config);
    if (config.pretrained) sam::load_weights(*network->sam(), weights, {"*.after_*", "*.beside_*"});
    return std::make_unique<MaskSamModel>(network);
  }
};

}  // namespace
}  // namespace voxarena::masksam

VOXARENA_PLUGIN(voxarena::masksam::MaskSamMethod)
