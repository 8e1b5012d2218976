#include "voxarena/core/error.h"
#include "voxarena/plugin/method_interface.h"

namespace voxarena {

Plan Method::plan(const Fingerprint&, const Plan& default_plan, const Budget&,
                  const Options&) const {
  return default_plan;
}

std::unique_ptr<Model> Method::create(const Plan&, const Options&) const {
  throw Error::internal("the method has no model", "a trainable method implements create()");
}

std::unique_ptr<Segmenter> Method::show(const Plan&, const Options&, SupportSet,
                                        const RunContext&) const {
  throw Error::internal("the method is not training-free", "a training-free one implements show()");
}

}  // namespace voxarena
