#include "plugins/sam/weights.h"

#include "voxarena/core/error.h"
#include "voxarena/weights/trainable.h"
#include "voxarena/weights/weights_file.h"

namespace voxarena::sam {

Option weights_option() {
  return Option::text("weights", "")
      .help("file of pre-trained SAM weights (.pth or .safetensors), or 'random' to run without");
}

void require_weights(const std::string& weights) {
  if (!weights.empty()) return;
  throw Error::usage("option weights: this method needs pre-trained SAM weights",
                     "set weights to the file, or to \"random\" to run without pre-training");
}

LoadReport load_weights(torch::nn::Module& module, const std::string& weights,
                        const std::vector<std::string>& fresh) {
  require_weights(weights);
  if (weights == "random") return {};
  const auto is_fresh = [&](const std::string& name) { return matches_any(name, fresh); };
  TensorMap tensors = read_weights(weights);
  std::erase_if(tensors, [&](const auto& tensor) { return is_fresh(tensor.first); });
  LoadReport report = load_state_dict(module, tensors);
  std::erase_if(report.missing, is_fresh);
  if (!report.exact()) {
    throw Error::input(weights + ": does not fit the network: " + report.text(),
                       "use weights of the model that the method's options name");
  }
  return report;
}

}  // namespace voxarena::sam
