// Everything a method author needs. The smallest useful plugin:
//
//   class TinyNet : public voxarena::Network { ... at::Tensor forward(const at::Tensor& x)
//   override; };
//
//   class Tiny : public voxarena::Method {
//     Info info() const override { return {.name = "tiny", .version = "1.0", .summary = "two
//     convolutions", ...}; } std::unique_ptr<Model> create(const Plan& plan, const Options&
//     options) const override {
//       return model<TinyNet>(plan.channels, plan.classes, options.integer("width"));
//     }
//   };
//   VOXARENA_PLUGIN(Tiny)
#pragma once

#include "voxarena/plugin/descriptor.h"
#include "voxarena/plugin/method_interface.h"
#include "voxarena/plugin/network.h"
