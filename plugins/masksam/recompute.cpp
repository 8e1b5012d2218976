#include "plugins/masksam/recompute.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

namespace voxarena::masksam {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Holder : torch::CustomClassHolder {
  explicit Holder(Part p) : part(std::move(p)) {}
  Part part;
};

struct Recomputation : torch::autograd::Function<Recomputation> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Part& part) {
    context->save_for_backward({x});
    context->saved_data["part"] = c10::IValue::make_capsule(c10::make_intrusive<Holder>(part));
    return part(x);  // gradients are off here
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto holder = context->saved_data["part"].toCapsule();
    const at::Tensor x = context->get_saved_variables()[0].detach().requires_grad_();
    const at::AutoGradMode gradients_on(true);
    const at::Tensor y = static_cast<const Holder&>(*holder).part(x);
    torch::autograd::backward({y}, {gradients[0]});
    return {x.grad(), {}};
  }
};

}  // namespace

at::Tensor recomputed(const Part& part, const at::Tensor& x) {
  if (!x.is_cpu() || !at::GradMode::is_enabled() || !x.requires_grad()) return part(x);
  return Recomputation::apply(x, part);
}

}  // namespace voxarena::masksam
