// A method as the harness sees it; authors include voxarena/plugin/method.h.
#pragma once

#include <memory>

#include "voxarena/plan/fingerprint.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plugin/info.h"
#include "voxarena/plugin/model.h"
#include "voxarena/plugin/option.h"
#include "voxarena/plugin/segmenter.h"

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
  // The default is for methods that have no model.
  virtual std::unique_ptr<Model> create(const Plan& plan, const Options& options) const;

  // Of a training-free method, instead of create(): what segments cases after it was shown the
  // supports.
  virtual std::unique_ptr<Segmenter> show(const Plan& plan, const Options& options,
                                          SupportSet supports, const RunContext& context) const;
};

}  // namespace voxarena
