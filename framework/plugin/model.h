// A network ready to be trained and asked: what Method::create returns.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "voxarena/core/json.h"
#include "voxarena/nn/target_rules.h"

namespace torch::nn {
class Module;
}

namespace voxarena {

// One training batch, already augmented and on the model's device.
struct Batch {
  at::Tensor image;         // float32 (B, C, Z, Y, X), or (B, C, Y, X) for a 2-D plan
  at::Tensor target;        // int64 (B, Z, Y, X), or (B, Y, X): labels; class indices as a rule
  bool batch_dice = false;  // the plan's: Dice sums over the batch before the ratio
  // Regions and ignore label of the data set. Nothing is set unless the method's capabilities say
  // that its loss reads them.
  nn::TargetRules rules = {};
};

// A scalar to minimise, and named parts of it for the log (detached scalars).
struct Loss {
  at::Tensor total;
  std::vector<std::pair<std::string, at::Tensor>> terms;
};

// What the network makes of a validation batch.
struct Validation {
  at::Tensor logits;  // as from predict()
  at::Tensor loss;    // a scalar; undefined where it would take a pass of its own
};

// How the parameters are optimised. The default is the protocol's (nnU-Net's); anything else is a
// declared deviation.
struct Recipe {
  std::string optimizer = "sgd";  // "sgd" (Nesterov) or "adamw"
  double learning_rate = 0.01;
  double momentum = 0.99;  // sgd
  double weight_decay = 3e-5;
  double clip_norm = 12.0;             // global L2 norm of the gradient
  double poly_power = 0.9;             // lr(e) = learning_rate * (1 - e / epochs) ^ poly_power
  std::int64_t warmup_iterations = 0;  // linear

  bool operator==(const Recipe&) const = default;
};

Json to_json(const Recipe& recipe);

class Model {
 public:
  virtual ~Model() = default;

  virtual torch::nn::Module& module() = 0;
  // Training mode, gradients on.
  virtual Loss loss(const Batch& batch) = 0;
  // Class logits (B, K, *patch) of image patches (B, C, *patch); evaluation mode, gradients off.
  // Called from several threads at once.
  virtual at::Tensor predict(const at::Tensor& patches) = 0;
  // Evaluation mode, gradients off: predictions and, where the same pass gives it, the loss.
  virtual Validation validate(const Batch& batch) { return {predict(batch.image), {}}; }
  virtual Recipe recipe() const { return {}; }
};

}  // namespace voxarena
