// The state a model must be in to be asked.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace voxarena {

class Model;

// Switches a model to evaluation for the life of this object; afterwards it is as it was.
class EvaluationMode {
 public:
  explicit EvaluationMode(Model& model);
  ~EvaluationMode();
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  Model& model_;
  bool was_training_;
};

// bfloat16 autocast of the calling thread while this object lives, if wanted and if `device` is a
// GPU.
class Autocast {
 public:
  Autocast(c10::Device device, bool wanted);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  c10::DeviceType type_;
  bool on_;
};

// Where the model's parameters are; `otherwise` for a model without any.
c10::Device model_device(Model& model, const std::string& otherwise);

}  // namespace voxarena
