// A method that works, unless the environment variable VOXARENA_TEST_FAULT says what to do wrong.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "voxarena/plugin/method.h"

namespace {

bool fault(const std::string& name) {
  const char* wanted = std::getenv("VOXARENA_TEST_FAULT");
  return wanted && name == wanted;
}

class PointWise : public voxarena::Network {
 public:
  PointWise(std::int64_t channels, std::int64_t classes, std::size_t dimensions) {
    std::vector<std::int64_t> size{fault("shape") ? classes + 1 : classes, channels};
    size.resize(2 + dimensions, 1);
    weight_ = register_parameter("weight", at::randn(size));
    if (fault("unused_parameter")) register_parameter("unused", at::ones({3}));
    if (fault("hidden_state")) scale_ = at::randn({1});
  }

  at::Tensor forward(const at::Tensor& x) override {
    if (fault("throw_in_forward")) throw std::runtime_error("no idea what to do");
    at::Tensor y = x.dim() == 5 ? at::conv3d(x, weight_) : at::conv2d(x, weight_);
    if (scale_.defined()) y = y * scale_;
    if (fault("cpu_tensor")) y = y + at::ones(y.sizes());
    if (fault("random")) y = y + at::randn(y.sizes()).to(y.device());
    if (fault("not_finite")) y = y / (x * 0).mean();
    return y;
  }

 private:
  at::Tensor weight_, scale_;
};

class FaultyMethod : public voxarena::Method {
 public:
  voxarena::Info info() const override {
    if (fault("throw_in_info")) throw std::runtime_error("info is broken");
    return {.name = fault("name") ? "Bad Name" : "faulty_method",
            .version = "1",
            .summary = "one layer",
            .licence = "Apache-2.0",
            .citation = "none",
            .capabilities = {},
            .options = {voxarena::Option::integer("width", 8)
                            .range(1, 16)
                            .help(fault("help") ? "" : "of nothing")}};
  }

  std::unique_ptr<voxarena::Model> create(const voxarena::Plan& plan,
                                          const voxarena::Options&) const override {
    if (fault("throw_in_create")) throw 42;
    if (fault("no_model")) return nullptr;
    return voxarena::model<PointWise>(plan.channels, plan.classes, plan.patch_size().size());
  }
};

}  // namespace

VOXARENA_PLUGIN(FaultyMethod)
