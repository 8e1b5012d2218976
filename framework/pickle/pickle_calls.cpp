#include "voxarena/pickle/pickle_calls.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "voxarena/pickle/numpy_calls.h"

namespace voxarena::pickle {
namespace {

struct NamedType {
  std::string_view storage, dtype;
  at::ScalarType type;
  std::int64_t bytes;
};
constexpr std::array<NamedType, 10> kTypes{
    {{"torch.DoubleStorage", "torch.float64", at::kDouble, 8},
     {"torch.FloatStorage", "torch.float32", at::kFloat, 4},
     {"torch.HalfStorage", "torch.float16", at::kHalf, 2},
     {"torch.BFloat16Storage", "torch.bfloat16", at::kBFloat16, 2},
     {"torch.LongStorage", "torch.int64", at::kLong, 8},
     {"torch.IntStorage", "torch.int32", at::kInt, 4},
     {"torch.ShortStorage", "torch.int16", at::kShort, 2},
     {"torch.CharStorage", "torch.int8", at::kChar, 1},
     {"torch.ByteStorage", "torch.uint8", at::kByte, 1},
     {"torch.BoolStorage", "torch.bool", at::kBool, 1}}};
constexpr std::string_view kUntyped = "torch.storage.UntypedStorage";

std::optional<at::ScalarType> storage_type(std::string_view name) {
  if (name == kUntyped || name == "torch.UntypedStorage") return at::kByte;
  for (const NamedType& entry : kTypes) {
    if (name == entry.storage) return entry.type;
  }
  return std::nullopt;
}

std::optional<at::ScalarType> dtype(std::string_view name) {
  for (const NamedType& entry : kTypes) {
    if (name == entry.dtype) return entry.type;
  }
  return std::nullopt;
}

std::int64_t bytes_of(at::ScalarType type) {
  const auto same = [type](const NamedType& entry) { return entry.type == type; };
  return std::ranges::find_if(kTypes, same)->bytes;
}

std::vector<std::int64_t> numbers(const Tuple& tuple, const char* what) {
  constexpr std::size_t kMostAxes = 64;
  if (tuple.items.size() > kMostAxes)
    throw Refusal{fmt::format("a tensor of {} axes", tuple.items.size())};
  std::vector<std::int64_t> out;
  for (const Value* item : tuple.items) {
    const auto* number = item->get<std::int64_t>();
    if (!number || *number < 0) throw Refusal{fmt::format("a tensor's {} is no number", what)};
    out.push_back(*number);
  }
  return out;
}

// Sizes, strides and offset must stay within the storage, and a tensor must not have more elements
// than it has storage: one number could otherwise stand for terabytes.
void check_place(const Tensor& tensor, std::int64_t storage_elements) {
  const auto refuse = [] {
    throw Refusal{"a tensor reaches beyond its storage or repeats parts of it"};
  };
  if (tensor.sizes.size() != tensor.strides.size()) refuse();
  std::int64_t count = 1, last = tensor.offset;
  for (std::size_t i = 0; i < tensor.sizes.size(); ++i) {
    const std::int64_t size = tensor.sizes[i], stride = tensor.strides[i];
    if (size == 0) return;
    if (count > storage_elements / size) refuse();
    count *= size;
    if (size > 1 && stride > storage_elements / (size - 1)) refuse();
    last += (size - 1) * stride;
    if (last >= storage_elements) refuse();
  }
  if (last >= storage_elements) refuse();
}

// _rebuild_tensor(storage, offset, sizes, strides), _v2(..., requires_grad, hooks, metadata) and
// _v3(..., requires_grad, hooks, dtype, metadata).
Value rebuild_tensor(const Values& arguments, bool with_dtype) {
  const auto& storage = argument<Storage>(arguments, 0);
  Tensor tensor{.storage = &storage,
                .type = storage.type,
                .offset = argument<std::int64_t>(arguments, 1),
                .sizes = numbers(argument<Tuple>(arguments, 2), "size"),
                .strides = numbers(argument<Tuple>(arguments, 3), "stride")};
  std::int64_t elements = storage.elements;
  if (with_dtype) {
    const std::string& name = argument<Symbol>(arguments, 6).name;
    const auto type = dtype(name);
    if (!type) throw Refusal{fmt::format("{} is no type of tensors that are read", name)};
    tensor.type = *type;
    elements = elements * bytes_of(storage.type) / bytes_of(*type);
  }
  if (tensor.offset < 0 || tensor.offset > elements) throw Refusal{"a tensor's offset is no place"};
  check_place(tensor, elements);
  return {std::move(tensor)};
}

Value rebuild_parameter(const Values& arguments) { return {argument<Tensor>(arguments, 0)}; }

Value ordered_dict(const Values& arguments) {
  Dict dict;
  if (arguments.empty()) return {dict};
  for (const Value* item : argument<List>(arguments, 0).items) {
    const auto* list = item->get<List>();
    const auto* tuple = item->get<Tuple>();
    const Values* pair = list ? &list->items : tuple ? &tuple->items : nullptr;
    if (!pair || pair->size() != 2) throw Refusal{"an OrderedDict is made of something but pairs"};
    dict.items.emplace_back((*pair)[0], (*pair)[1]);
  }
  return {std::move(dict)};
}

Value make_set(const Values& arguments) {
  if (arguments.empty()) return {Set{}};
  return {Set{argument<List>(arguments, 0).items}};
}

// How protocol 2 writes the empty bytes.
Value make_bytes(const Values& arguments) {
  if (!arguments.empty()) throw Refusal{"bytes made of something"};
  return {Bytes{}};
}

// torch.device(type, index) → "cuda:0".
Value device(const Values& arguments) {
  std::string name = argument<std::string>(arguments, 0);
  if (arguments.size() > 1) name += fmt::format(":{}", argument<std::int64_t>(arguments, 1));
  return {std::move(name)};
}

// How protocol 2 writes bytes: a text of code points below 256.
Value encode(const Values& arguments) {
  if (argument<std::string>(arguments, 1) != "latin1") throw Refusal{"an encoding but latin1"};
  const std::string& text = argument<std::string>(arguments, 0);
  Bytes out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      out.data += text[i];
      continue;
    }
    const bool two = (lead & 0xFEU) == 0xC2U && i + 1 < text.size();  // U+0080 ... U+00FF
    if (!two) throw Refusal{"a text that latin1 cannot hold"};
    const auto next = static_cast<unsigned char>(text[++i]);
    out.data += static_cast<char>((lead & 3U) << 6U | (next & 0x3FU));
  }
  return {std::move(out)};
}

