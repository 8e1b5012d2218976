// A method as the harness sees it; authors include voxarena/plugin/method.h.
#pragma once

#include <memory>

#include "voxarena/plan/fingerprint.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plugin/info.h"
#include "voxarena/plugin/model.h"
#include "voxarena/plugin/option.h"

namespace voxarena {

class Method {
 public:
  virtual ~Method() = default;

  virtual Info info() const = 0;

  // What this method wants to differ from the default plan (patch, batch, architecture numbers),
  // within the budget. Every difference becomes a declared deviation. The default changes nothing.
  virtual Plan plan(const Fingerprint& fingerprint, const Plan& default_plan, const Budget& budget,
                    const Options& options) const;

  // A freshly initialised model on the CPU. Draws random numbers from LibTorch's global generator
  // only.
  virtual std::unique_ptr<Model> create(const Plan& plan, const Options& options) const = 0;
};

}  // namespace voxarena
