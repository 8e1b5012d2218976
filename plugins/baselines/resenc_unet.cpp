// nnU-Net's ResidualEncoderUNet: residual blocks (ResNet-D) in the encoder, one convolution per
// decoder stage.
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/avg_pool3d.h>

#include <algorithm>

#include "plugins/baselines/unet.h"
#include "voxarena/plugin/method.h"

namespace voxarena::baselines {
namespace {

// The branch beside the two convolutions: average pooling where the block has a stride (child 0, no
// parameters), then a 1x1 convolution without bias where the number of channels changes.
class Shortcut : public torch::nn::Module {
 public:
  Shortcut(std::int64_t in, std::int64_t out, const Sizes& stride) {
    const Sizes ones(stride.size(), 1);
    if (stride != ones) pool_ = stride;
    if (in == out) return;
    projection_ = register_module(
        pool_.empty() ? "0" : "1",
        std::make_shared<ConvUnit>(in, out, ones, ones, ConvUnit::Form{false, false}));
  }

  at::Tensor forward(at::Tensor x) const {
    if (pool_.size() == 2) x = at::avg_pool2d(x, pool_, pool_);
    if (pool_.size() == 3) x = at::avg_pool3d(x, pool_, pool_);
    return projection_ ? projection_->forward(x) : x;
  }

 private:
  Sizes pool_;
  std::shared_ptr<ConvUnit> projection_;
};

class ResidualBlock : public torch::nn::Module {
 public:
  ResidualBlock(std::int64_t in, std::int64_t out, const Sizes& kernel, const Sizes& stride)
      : conv1_(register_module("conv1", std::make_shared<ConvUnit>(in, out, kernel, stride))),
        conv2_(register_module("conv2",
                               std::make_shared<ConvUnit>(out, out, kernel, Sizes(kernel.size(), 1),
                                                          ConvUnit::Form{true, false}))),
        skip_(register_module("skip", std::make_shared<Shortcut>(in, out, stride))) {
    conv2_->norm().zero();  // the block starts as its shortcut
  }

  at::Tensor forward(const at::Tensor& x) const {
    return activation(conv2_->forward(conv1_->forward(x)) + skip_->forward(x));
  }

 private:
  std::shared_ptr<ConvUnit> conv1_, conv2_;
  std::shared_ptr<Shortcut> skip_;
};

class ResidualStage : public torch::nn::Module {
 public:
  ResidualStage(int count, std::int64_t in, std::int64_t out, const Sizes& kernel,
                const Sizes& stride)
      : blocks_(register_module("blocks", std::make_shared<List<ResidualBlock>>())) {
    const Sizes ones(kernel.size(), 1);
    for (int b = 0; b < count; ++b)
      blocks_->add(b == 0 ? in : out, out, kernel, b == 0 ? stride : ones);
  }

  at::Tensor forward(at::Tensor x) const {
    for (std::size_t b = 0; b < blocks_->size(); ++b) x = (*blocks_)[b].forward(x);
    return x;
  }

 private:
  std::shared_ptr<List<ResidualBlock>> blocks_;
};

class ResidualEncoder : public Encoder {
 public:
  ResidualEncoder(std::int64_t channels, const Architecture& a)
      : stem_(register_module(
            "stem", std::make_shared<ConvStack>(1, channels, a.features[0], a.kernel_sizes[0],
                                                Sizes(a.kernel_sizes[0].size(), 1)))),
        stages_(register_module("stages", std::make_shared<List<ResidualStage>>())) {
    std::int64_t in = a.features[0];
    for (std::size_t s = 0; s < a.features.size(); ++s) {
      stages_->add(a.blocks_per_stage[s], in, a.features[s], a.kernel_sizes[s], a.strides[s]);
      in = a.features[s];
    }
  }

  std::vector<at::Tensor> forward(const at::Tensor& x) const override {
    std::vector<at::Tensor> skips;
    for (std::size_t s = 0; s < stages_->size(); ++s) {
      skips.push_back((*stages_)[s].forward(skips.empty() ? stem_->forward(x) : skips.back()));
    }
    return skips;
  }

 private:
  std::shared_ptr<ConvStack> stem_;
  std::shared_ptr<List<ResidualStage>> stages_;
};

class ResidualEncoderUNet : public Method {
 public:
  Info info() const override {
    return {.name = "resenc_unet",
            .version = "1.0",
            .summary = "nnU-Net's U-Net with a residual encoder",
            .licence = "Apache-2.0",
            .citation = R"(@inproceedings{isensee2024nnunetrevisited,
  title = {nnU-Net Revisited: A Call for Rigorous Validation in 3D Medical Image Segmentation},
  author = {Isensee, Fabian and Wald, Tassilo and Ulrich, Constantin and Baumgartner, Michael and Roy, Saikat and
            Maier-Hein, Klaus and Jaeger, Paul F.},
  booktitle = {MICCAI}, year = {2024}
})",
            .capabilities = {},
            .options = {Option::flag("deep_supervision", true)
                            .help("train the decoder's lower resolutions too")}};
  }

  // The stages of a plan for plain convolutions with residual blocks: 1, 3, 4, 6, 6, ... in the
  // encoder, one convolution in the decoder.
  Plan plan(const Fingerprint&, const Plan& default_plan, const Budget&,
            const Options&) const override {
    constexpr int kBlocks[] = {1, 3, 4, 6};
    Plan plan = default_plan;
    Architecture& a = plan.configuration.architecture;
    if (a.network_class == "ResidualEncoderUNet") return plan;
    a.network_class = "ResidualEncoderUNet";
    a.blocks_per_stage.clear();
    for (std::size_t s = 0; s < a.features.size(); ++s) {
      a.blocks_per_stage.push_back(kBlocks[std::min<std::size_t>(s, 3)]);
    }
    std::ranges::fill(a.convs_per_decoder_stage, 1);
    return plan;
  }

  std::unique_ptr<Model> create(const Plan& plan, const Options& options) const override {
    check_architecture(plan, "ResidualEncoderUNet");
    auto encoder = std::make_shared<ResidualEncoder>(plan.channels, plan.architecture());
    return model<UNet>(std::move(encoder), plan, options.flag("deep_supervision"));
  }
};

}  // namespace
}  // namespace voxarena::baselines

VOXARENA_PLUGIN(voxarena::baselines::ResidualEncoderUNet)