struct Function {
  std::string_view name;
  Value (*call)(const Values&);
};
constexpr std::array<Function, 20> kFunctions{
    {{"collections.OrderedDict", ordered_dict},
     {"__builtin__.set", make_set},
     {"builtins.set", make_set},
     {"__builtin__.frozenset", make_set},
     {"builtins.frozenset", make_set},
     {"__builtin__.bytes", make_bytes},
     {"builtins.bytes", make_bytes},
     {"_codecs.encode", encode},
     {"torch._utils._rebuild_tensor", [](const Values& a) { return rebuild_tensor(a, false); }},
     {"torch._utils._rebuild_tensor_v2", [](const Values& a) { return rebuild_tensor(a, false); }},
     {"torch._utils._rebuild_tensor_v3", [](const Values& a) { return rebuild_tensor(a, true); }},
     {"torch._utils._rebuild_parameter", rebuild_parameter},
     {"torch.device", device},
     {"numpy.dtype", numpy_type},
     {"numpy.core.multiarray.scalar", numpy_scalar},
     {"numpy._core.multiarray.scalar", numpy_scalar},
     {"numpy.core.multiarray._reconstruct", numpy_reconstruct},
     {"numpy._core.multiarray._reconstruct", numpy_reconstruct},
     {"numpy.core.numeric._frombuffer", numpy_from_buffer},
     {"numpy._core.numeric._frombuffer", numpy_from_buffer}}};
constexpr std::string_view kSize = "torch.Size";  // a tuple of its own
// Named in nnU-Net's postprocessing.pkl; a name is all that it is here.
constexpr std::string_view kPostprocessing =
    "nnunetv2.postprocessing.remove_connected_components."
    "remove_all_but_largest_component_from_segmentation";

const Function* function(std::string_view name) {
  for (const Function& entry : kFunctions) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace

bool is_allowed(const std::string& name) {
  return function(name) || name == kSize || name == kNumpyArray || name == kPostprocessing ||
         storage_type(name) || dtype(name);
}

Value call(const std::string& name, const Values& arguments) {
  if (name == kSize) return {argument<Tuple>(arguments, 0)};
  const Function* found = function(name);
  if (!found) throw Refusal{fmt::format("{} is not called by any file", name)};
  try {
    return found->call(arguments);
  } catch (const Refusal& refusal) {
    throw Refusal{fmt::format("{}: {}", name, refusal.what)};
  }
}

Value load_persistent(const Value& id) {
  const auto* tuple = id.get<Tuple>();
  if (!tuple) throw Refusal{fmt::format("{} as the id of a storage", kind_of(id))};
  const Values& parts = tuple->items;
  if (argument<std::string>(parts, 0) != "storage")
    throw Refusal{"an id of something but storages"};
  const std::string& name = argument<Symbol>(parts, 1).name;
  const auto type = storage_type(name);
  if (!type) throw Refusal{fmt::format("{} is no type of storages", name)};
  const auto elements = argument<std::int64_t>(parts, 4);
  constexpr std::int64_t kMost = 1LL << 48;
  if (elements < 0 || elements > kMost) throw Refusal{"a storage of impossible size"};
  return {Storage{*type, argument<std::string>(parts, 2), elements}};
}

void set_state(Value& object, const Value& state) {
  if (object.get<Dict>()) return;  // the metadata of a state dict
  if (object.get<NumpyType>()) return check_byte_order(state);
  if (auto* array = std::get_if<Array>(&object.content)) return set_array(*array, state);
  throw Refusal{fmt::format("a state set on {}", kind_of(object))};
}

}  // namespace voxarena::pickle
