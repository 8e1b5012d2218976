// The classes and functions a pickle may name, and what "calling" one means here. Used by
// this folder only.
#pragma once

#include <fmt/core.h>

#include <string>

#include "voxarena/pickle/pickle.h"

namespace voxarena::pickle {

// What is wrong with a pickle; becomes an Error that says where.
struct Refusal {
  std::string what;
};

// The i-th argument of a call as a T, or Refusal.
template <class T>
const T& argument(const Values& arguments, std::size_t i) {
  const T* value = i < arguments.size() ? arguments[i]->get<T>() : nullptr;
  if (!value) {
    throw Refusal{fmt::format("argument {} is {}", i + 1,
                              i < arguments.size() ? kind_of(*arguments[i]) : "missing")};
  }
  return *value;
}

bool is_allowed(const std::string& name);

// The value that function `name` gives for `arguments`. Refusal if they are not of its kind.
Value call(const std::string& name, const Values& arguments);

// ('storage', type, key, device, elements) → Storage.
Value load_persistent(const Value& id);

// BUILD: a state set on an object. Attributes of dicts are ignored; a NumPy type learns its byte
// order, an array its content. Refusal for anything else.
void set_state(Value& object, const Value& state);

}  // namespace voxarena::pickle
