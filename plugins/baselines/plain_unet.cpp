// nnU-Net's PlainConvUNet: stages of convolution units, strided convolutions between them.
#include <algorithm>

#include "plugins/baselines/unet.h"
#include "voxarena/plugin/method.h"

namespace voxarena::baselines {
namespace {

class PlainEncoder : public Encoder {
 public:
  PlainEncoder(std::int64_t channels, const Architecture& architecture)
      : stages_(register_module("stages", std::make_shared<List<List<ConvStack>>>())) {
    std::int64_t in = channels;
    for (std::size_t s = 0; s < architecture.features.size(); ++s) {
      const std::int64_t out = architecture.features[s];
      stages_->add().add(architecture.blocks_per_stage[s], in, out, architecture.kernel_sizes[s],
                         architecture.strides[s]);
      in = out;
    }
  }

  std::vector<at::Tensor> forward(const at::Tensor& x) const override {
    std::vector<at::Tensor> skips;
    for (std::size_t s = 0; s < stages_->size(); ++s) {
      skips.push_back((*stages_)[s][0].forward(skips.empty() ? x : skips.back()));
    }
    return skips;
  }

 private:
  std::shared_ptr<List<List<ConvStack>>> stages_;  // one stack each, as in the released code
};

class PlainUNet : public Method {
 public:
  Info info() const override {
    return {.name = "plain_unet",
            .version = "1.0",
            .summary = "nnU-Net's U-Net of plain convolutions",
            .licence = "Apache-2.0",
            .citation = R"(@article{isensee2021nnunet,
  title = {nnU-Net: a self-configuring method for deep learning-based biomedical image segmentation},
  author = {Isensee, Fabian and Jaeger, Paul F. and Kohl, Simon A. A. and Petersen, Jens and Maier-Hein, Klaus H.},
  journal = {Nature Methods}, volume = {18}, number = {2}, pages = {203--211}, year = {2021}
})",
            .capabilities = {},
            .options = {Option::flag("deep_supervision", true)
                            .help("train the decoder's lower resolutions too")}};
  }

  // Plans of the residual-encoder planners keep their stages, with two convolutions in each.
  Plan plan(const Fingerprint&, const Plan& default_plan, const Budget&,
            const Options&) const override {
    Plan plan = default_plan;
    Architecture& a = plan.configuration.architecture;
    if (a.network_class == "PlainConvUNet") return plan;
    a.network_class = "PlainConvUNet";
    std::ranges::fill(a.blocks_per_stage, 2);
    std::ranges::fill(a.convs_per_decoder_stage, 2);
    return plan;
  }

  std::unique_ptr<Model> create(const Plan& plan, const Options& options) const override {
    check_architecture(plan, "PlainConvUNet");
    auto encoder = std::make_shared<PlainEncoder>(plan.channels, plan.architecture());
    return model<UNet>(std::move(encoder), plan, options.flag("deep_supervision"));
  }
};

}  // namespace
}  // namespace voxarena::baselines

VOXARENA_PLUGIN(voxarena::baselines::PlainUNet)
