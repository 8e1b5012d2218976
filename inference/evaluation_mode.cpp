#include "inference/evaluation_mode.h"

#include <ATen/autocast_mode.h>
#include <torch/nn/module.h>

#include "voxarena/plugin/model.h"

namespace voxarena {

EvaluationMode::EvaluationMode(Model& model)
    : model_(model), was_training_(model.module().is_training()) {
  if (was_training_) model_.module().eval();
}

EvaluationMode::~EvaluationMode() {
  if (was_training_) model_.module().train();
}

Autocast::Autocast(c10::Device device, bool wanted)
    : type_(device.type()),
      on_(wanted && device.is_cuda() && !at::autocast::is_autocast_enabled(device.type())) {
  if (!on_) return;
  at::autocast::set_autocast_dtype(type_, at::kBFloat16);
  at::autocast::set_autocast_enabled(type_, true);
}

Autocast::~Autocast() {
  if (on_) at::autocast::set_autocast_enabled(type_, false);
}

c10::Device model_device(Model& model, const std::string& otherwise) {
  const auto parameters = model.module().parameters();
  return parameters.empty() ? c10::Device(otherwise) : parameters.front().device();
}

}  // namespace voxarena
