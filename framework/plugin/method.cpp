#include "voxarena/plugin/method_interface.h"

namespace voxarena {

Plan Method::plan(const Fingerprint&, const Plan& default_plan, const Budget&,
                  const Options&) const {
  return default_plan;
}

}  // namespace voxarena
