#include "voxarena/plugin/model_cost.h"

#include <ATen/ops/zeros.h>
#include <ATen/record_function.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "voxarena/core/error.h"
#include "voxarena/plugin/model.h"

namespace voxarena {
namespace {

using Values = c10::ArrayRef<const c10::IValue>;

double count(const at::Tensor& tensor) { return static_cast<double>(tensor.numel()); }

std::int64_t entry(const std::vector<std::int64_t>& list, std::int64_t axis) {
  return list[std::min(static_cast<std::size_t>(axis),
                       list.size() - 1)];  // one entry may stand for all axes
}

// input, weight, bias, stride, padding, dilation, transposed, ...: every voxel of the output (of
// the input, if transposed) meets the weights of one of its channels.
double convolution(Values in) {
  const at::Tensor &image = in[0].toTensor(), &weight = in[1].toTensor();
  const double weights = count(weight) / static_cast<double>(weight.size(0));
  if (in[6].toBool()) return 2 * count(image) * weights;
  const auto stride = in[3].toIntVector(), padding = in[4].toIntVector(),
             dilation = in[5].toIntVector();
  auto outputs = static_cast<double>(image.size(0) * weight.size(0));
  for (std::int64_t axis = 0; axis + 2 < image.dim(); ++axis) {
    const std::int64_t reach = entry(dilation, axis) * (weight.size(axis + 2) - 1) + 1;
    const std::int64_t room = image.size(axis + 2) + 2 * entry(padding, axis) - reach;
    outputs *= static_cast<double>(room / entry(stride, axis) + 1);
  }
  return 2 * outputs * weights;
}

// (..., n, k) times (..., k, m), or times a vector (k).
double product(const at::Tensor& left, const at::Tensor& right) {
  return 2 * count(left) * (right.dim() == 1 ? 1.0 : static_cast<double>(right.size(-1)));
}

// query (B, heads, n, d), key (B, heads, m, d), value (B, heads, m, e): n m d + n m e multiply-adds
// per head.
double attention(Values in) {
  const at::Tensor &query = in[0].toTensor(), &key = in[1].toTensor(), &value = in[2].toTensor();
  const double pairs =
      count(query) / static_cast<double>(query.size(-1)) * static_cast<double>(key.size(-2));
  return 2 * pairs * static_cast<double>(query.size(-1) + value.size(-1));
}

double product_of_first(Values in) { return product(in[0].toTensor(), in[1].toTensor()); }
double product_after_bias(Values in) { return product(in[1].toTensor(), in[2].toTensor()); }

// The operators at which every convolution, product and attention passes exactly once.
struct Formula {
  std::string_view operation;
  double (*flops)(Values inputs);
};
constexpr std::array<Formula, 10> kFormulas{
    {{"aten::convolution", convolution},
     {"aten::mm", product_of_first},
     {"aten::bmm", product_of_first},
     {"aten::mv", product_of_first},
     {"aten::addmm", product_after_bias},
     {"aten::baddbmm", product_after_bias},
     {"aten::_scaled_dot_product_flash_attention_for_cpu", attention},
     {"aten::_scaled_dot_product_flash_attention", attention},
     {"aten::_scaled_dot_product_efficient_attention", attention},
     {"aten::_scaled_dot_product_cudnn_attention", attention}}};

// LibTorch takes plain functions as callbacks, so the sum of this thread lies here while one is
// registered.
thread_local double flops_of_thread = 0;

std::unique_ptr<at::ObserverContext> count_operator(const at::RecordFunction& call) {
  for (const Formula& formula : kFormulas) {
    if (formula.operation == call.name()) flops_of_thread += formula.flops(call.inputs());
  }
  return nullptr;
}

class CountFlops {
 public:
  CountFlops() {
    flops_of_thread = 0;
    handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(count_operator)
                                             .needsInputs(true)
                                             .scopes({at::RecordScope::FUNCTION}));
  }
  ~CountFlops() { at::removeCallback(handle_); }
  CountFlops(const CountFlops&) = delete;
  CountFlops& operator=(const CountFlops&) = delete;

  double flops() const { return flops_of_thread; }

 private:
  at::CallbackHandle handle_{};
  at::RecordFunctionGuard enabled_;
};

}  // namespace

ModelCost measure_cost(Model& model, at::IntArrayRef shape) {
  try {
    ModelCost cost;
    std::set<const c10::TensorImpl*> seen;
    c10::Device device(c10::kCPU);
    for (const at::Tensor& parameter : model.module().parameters()) {
      device = parameter.device();
      if (!seen.insert(parameter.unsafeGetTensorImpl()).second) continue;
      cost.parameters += parameter.numel();
      if (parameter.requires_grad()) cost.trained_parameters += parameter.numel();
    }
    // With gradients on, methods use the ordinary operators, not a backend's own for inference.
    const torch::AutoGradMode gradients(true);
    model.module().eval();
    const CountFlops counter;
    model.predict(at::zeros(shape, at::TensorOptions(device).dtype(at::kFloat)));
    cost.flops = counter.flops();
    return cost;
  } catch (const c10::Error& error) {
    throw Error::internal(std::string("measuring the network: ") + error.what_without_backtrace());
  }
}

}  // namespace voxarena
