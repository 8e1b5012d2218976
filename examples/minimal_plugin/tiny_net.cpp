// A method in one file: three convolutions, the last of which gives the class logits.
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/instancenorm.h>
#include <voxarena/plugin/method.h>

namespace {

// Works on volumes (B, C, Z, Y, X); a 2-D plan would need the 2-D modules.
class TinyNet : public voxarena::Network {
 public:
  TinyNet(std::int64_t channels, std::int64_t classes, std::int64_t width)
      : first_(register_module("first", torch::nn::Conv3d(convolution(channels, width)))),
        second_(register_module("second", torch::nn::Conv3d(convolution(width, width)))),
        norm_(register_module(
            "norm", torch::nn::InstanceNorm3d(torch::nn::InstanceNormOptions(width).affine(true)))),
        last_(register_module("last",
                              torch::nn::Conv3d(torch::nn::Conv3dOptions(width, classes, 1)))) {}

  at::Tensor forward(const at::Tensor& x) override {
    return last_->forward(norm_->forward(second_->forward(first_->forward(x).relu())).relu());
  }

 private:
  static torch::nn::Conv3dOptions convolution(std::int64_t in, std::int64_t out) {
    return torch::nn::Conv3dOptions(in, out, 3).padding(1);
  }

  torch::nn::Conv3d first_, second_;
  torch::nn::InstanceNorm3d norm_;
  torch::nn::Conv3d last_;
};

class Tiny : public voxarena::Method {
 public:
  voxarena::Info info() const override {
    return {.name = "tiny_net",
            .version = "1.0",
            .summary = "three convolutions, to show how little a plugin needs",
            .licence = "Apache-2.0",
            .citation = "@misc{tinynet, title = {The minimal VoxArena plugin}}",
            .capabilities = {.two_d = false},
            .options = {voxarena::Option::integer("width", 8)
                            .range(1, 64)
                            .help("channels of the hidden layers")}};
  }

  std::unique_ptr<voxarena::Model> create(const voxarena::Plan& plan,
                                          const voxarena::Options& options) const override {
    return voxarena::model<TinyNet>(plan.channels, plan.classes, options.integer("width"));
  }
};

}  // namespace

VOXARENA_PLUGIN(Tiny)
