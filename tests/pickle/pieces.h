// Pickles put together by hand, as Python or an attacker would.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace voxarena::test {

template <class T>
std::string raw(T value) {
  std::string bytes(sizeof(value), '\0');
  std::memcpy(bytes.data(), &value, sizeof(value));
  return bytes;
}

// Pieces of pickles.
inline std::string text(const std::string& value) {
  return "X" + raw(static_cast<std::uint32_t>(value.size())) + value;
}
inline std::string number(std::int32_t value) { return "J" + raw(value); }
inline std::string name(const std::string& module, const std::string& object) {
  return "c" + module + "\n" + object + "\n";
}
inline std::string tuple(const std::vector<std::string>& items) {
  std::string out = "(";
  for (const std::string& item : items) out += item;
  return out + "t";
}
inline std::string call(const std::string& function, const std::vector<std::string>& arguments) {
  return function + tuple(arguments) + "R";
}
inline std::string storage(std::int32_t elements, const std::string& type = "FloatStorage",
                           const std::string& key = "0") {
  return tuple({text("storage"), name("torch", type), text(key), text("cpu"), number(elements)}) +
         "Q";
}
inline std::string tensor(const std::string& of_storage, std::int32_t offset,
                          const std::vector<std::string>& sizes,
                          const std::vector<std::string>& strides) {
  return call(name("torch._utils", "_rebuild_tensor_v2"),
              {of_storage, number(offset), tuple(sizes), tuple(strides), "\x89",
               call(name("collections", "OrderedDict"), {})});
}
// {"x": value}, a whole pickle.
inline std::string dict(const std::string& value) {
  return std::string("\x80\x02}") + text("x") + value + "s.";
}

// Objects of NumPy, as Python 3 pickles them.
inline std::string numpy_type(const std::string& code, const std::string& order = "<") {
  return call(name("numpy", "dtype"), {text(code), "\x89", "\x88"}) +
         tuple({number(3), text(order), "N", "N", "N", number(-1), number(-1), number(0)}) + "b";
}
inline std::string bytes(const std::string& content) {
  return "B" + raw(static_cast<std::uint32_t>(content.size())) + content;
}
inline std::string numpy_array(const std::string& type, const std::vector<std::string>& shape,
                               const std::string& content, bool fortran = false) {
  return call(name("numpy.core.multiarray", "_reconstruct"),
              {name("numpy", "ndarray"), tuple({number(0)}), bytes("b")}) +
         tuple({number(1), tuple(shape), type, fortran ? "\x88" : "\x89", bytes(content)}) + "b";
}

}  // namespace voxarena::test
