#include "voxarena/weights/safetensors.h"

#include <ATen/ops/empty.h>
#include <c10/core/ScalarType.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/hash.h"
#include "voxarena/core/json.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

constexpr const char* kMetadata = "__metadata__";
constexpr const char* kHash = "sha256";
constexpr std::uint64_t kLongestHeader = 100'000'000;  // the reference implementation's limit

struct TypeName {
  const char* name;
  at::ScalarType type;
};
constexpr std::array<TypeName, 10> kTypes{{{"F64", at::kDouble},
                                           {"F32", at::kFloat},
                                           {"F16", at::kHalf},
                                           {"BF16", at::kBFloat16},
                                           {"I64", at::kLong},
                                           {"I32", at::kInt},
                                           {"I16", at::kShort},
                                           {"I8", at::kChar},
                                           {"U8", at::kByte},
                                           {"BOOL", at::kBool}}};

std::optional<at::ScalarType> type_of(const std::string& name) {
  for (const TypeName& entry : kTypes) {
    if (name == entry.name) return entry.type;
  }
  return std::nullopt;
}

std::string name_of(at::ScalarType type, const std::string& tensor) {
  for (const TypeName& entry : kTypes) {
    if (type == entry.type) return entry.name;
  }
  throw Error::internal(
      fmt::format("tensor '{}' has a type ({}) that safetensors files do not hold", tensor,
                  c10::toString(type)));
}

[[noreturn]] void malformed(const fs::path& path, const std::string& what) {
  throw Error::input(fmt::format("{}: {}", path.string(), what),
                     "the file is damaged, incomplete or no safetensors file; delete it and make "
                     "or fetch it again");
}

std::uint64_t bytes_of(const at::Tensor& tensor) { return tensor.nbytes(); }

// One tensor's entry in the header, checked.
struct Entry {
  at::ScalarType type;
  std::vector<std::int64_t> shape;
  std::uint64_t begin, end;
};

Entry parse_entry(const fs::path& path, const std::string& name, const Json& json,
                  std::uint64_t data_bytes) {
  const auto bad = [&](const char* field) {
    malformed(path, fmt::format("tensor '{}' has no valid '{}'", name, field));
  };
  const auto numbers = [](const Json& list) {
    return list.is_array() && std::all_of(list.begin(), list.end(), [](const Json& n) {
             return n.is_number_unsigned() && n.get<std::uint64_t>() <= (1ULL << 48);
           });
  };
  if (!json.is_object())
    malformed(path, fmt::format("tensor '{}' is not described by an object", name));
  const auto type = json.contains("dtype") && json["dtype"].is_string()
                        ? type_of(json["dtype"].get<std::string>())
                        : std::nullopt;
  if (!type) bad("dtype");
  if (!json.contains("shape") || !numbers(json["shape"])) bad("shape");
  const Json& offsets = json.contains("data_offsets") ? json["data_offsets"] : Json();
  if (!numbers(offsets) || offsets.size() != 2) bad("data_offsets");

  Entry entry{*type, json["shape"].get<std::vector<std::int64_t>>(),
              offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>()};
  std::uint64_t bytes = c10::elementSize(*type);
  for (const std::int64_t extent : entry.shape) {
    if (extent != 0 && bytes > (1ULL << 48) / static_cast<std::uint64_t>(extent)) bad("shape");
    bytes *= static_cast<std::uint64_t>(extent);
  }
  if (entry.begin > entry.end || entry.end - entry.begin != bytes) bad("data_offsets");
  if (entry.end > data_bytes) malformed(path, fmt::format("ends before tensor '{}' does", name));
  return entry;
}

// Everything that the SHA-256 covers apart from the raw tensors: the header without the hash
// itself.
std::string header_to_hash(Json header) {
  if (header.contains(kMetadata)) header[kMetadata].erase(kHash);
  return canonical_json(header);
}

}  // namespace

