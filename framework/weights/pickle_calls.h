// The classes and functions a pickle may name, and what "calling" one means here. Used by
// pickle.cpp only.
#pragma once

#include <string>

#include "voxarena/weights/pickle.h"

namespace voxarena::pickle {

// What is wrong with a pickle; becomes an Error that says where.
struct Refusal {
  std::string what;
};

bool is_allowed(const std::string& name);

// The value that function `name` gives for `arguments`. Refusal if they are not of its kind.
Value call(const std::string& name, const Values& arguments);

// ('storage', type, key, device, elements) → Storage.
Value load_persistent(const Value& id);

// BUILD: a state set on an object. Attributes of dicts are ignored; a NumPy type learns its byte
// order. Refusal for anything else.
void set_state(const Value& object, const Value& state);

}  // namespace voxarena::pickle
