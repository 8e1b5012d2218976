#include "voxarena/weights/nnunet_names.h"

#include <ATen/ops/equal.h>
#include <fmt/core.h>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr std::string_view kList = ".all_modules.", kDecoder = "decoder.", kEncoder = "encoder.";

// "<unit>.conv.weight" → where ".conv.weight" begins; npos if it is no layer of a unit.
std::size_t layer_begin(const std::string& name) {
  const std::size_t last = name.rfind('.');
  if (last == std::string::npos || last == 0) return std::string::npos;
  const std::size_t begin = name.rfind('.', last - 1);
  if (begin == std::string::npos) return begin;
  const std::string layer = name.substr(begin + 1, last - begin - 1);
  return layer == "conv" || layer == "norm" ? begin : std::string::npos;
}

std::string unit_of(const std::string& name) {
  const std::size_t begin = layer_begin(name);
  return begin == std::string::npos ? std::string() : name.substr(0, begin);
}

// "<unit>.norm.bias" → "<unit>.all_modules.1.bias"
std::string name_in_list(const std::string& name) {
  const std::size_t begin = layer_begin(name);
  const bool is_norm = name.compare(begin + 1, 4, "norm") == 0;
  return fmt::format("{}{}{}.{}", name.substr(0, begin), kList, is_norm ? 1 : 0,
                     name.substr(name.rfind('.') + 1));
}

// The first name of an `all_modules` entry; empty if it has none in `tensors`. With dropout the
// norm is the third of the list.
std::string first_name(const std::string& name, const TensorMap& tensors) {
  const std::size_t begin = name.find(kList);
  const std::string unit = name.substr(0, begin), rest = name.substr(begin + kList.size());
  const std::size_t dot = rest.find('.');
  const std::string layer = rest.substr(0, dot) == "0" ? ".conv" : ".norm";
  std::string first = unit + layer + (dot == std::string::npos ? "" : rest.substr(dot));
  return tensors.contains(first) ? first : std::string();
}

void require_equal(const TensorMap& tensors, const std::string& second, const std::string& first,
                   const std::string& source) {
  const at::Tensor &a = tensors.at(second), &b = tensors.at(first);
  const bool same = a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type() &&
                    (a.const_data_ptr() == b.const_data_ptr() || at::equal(a, b));
  if (same) return;
  throw Error::input(
      fmt::format("{}: '{}' and '{}' are one tensor in nnU-Net, but differ", source, second, first),
      "the file is damaged or not of nnU-Net");
}

}  // namespace

NamedTensors with_second_names(const NamedTensors& parameters) {
  NamedTensors out;
  for (std::size_t i = 0; i < parameters.size();) {
    const std::string unit = unit_of(parameters[i].first);
    std::size_t end = i + 1;
    while (!unit.empty() && end < parameters.size() && unit_of(parameters[end].first) == unit)
      ++end;
    out.insert(out.end(), parameters.begin() + static_cast<std::ptrdiff_t>(i),
               parameters.begin() + static_cast<std::ptrdiff_t>(end));
    for (; !unit.empty() && i < end; ++i)
      out.emplace_back(name_in_list(parameters[i].first), parameters[i].second);
    i = end;
  }
  NamedTensors whole;
  bool repeated = false;
  for (const auto& [name, tensor] : out) {
    if (!repeated && name.starts_with(kDecoder)) {  // the encoder is the decoder's first child
      for (const auto& [of_encoder, shared] : out) {
        if (of_encoder.starts_with(kEncoder))
          whole.emplace_back(std::string(kDecoder) + of_encoder, shared);
      }
      repeated = true;
    }
    whole.emplace_back(name, tensor);
  }
  return whole;
}

TensorMap without_second_names(const TensorMap& tensors, const std::string& source) {
  TensorMap out;
  for (const auto& [name, tensor] : tensors) {
    std::string first;
    if (name.starts_with(std::string(kDecoder) + std::string(kEncoder))) {
      const std::string in_encoder = name.substr(kDecoder.size());
      if (tensors.contains(in_encoder)) first = in_encoder;
    }
    if (first.empty() && name.find(kList) != std::string::npos) first = first_name(name, tensors);
    if (first.empty()) {
      out[name] = tensor;
    } else {
      require_equal(tensors, name, first, source);
    }
  }
  return out;
}

}  // namespace voxarena