void write_safetensors(const fs::path& path, const TensorFile& content) {
  struct Item {
    std::string name;
    at::Tensor tensor;
  };
  std::vector<Item> items;
  for (const auto& [name, tensor] : content.tensors)
    items.push_back({name, tensor.detach().cpu().contiguous()});
  // Wide types first, so that every tensor is aligned; names in order within a type (as the
  // reference writer does).
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return a.tensor.element_size() > b.tensor.element_size();
  });

  Json header = Json::object();
  header[kMetadata] = content.metadata;
  header[kMetadata].erase(kHash);
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : items) {
    const std::uint64_t end = offset + bytes_of(tensor);
    header[name] = {{"dtype", name_of(tensor.scalar_type(), name)},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  Sha256 hash;
  hash.update(header_to_hash(header));
  for (const auto& [name, tensor] : items) hash.update(tensor.const_data_ptr(), bytes_of(tensor));
  header[kMetadata][kHash] = hash.hex();

  std::string text = json_text(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();

  AtomicFile file(path);
  std::ofstream out(file.temporary(), std::ios::binary);
  out.write(reinterpret_cast<const char*>(&length), sizeof(length));
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  for (const auto& [name, tensor] : items) {
    out.write(static_cast<const char*>(tensor.const_data_ptr()),
              static_cast<std::streamsize>(bytes_of(tensor)));
  }
  out.close();
  if (!out) {
    throw Error::input(fmt::format("{}: cannot be written", path.string()),
                       "check the free disk space and the access rights of the folder");
  }
  file.commit();
}

TensorFile read_safetensors(const fs::path& path) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in)
    throw Error::input(fmt::format("{}: cannot be read", path.string()),
                       "check the path and its access rights");

  std::uint64_t length = 0;
  if (size < sizeof(length)) malformed(path, "is too short for a header");
  in.read(reinterpret_cast<char*>(&length), sizeof(length));
  if (length > kLongestHeader || length > size - sizeof(length))
    malformed(path, "has a header longer than the file");
  std::string text(length, '\0');
  in.read(text.data(), static_cast<std::streamsize>(length));
  const Json header = Json::parse(text, nullptr, false);
  if (!header.is_object()) malformed(path, "has a header that is not a JSON object");
  if (header.contains(kMetadata) && !header[kMetadata].is_object())
    malformed(path, "has metadata that is not an object");

  TensorFile file;
  Sha256 hash;
  hash.update(header_to_hash(header));
  const std::uint64_t data_bytes = size - sizeof(length) - length;
  std::map<std::uint64_t, std::pair<std::string, Entry>>
      by_offset;  // empty tensors share an offset and are not here
  for (const auto& [name, json] : header.items()) {
    if (name == kMetadata) {
      for (const auto& [key, value] : json.items()) {
        if (!value.is_string()) malformed(path, fmt::format("metadata '{}' is not a text", key));
        file.metadata[key] = value.get<std::string>();
      }
      continue;
    }
    const Entry entry = parse_entry(path, name, json, data_bytes);
    file.tensors[name] = at::empty(entry.shape, at::TensorOptions(entry.type));
    if (entry.begin == entry.end) continue;
    if (!by_offset.try_emplace(entry.begin, name, entry).second)
      malformed(path, fmt::format("tensor '{}' overlaps another", name));
  }

  std::uint64_t position = 0;
  for (const auto& [begin, named] : by_offset) {
    const auto& [name, entry] = named;
    if (begin != position)
      malformed(path, fmt::format("tensor '{}' does not follow the one before it", name));
    void* data = file.tensors[name].mutable_data_ptr();
    in.read(static_cast<char*>(data), static_cast<std::streamsize>(entry.end - begin));
    if (!in) malformed(path, fmt::format("tensor '{}' cannot be read", name));
    hash.update(data, entry.end - begin);
    position = entry.end;
  }
  if (position != data_bytes) malformed(path, "has bytes that belong to no tensor");

  if (const auto expected = file.metadata.find(kHash); expected != file.metadata.end()) {
    if (hash.hex() != expected->second) malformed(path, "does not match its own SHA-256");
    file.metadata.erase(expected);
  }
  return file;
}

}  // namespace voxarena
