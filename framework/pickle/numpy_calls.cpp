#include "voxarena/pickle/numpy_calls.h"

#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <type_traits>

#include "voxarena/core/error.h"
#include "voxarena/pickle/pickle_calls.h"

namespace voxarena::pickle {
namespace {

struct NumpyNumber {
  std::string_view code;
  std::size_t bytes;
  Value (*read)(const char*);
};

template <class Raw, class Out>
Value number_at(const char* bytes) {
  if constexpr (std::is_same_v<Raw, bool>) {
    if (*bytes != 0 && *bytes != 1) throw Refusal{"a truth value that is neither true nor false"};
  }
  Raw raw;
  std::memcpy(&raw, bytes, sizeof(raw));
  if constexpr (std::is_same_v<Raw, std::uint64_t>) {
    if (raw > std::numeric_limits<std::int64_t>::max()) throw Refusal{"an integer above 64 bits"};
  }
  return {static_cast<Out>(raw)};
}

template <class Raw, class Out>
constexpr NumpyNumber number(std::string_view code) {
  return {code, sizeof(Raw), number_at<Raw, Out>};
}

constexpr std::array<NumpyNumber, 12> kNumbers{
    {number<double, double>("f8"), number<float, double>("f4"), number<c10::Half, double>("f2"),
     number<std::int64_t, std::int64_t>("i8"), number<std::int32_t, std::int64_t>("i4"),
     number<std::int16_t, std::int64_t>("i2"), number<std::int8_t, std::int64_t>("i1"),
     number<std::uint64_t, std::int64_t>("u8"), number<std::uint32_t, std::int64_t>("u4"),
     number<std::uint16_t, std::int64_t>("u2"), number<std::uint8_t, std::int64_t>("u1"),
     number<bool, bool>("b1")}};

// Only codes that were checked when they were read.
const NumpyNumber& number_of(std::string_view code) {
  return *std::ranges::find(kNumbers, code, &NumpyNumber::code);
}

std::vector<std::int64_t> array_shape(const Tuple& tuple) {
  constexpr std::size_t kMostAxes = 32;
  if (tuple.items.size() > kMostAxes) throw Refusal{"an array of more than 32 axes"};
  std::vector<std::int64_t> shape;
  for (const Value* item : tuple.items) {
    const auto* size = item->get<std::int64_t>();
    if (!size || *size < 0) throw Refusal{"an array's size is no number"};
    shape.push_back(*size);
  }
  return shape;
}

void require_bytes(const std::vector<std::int64_t>& shape, std::size_t item, std::size_t bytes) {
  std::uint64_t expected = item;
  const bool empty = std::ranges::find(shape, 0) != shape.end();
  for (const std::int64_t size : shape) {
    if (!empty && expected > bytes / static_cast<std::uint64_t>(size)) {
      throw Refusal{"an array of more numbers than it has bytes"};
    }
    expected *= empty ? 0 : static_cast<std::uint64_t>(size);
  }
  if (expected != bytes) throw Refusal{"an array of fewer numbers than it has bytes"};
}

// From Fortran's order, in which the first axis runs fastest.
std::string in_c_order(const std::string& data, const std::vector<std::int64_t>& shape,
                       std::size_t item) {
  std::string out(data.size(), '\0');
  std::vector<std::int64_t> index(shape.size(), 0);
  for (std::size_t to = 0; to < data.size(); to += item) {
    std::int64_t from = 0;
    for (std::size_t axis = shape.size(); axis-- > 0;) from = from * shape[axis] + index[axis];
    std::memcpy(out.data() + to, data.data() + static_cast<std::size_t>(from) * item, item);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return out;
}

Array make_array(const std::string& data, const std::string& code, const Tuple& shape,
                 bool fortran) {
  Array array{code, array_shape(shape), {}};
  const NumpyNumber& type = number_of(code);
  const std::size_t item = type.bytes;
  require_bytes(array.shape, item, data.size());
  if (code == "b1" || code == "u8") {  // not all bytes are numbers of ours
    for (std::size_t i = 0; i < data.size(); i += item) type.read(data.data() + i);
  }
  array.data = fortran ? in_c_order(data, array.shape, item) : data;
  return array;
}

Value element(const Array& array, std::size_t i) {
  const NumpyNumber& type = number_of(array.code);
  if (i >= array.data.size() / type.bytes) throw Error::internal("an array's end is passed");
  return type.read(array.data.data() + i * type.bytes);
}

}  // namespace

Value numpy_type(const Values& arguments) {
  const std::string& code = argument<std::string>(arguments, 0);
  if (std::ranges::find(kNumbers, code, &NumpyNumber::code) == kNumbers.end())
    throw Refusal{fmt::format("NumPy's type '{}' is not read", code.substr(0, 80))};
  return {NumpyType{code}};
}

Value numpy_scalar(const Values& arguments) {
  const NumpyNumber& type = number_of(argument<NumpyType>(arguments, 0).code);
  const std::string& bytes = argument<Bytes>(arguments, 1).data;
  if (bytes.size() != type.bytes) throw Refusal{"a NumPy number of another length"};
  return type.read(bytes.data());
}

Value numpy_reconstruct(const Values& arguments) {
  if (argument<Symbol>(arguments, 0).name != kNumpyArray) throw Refusal{"a class but ndarray"};
  return {Array{"u1", {0}, {}}};
}

Value numpy_from_buffer(const Values& arguments) {
  const std::string& order = argument<std::string>(arguments, 3);
  if (order != "C" && order != "F") throw Refusal{"an array in neither C's nor Fortran's order"};
  return {make_array(argument<Bytes>(arguments, 0).data, argument<NumpyType>(arguments, 1).code,
                     argument<Tuple>(arguments, 2), order == "F")};
}

void check_byte_order(const Value& state) {
  // "|" where the order does not matter
  const auto* parts = state.get<Tuple>();
  const std::string& order = argument<std::string>(parts ? parts->items : Values{}, 1);
  if (order != "<" && order != "|" && order != "=")
    throw Refusal{"NumPy numbers that are not little-endian"};
}

void set_array(Array& array, const Value& state) {
  const auto* tuple = state.get<Tuple>();
  const Values parts = tuple ? tuple->items : Values{};
  const bool fortran = argument<bool>(parts, 3);
  array = make_array(argument<Bytes>(parts, 4).data, argument<NumpyType>(parts, 2).code,
                     argument<Tuple>(parts, 1), fortran);
}

double Array::real(std::size_t i) const {
  const Value value = element(*this, i);
  if (const auto* number = value.get<double>()) return *number;
  return static_cast<double>(integer(i));
}

std::int64_t Array::integer(std::size_t i) const {
  const Value value = element(*this, i);
  if (const auto* number = value.get<std::int64_t>()) return *number;
  if (const auto* flag = value.get<bool>()) return *flag ? 1 : 0;
  throw Error::internal("an array of integers holds none");
}

}  // namespace voxarena::pickle
