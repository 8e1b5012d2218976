#include "plugins/sam/predictor.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "plugins/sam/sam.h"
#include "voxarena/core/error.h"
#include "voxarena/plugin/device.h"
#include "voxarena/weights/state_dict.h"
#include "voxarena/weights/weights_file.h"

namespace voxarena::sam {
namespace {

// Of the photographs that SAM was trained with, on the scale 0 ... 255.
constexpr std::array<double, 3> kMean{123.675, 116.28, 103.53}, kDeviation{58.395, 57.12, 57.375};

Extent fit_into(const Extent& image, std::int64_t side) {
  const double scale =
      static_cast<double>(side) / static_cast<double>(std::max(image.height, image.width));
  const auto scaled = [&](std::int64_t size) {
    return static_cast<std::int64_t>(static_cast<double>(size) * scale + 0.5);
  };
  return {scaled(image.height), scaled(image.width)};
}

Config config_of(const TensorMap& weights, const std::string& file) {
  const auto table = weights.find("image_encoder.pos_embed");
  if (table != weights.end() && table->second.dim() == 4) {
    for (const char* name : {"vit_b", "vit_l", "vit_h"}) {
      if (preset(name).encoder.dim == table->second.size(3)) return preset(name);
    }
  }
  throw Error::input(fmt::format("{}: holds no SAM of a released size", file),
                     "sam_vit_b_01ec64.pth, sam_vit_l_0b3195.pth, sam_vit_h_4b8939.pth and models "
                     "of their shape, such as MedSAM, can be used");
}

}  // namespace

Predictor::Predictor(std::shared_ptr<const Sam> network) : network_(std::move(network)) {}

void Predictor::set_image(const at::Tensor& rgb) {
  const at::NoGradGuard no_grad;
  const Extent frame = network_->prompt_encoder->config().frame;
  image_ = {rgb.size(1), rgb.size(2)};
  scaled_ = fit_into(image_, std::max(frame.height, frame.width));
  at::Tensor x = at::_upsample_bilinear2d_aa(rgb.unsqueeze(0).contiguous(),
                                             {scaled_.height, scaled_.width}, false);
  const at::TensorOptions options = network_->parameters().front().options();
  const auto per_channel = [&](const std::array<double, 3>& values) {
    return at::tensor(at::ArrayRef<double>(values), options).view({1, 3, 1, 1});
  };
  x = (x.to(options.device(), at::kFloat) - per_channel(kMean)) / per_channel(kDeviation);
  x = at::constant_pad_nd(x, {0, frame.width - scaled_.width, 0, frame.height - scaled_.height});
  embedding_ = network_->image_encoder->forward(x);
}

Masks Predictor::predict(Prompts prompts, bool multimask) const {
  const at::NoGradGuard no_grad;
  if (!embedding_.defined()) throw Error::internal("SAM is asked before it has an image");
  const double x = static_cast<double>(scaled_.width) / static_cast<double>(image_.width),
               y = static_cast<double>(scaled_.height) / static_cast<double>(image_.height);
  const at::Tensor scale = at::tensor(at::ArrayRef<double>({x, y, x, y}), embedding_.options());
  if (prompts.points.defined()) {
    prompts.points = prompts.points.to(embedding_.device()) * scale.narrow(0, 0, 2);
    prompts.labels = prompts.labels.to(embedding_.device());
  }
  if (prompts.boxes.defined()) prompts.boxes = prompts.boxes.to(embedding_.device()) * scale;
  if (prompts.masks.defined()) prompts.masks = prompts.masks.to(embedding_.device());
  Masks masks = network_->predict(embedding_, prompts, multimask);
  const Extent frame = network_->prompt_encoder->config().frame;
  const at::Tensor whole =
      at::upsample_bilinear2d(masks.logits, {frame.height, frame.width}, false);
  const at::Tensor inside = whole.narrow(2, 0, scaled_.height).narrow(3, 0, scaled_.width);
  masks.logits = at::upsample_bilinear2d(inside, {image_.height, image_.width}, false);
  return masks;
}

Predictor open_predictor(const std::filesystem::path& weights, const std::string& device) {
  require_device(device);
  const TensorMap tensors = read_weights(weights);
  const auto network = std::make_shared<Sam>(config_of(tensors, weights.string()));
  load_exactly(*network, tensors, weights.string());
  network->to(at::Device(device));
  network->eval();
  return Predictor(network);
}

}  // namespace voxarena::sam
