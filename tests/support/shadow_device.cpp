#include "tests/support/shadow_device.h"

#include <ATen/EmptyTensor.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/resize_native.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/Allocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/core/impl/alloc_cpu.h>
#include <torch/library.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <cstring>
#include <mutex>

namespace voxarena::testing {
namespace {

using at::Tensor;

// No streams and no events: work is done when the call returns.
struct Guard final : c10::impl::NoOpDeviceGuardImpl<c10::DeviceType::PrivateUse1> {
  // Index 0, not -1: the autograd engine looks streams up by it.
  c10::Device getDevice() const override { return shadow_device(); }
  c10::Device exchangeDevice(c10::Device) const override { return shadow_device(); }
  c10::Stream getStream(c10::Device) const noexcept override {
    return c10::Stream(c10::Stream::DEFAULT, shadow_device());
  }
  c10::Stream exchangeStream(c10::Stream) const noexcept override {
    return getStream(shadow_device());
  }
  void record(void**, const c10::Stream&, const c10::DeviceIndex,
              const c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void destroyEvent(void*, const c10::DeviceIndex) const noexcept override {}
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard)

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(at::DeviceIndex) const override { return true; }
  at::Device getDeviceFromPtr(void*) const override { return shadow_device(); }
};

struct Memory final : at::Allocator {
  at::DataPtr allocate(std::size_t bytes) override {
    void* memory = c10::alloc_cpu(std::max<std::size_t>(bytes, 1));
    return {memory, memory, c10::free_cpu, shadow_device()};
  }
  at::DeleterFnPtr raw_deleter() const override { return c10::free_cpu; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }
};

Memory& memory() {
  static Memory instance;
  return instance;
}

// The same memory seen as a CPU tensor.
Tensor on_cpu(const Tensor& t) {
  return at::from_blob(t.numel() ? t.data_ptr() : nullptr, t.sizes(), t.strides(),
                       at::dtype(t.dtype()));
}

Tensor empty(at::IntArrayRef size, std::optional<at::ScalarType> type, std::optional<at::Layout>,
             std::optional<at::Device>, std::optional<bool>,
             std::optional<at::MemoryFormat> format) {
  constexpr c10::DispatchKeySet kShadow(c10::DispatchKey::PrivateUse1);
  return at::detail::empty_generic(size, &memory(), kShadow, c10::dtype_or_default(type), format);
}

Tensor empty_strided(at::IntArrayRef size, at::IntArrayRef stride,
                     std::optional<at::ScalarType> type, std::optional<at::Layout>,
                     std::optional<at::Device>, std::optional<bool>) {
  constexpr c10::DispatchKeySet kShadow(c10::DispatchKey::PrivateUse1);
  return at::detail::empty_strided_generic(size, stride, &memory(), kShadow,
                                           c10::dtype_or_default(type));
}

Tensor copy_from(const Tensor& from, const Tensor& to, bool) {
  Tensor target = to.is_cpu() ? to : on_cpu(to);
  target.copy_(from.is_cpu() ? from : on_cpu(from));
  return to;
}

Tensor copy_from_and_resize(const Tensor& from, const Tensor& to) {
  if (to.sizes() != from.sizes()) to.resize_(from.sizes());
  return copy_from(from, to, false);
}

// Every operator that is not registered below.
void run_on_cpu(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  bool cpu = false, shadow = false;
  const auto see = [&](const Tensor& t) {
    if (!t.defined()) return;
    cpu |= t.is_cpu() && t.dim() > 0;  // a scalar of the CPU may be mixed in, as with CUDA
    shadow |= t.is_privateuseone();
  };
  for (const auto& value : torch::jit::last(*stack, op.schema().arguments().size())) {
    if (value.isTensor()) see(value.toTensor());
    if (value.isTensorList()) std::ranges::for_each(value.toTensorVector(), see);
  }
  const std::string& name = op.schema().name();
  const bool indexing =
      name == "aten::index" || name.starts_with("aten::index_put");  // CUDA takes CPU indices too
  TORCH_CHECK(indexing || !(cpu && shadow), "tensors of two devices in ", name);
  at::native::cpu_fallback(op, stack);
}

void check_same_device(const Tensor& x, const Tensor& weight) {
  TORCH_CHECK(x.is_privateuseone() && weight.is_privateuseone(),
              "tensors of two devices in aten::convolution");
}

Tensor convolution(const Tensor& x, const Tensor& weight, const std::optional<Tensor>& bias,
                   at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation,
                   bool transposed, at::IntArrayRef output_padding, std::int64_t groups) {
  check_same_device(x, weight);
  const bool has_bias = bias && bias->defined();
  const std::optional<Tensor> cpu_bias =
      has_bias ? std::optional<Tensor>(on_cpu(*bias)) : std::nullopt;
  return at::convolution(on_cpu(x.contiguous()), on_cpu(weight.contiguous()), cpu_bias, stride,
                         padding, dilation, transposed, output_padding, groups)
      .to(x.device());
}

std::tuple<Tensor, Tensor, Tensor> convolution_backward(
    const Tensor& grad, const Tensor& x, const Tensor& weight, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
    at::IntArrayRef output_padding, std::int64_t groups, std::array<bool, 3> wanted) {
  const at::DimVector bias{grad.size(1)};
  const auto [grad_x, grad_weight, grad_bias] =
      at::convolution_backward(on_cpu(grad.contiguous()), on_cpu(x.contiguous()),
                               on_cpu(weight.contiguous()), at::OptionalIntArrayRef(bias), stride,
                               padding, dilation, transposed, output_padding, groups, wanted);
  const auto back = [&](const Tensor& t) { return t.defined() ? t.to(x.device()) : t; };
  return {back(grad_x), back(grad_weight), back(grad_bias)};
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&run_on_cpu>());
}

// Creation, copies, views and convolution cannot go through the general way.
TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", TORCH_FN(empty));
  library.impl("empty_strided", TORCH_FN(empty_strided));
  library.impl("_copy_from", TORCH_FN(copy_from));
  library.impl("_copy_from_and_resize", TORCH_FN(copy_from_and_resize));
  library.impl("convolution_overrideable", TORCH_FN(convolution));
  library.impl("convolution_backward_overrideable", TORCH_FN(convolution_backward));
  library.impl("as_strided", [](const Tensor& t, at::IntArrayRef size, at::IntArrayRef stride,
                                std::optional<std::int64_t> offset) {
    return at::native::as_strided_tensorimpl(t, size, stride, offset);
  });
  library.impl("view",
               [](const Tensor& t, at::IntArrayRef size) { return at::native::view(t, size); });
  library.impl("_reshape_alias", [](const Tensor& t, at::IntArrayRef size, at::IntArrayRef stride) {
    return at::native::_reshape_alias(t, size, stride);
  });
  library.impl("unfold", [](const Tensor& t, std::int64_t axis, std::int64_t size,
                            std::int64_t step) { return at::native::unfold(t, axis, size, step); });
  library.impl(
      "resize_",
      [](const Tensor& t, at::IntArrayRef size, std::optional<at::MemoryFormat>) -> const Tensor& {
        at::native::resize_(t, size, std::nullopt);
        return t;
      });
  library.impl("_local_scalar_dense", [](const Tensor& t) { return on_cpu(t).item(); });
}

}  // namespace

void register_shadow_device() {
  static std::once_flag once;
  std::call_once(once, [] {
    c10::SetAllocator(at::kPrivateUse1, &memory());
    at::RegisterPrivateUse1HooksInterface(new Hooks);  // owned by LibTorch until the program ends
    c10::register_privateuse1_backend("shadow");
  });
}

void to_shadow(torch::nn::Module& module) {
  const at::NoGradGuard no_grad;
  const auto move = [](Tensor& t) {
    const bool trained = t.requires_grad();
    t.unsafeGetTensorImpl()->shallow_copy_from(t.detach().to(shadow_device()).getIntrusivePtr());
    if (trained) t.set_requires_grad(true);
  };
  for (Tensor& parameter : module.parameters()) move(parameter);
  for (Tensor& buffer : module.buffers()) move(buffer);
}

}  // namespace voxarena::testing

void voxarena_register_shadow_device() { voxarena::testing::register_shadow_device(); }
void voxarena_to_shadow(torch::nn::Module* module) { voxarena::testing::to_shadow(*module); }
