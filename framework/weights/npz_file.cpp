#include "voxarena/weights/npz_file.h"

#include <c10/util/Half.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <cstring>
#include <functional>
#include <limits>
#include <string_view>

#include "voxarena/core/error.h"
#include "voxarena/weights/zip_file.h"
#include "voxarena/weights/zip_writer.h"

namespace voxarena {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kHeaderAlignment = 64;

struct NpyHeader {
  std::string type;
  std::vector<std::int64_t> shape;
  std::size_t bytes = 0;  // of the header itself
};

// What follows `key` in a header such as {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}.
std::string_view after(std::string_view header, std::string_view key) {
  const std::size_t at = header.find(key);
  return at == std::string_view::npos ? std::string_view{} : header.substr(at + key.size());
}

std::vector<std::int64_t> read_shape(std::string_view text) {
  std::vector<std::int64_t> shape;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end && *at != ')') {
    std::int64_t value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error == std::errc()) {
      shape.push_back(value);
      at = next;
    } else {
      ++at;
    }
  }
  return shape;
}

NpyHeader read_header(std::string_view content, const std::function<void(const char*)>& refuse) {
  if (content.size() < 12 || !content.starts_with(kMagic)) refuse("is no array of NumPy");
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(content[i]));
  };
  const bool wide = byte(6) > 1;  // version 2 and 3: four bytes of length
  const std::size_t begin = wide ? 12 : 10;
  std::size_t length = byte(8) | byte(9) << 8U;
  if (wide) length |= byte(10) << 16U | byte(11) << 24U;
  if (content.size() - begin < length) refuse("is truncated");
  const std::string_view text = content.substr(begin, length);
  const std::string_view type = after(text, "'descr': '");
  if (after(text, "'fortran_order': ").substr(0, 5) != "False") refuse("is not in C order");
  return {.type = std::string(type.substr(0, type.find('\''))),
          .shape = read_shape(after(text, "'shape': (")),
          .bytes = begin + length};
}

template <class T>
std::vector<float> convert(std::string_view bytes) {
  std::vector<float> out(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < out.size(); ++i) {
    T value{};
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    out[i] = static_cast<float>(value);
  }
  return out;
}

}  // namespace

void write_npz(const std::filesystem::path& path, const std::string& name,
               std::span<const float> values, std::span<const std::int64_t> shape) {
  std::string text = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({},), }}",
                                 fmt::join(shape, ", "));
  const std::size_t before = kMagic.size() + 4;
  text.append(kHeaderAlignment - 1 - (before + text.size()) % kHeaderAlignment, ' ');
  text += '\n';
  std::string header(kMagic);
  header += {'\x01', '\x00', static_cast<char>(text.size() & 0xFFU),
             static_cast<char>(text.size() >> 8U)};
  header += text;
  const std::array<std::string_view, 2> pieces{
      header, {reinterpret_cast<const char*>(values.data()), values.size_bytes()}};
  ZipWriter zip(path);
  zip.add_deflated(name + ".npy", pieces);
  zip.commit();
}

NpzArray read_npz(const std::filesystem::path& path, const std::string& name) {
  const auto refuse = [&](const char* what) {
    throw Error::input(fmt::format("{}: array '{}' {}", path.string(), name, what),
                       "it is written by prediction with saved probabilities");
  };
  ZipFile zip(path);
  const std::string content =
      zip.read(zip.entry(name + ".npy"), std::numeric_limits<std::uint64_t>::max());
  const NpyHeader header = read_header(content, refuse);
  const std::string_view bytes = std::string_view(content).substr(header.bytes);
  const std::size_t element = header.type == "<f2" ? 2 : header.type == "<f4" ? 4 : 8;
  std::size_t count = 1;
  for (const std::int64_t size : header.shape) {
    if (size < 0 || (size > 0 && count > bytes.size() / static_cast<std::size_t>(size)))
      refuse("declares more numbers than it has");
    count *= static_cast<std::size_t>(size);
  }
  if (count * element != bytes.size()) refuse("has another size than it declares");
  if (header.type == "<f4") return {header.shape, convert<float>(bytes)};
  if (header.type == "<f8") return {header.shape, convert<double>(bytes)};
  if (header.type != "<f2") refuse("does not hold real numbers");
  return {header.shape, convert<c10::Half>(bytes)};
}

}  // namespace voxarena
