#include "voxarena/pickle/pickle_writer.h"

#include <array>
#include <bit>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace voxarena::pickle {

static_assert(std::endian::native == std::endian::little, "pickles are little-endian");

Writer::Writer(int protocol) : out_("\x80") { out_ += static_cast<char>(protocol); }

template <class T>
void Writer::raw(T value) {
  out_.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void Writer::integer(std::int64_t value) {
  if (value >= 0 && value <= std::numeric_limits<std::uint8_t>::max()) {
    out_ += 'K';  // BININT1
    raw(static_cast<std::uint8_t>(value));
  } else if (std::in_range<std::int32_t>(value)) {
    out_ += 'J';  // BININT
    raw(static_cast<std::int32_t>(value));
  } else {
    out_ += "\x8a\x08";  // LONG1 of 8 bytes
    raw(value);
  }
}

void Writer::real(double value) {
  out_ += 'G';  // BINFLOAT, big-endian
  raw(__builtin_bswap64(std::bit_cast<std::uint64_t>(value)));
}

void Writer::text(std::string_view value) {
  out_ += 'X';  // BINUNICODE
  raw(static_cast<std::uint32_t>(value.size()));
  out_ += value;
}

void Writer::json(const Json& value) {
  if (value.is_object()) {
    begin_dict();
    for (const auto& [key, member] : value.items()) {
      text(key);
      json(member);
    }
    end_dict();
  } else if (value.is_array()) {
    begin_list();
    for (const Json& member : value) json(member);
    end_list();
  } else if (value.is_string()) {
    text(value.get_ref<const std::string&>());
  } else if (value.is_boolean()) {
    boolean(value.get<bool>());
  } else if (value.is_number_integer()) {
    integer(value.get<std::int64_t>());
  } else if (value.is_number()) {
    real(value.get<double>());
  } else {
    none();
  }
}

void Writer::integers(std::span<const std::int64_t> values) {
  begin_tuple();
  for (const std::int64_t value : values) integer(value);
  end_tuple();
}

void Writer::reals(std::span<const double> values) {
  begin_tuple();
  for (const double value : values) real(value);
  end_tuple();
}

void Writer::array(std::span<const std::int64_t> values, std::span<const std::int64_t> shape) {
  array("i8", std::as_bytes(values), shape);
}

void Writer::array(std::span<const double> values, std::span<const std::int64_t> shape) {
  array("f8", std::as_bytes(values), shape);
}

void Writer::array(std::string_view type, std::span<const std::byte> values,
                   std::span<const std::int64_t> shape) {
  // The name that both NumPy 1 and 2 know.
  name("numpy.core.multiarray", "_reconstruct");
  begin_tuple();
  name("numpy", "ndarray");
  integers(std::array<std::int64_t, 1>{0});
  out_ +=
      "C\x01"
      "b";  // SHORT_BINBYTES
  end_tuple();
  call();

  begin_tuple();  // version, shape, type, Fortran order, bytes
  integer(1);
  integers(shape);
  name("numpy", "dtype");
  begin_tuple();
  text(type);
  boolean(false);
  boolean(true);
  end_tuple();
  call();
  begin_tuple();
  integer(3);
  text("<");
  for (int i = 0; i < 3; ++i) none();
  integer(-1);
  integer(-1);
  integer(0);
  end_tuple();
  out_ += 'b';  // BUILD
  boolean(false);
  const std::size_t bytes = values.size_bytes();
  if (std::in_range<std::uint32_t>(bytes)) {
    out_ += 'B';  // BINBYTES
    raw(static_cast<std::uint32_t>(bytes));
  } else {
    out_ += '\x8e';  // BINBYTES8
    raw(static_cast<std::uint64_t>(bytes));
  }
  out_.append(reinterpret_cast<const char*>(values.data()), bytes);
  end_tuple();
  out_ += 'b';
}

void Writer::name(std::string_view module, std::string_view object) {
  out_ += 'c';  // GLOBAL
  out_ += module;
  out_ += '\n';
  out_ += object;
  out_ += '\n';
}

std::string Writer::finish() {
  out_ += '.';
  return std::move(out_);
}

}  // namespace voxarena::pickle
