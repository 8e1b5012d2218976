// Python pickles of protocol 2 to 5, read by an interpreter that can make nothing but the values
// below: numbers, texts, containers, NumPy's arrays of numbers, and descriptions of tensors. A
// pickle is a program; ours has no instruction that calls or imports anything, so whatever else one
// asks for is an error that names it.
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace voxarena::pickle {

struct Value;
using Values = std::vector<const Value*>;

struct Bytes {
  std::string data;
};
struct Tuple {
  Values items;
};
struct List {
  Values items;
};
struct Set {
  Values items;
};
struct Dict {  // collections.OrderedDict too
  std::vector<std::pair<const Value*, const Value*>> items;
};
// A class, function or type from the list of allowed ones: "torch._utils._rebuild_tensor_v2".
struct Symbol {
  std::string name;
};
struct NumpyType {
  std::string code;  // "f8", little-endian
};
// A NumPy array of numbers.
struct Array {
  std::string code;  // NumpyType's
  std::vector<std::int64_t> shape;
  std::string data;  // in C order, little-endian

  // Element i in C order; Error (internal) beyond the end.
  double real(std::size_t i) const;
  std::int64_t integer(std::size_t i) const;
};
// Raw numbers that lie beside the pickle.
struct Storage {
  at::ScalarType type;
  std::string key;
  std::int64_t elements;
};
struct Tensor {
  const Storage* storage;
  at::ScalarType type;  // differs from the storage's only where that is untyped bytes
  std::int64_t offset;  // in elements
  std::vector<std::int64_t> sizes, strides;
};

struct Value {
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Bytes, Tuple, List, Set,
               Dict, Symbol, NumpyType, Array, Storage, Tensor>
      content;
  int depth = 0;  // of containers inside

  template <class T>
  const T* get() const {
    return std::get_if<T>(&content);
  }
};

// What a value is, for messages: "a dict".
const char* kind_of(const Value& value);

// The entry of a dict with that text as key, the last one if there are several; nullptr if `value`
// is no dict or has none.
const Value* find(const Value& value, std::string_view key);

// Members of a list or tuple; nullptr for anything else.
const Values* items_of(const Value& value);

// Owns all values; they may refer to each other in circles, so walk along known keys only.
struct Content {
  std::deque<Value> values;
  const Value* root = nullptr;
};

// `source` stands in messages. Error (input) with the opcode, class or function and its position.
// Bounds: 2 million values, containers 100 deep; what calls copy is at most four times the pickle.
Content read(std::string_view pickle, const std::string& source);

}  // namespace voxarena::pickle
