#include "voxarena/plugin/model.h"

#include <nlohmann/json.hpp>

namespace voxarena {

Json to_json(const Recipe& recipe) {
  return {{"optimizer", recipe.optimizer},
          {"learning_rate", recipe.learning_rate},
          {"momentum", recipe.momentum},
          {"weight_decay", recipe.weight_decay},
          {"clip_norm", recipe.clip_norm},
          {"poly_power", recipe.poly_power},
          {"warmup_iterations", recipe.warmup_iterations}};
}

}  // namespace voxarena
