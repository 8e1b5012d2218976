// What NumPy's names in a pickle mean here: types, single numbers and arrays of numbers. Used by
// pickle_calls.cpp only.
#pragma once

#include <string_view>

#include "voxarena/pickle/pickle.h"

namespace voxarena::pickle {

inline constexpr std::string_view kNumpyArray = "numpy.ndarray";  // named, but not called

Value numpy_type(const Values& arguments);         // (code, align, copy)
Value numpy_scalar(const Values& arguments);       // (type, bytes)
Value numpy_reconstruct(const Values& arguments);  // (class, shape, code): an array without content
Value numpy_from_buffer(const Values& arguments);  // (bytes, type, shape, order)

// The state of a type: (version, byte order, ...).
void check_byte_order(const Value& state);
// The state of an array: (version, shape, type, Fortran order, bytes).
void set_array(Array& array, const Value& state);

}  // namespace voxarena::pickle
