#include <memory>

#include "training/trainer.h"

namespace voxarena {

OpenBatches loader_batches(LoaderOptions options, PatchSources sources, const RunContext& context) {
  return [options = std::move(options), sources = std::move(sources),
          context](std::int64_t first_iteration) {
    auto loader = std::make_shared<BatchLoader>(options, sources, first_iteration, context);
    return [loader] { return loader->next(); };
  };
}

}  // namespace voxarena
