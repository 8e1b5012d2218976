// Everything a method author needs. The smallest useful plugin:
//
//   class TinyNet : public voxarena::Network { ... at::Tensor forward(const at::Tensor& x) override; };
//
//   class Tiny : public voxarena::Method {
//     Info info() const override { return {.name = "tiny", .version = "1.0", .summary = "two convolutions", ...}; }
//     std::unique_ptr<Model> create(const Plan& plan, const Options& options) const override {
//       return model<TinyNet>(plan.channels, plan.classes, options.integer("width"));
//     }
//   };
//   VOXARENA_PLUGIN(Tiny)
#pragma once

#include <memory>

#include "voxarena/plan/fingerprint.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plugin/descriptor.h"
#include "voxarena/plugin/info.h"
#include "voxarena/plugin/model.h"
#include "voxarena/plugin/network.h"
#include "voxarena/plugin/option.h"

namespace voxarena {

class Method {
 public:
  virtual ~Method() = default;

  virtual Info info() const = 0;

  // What this method wants to differ from the default plan (patch, batch, architecture numbers), within the budget. Every
  // difference becomes a declared deviation. The default changes nothing.
  virtual Plan plan(const Fingerprint& fingerprint, const Plan& default_plan, const Budget& budget,
                    const Options& options) const;

  // A freshly initialised model on the CPU. Draws random numbers from LibTorch's global generator only.
  virtual std::unique_ptr<Model> create(const Plan& plan, const Options& options) const = 0;
};

}  // namespace voxarena
