#include "plugins/sam/embedding_cache.h"

#include <ATen/ops/isfinite.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>
#include <vector>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/hash.h"

namespace voxarena::sam {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnding = ".safetensors";
constexpr const char* kKey = "embedding";  // of the metadata
constexpr std::size_t kPrefix = 2, kKeyLength = 64;

struct CachedFile {
  fs::file_time_type used;
  fs::path path;
  std::uint64_t bytes;
};

// KK/KEY.safetensors: whatever else lies in the folder is somebody's own.
bool is_entry(const fs::path& file) {
  const std::string key = file.stem().string();
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return file.extension() == kEnding && key.size() == kKeyLength &&
         std::ranges::all_of(key, is_hex) &&
         file.parent_path().filename() == key.substr(0, kPrefix);
}

// Other processes may remove files meanwhile: what is gone is not listed.
std::vector<CachedFile> cached_files(const fs::path& folder) {
  std::vector<CachedFile> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    CachedFile file{entry->last_write_time(gone), entry->path(), 0};
    if (gone || !is_entry(file.path)) continue;
    file.bytes = entry->file_size(gone);
    if (!gone) files.push_back(std::move(file));
  }
  return files;
}

TensorMap rounded(const TensorMap& tensors) {
  TensorMap out;
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor half = tensor.detach().to(at::kCPU, at::kHalf).contiguous();
    out[name] = at::isfinite(half).all().item<bool>()
                    ? half
                    : tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  }
  return out;
}

TensorMap widened(const TensorMap& tensors) {
  TensorMap out;
  for (const auto& [name, tensor] : tensors) out[name] = tensor.to(at::kFloat);
  return out;
}

std::uint64_t bytes_of(const TensorMap& tensors) {
  std::uint64_t bytes = 0;
  for (const auto& [name, tensor] : tensors) bytes += tensor.nbytes();
  return bytes;
}

}  // namespace

EmbeddingCache::EmbeddingCache(fs::path folder, std::uint64_t limit, Warn warn)
    : folder_(std::move(folder)), limit_(limit), warn_(std::move(warn)), writable_(limit > 0) {
  if (limit_ == 0) return;
  std::error_code none;
  if (fs::is_directory(folder_, none)) remove_temporary_files(folder_);
  scan();
}

std::string EmbeddingCache::key(const std::string& model, const std::string& weights_sha256,
                                const at::Tensor& image) {
  constexpr const char* kFormat = "embedding 2";
  const at::Tensor values = image.detach().to(at::kCPU).contiguous();
  Sha256 hash;
  hash.update(fmt::format("{}\n{}\n{}\n{} {}\n", kFormat, model, weights_sha256,
                          toString(values.scalar_type()), fmt::join(values.sizes(), "x")));
  hash.update(values.const_data_ptr(), values.nbytes());
  return hash.hex();
}

std::optional<TensorMap> EmbeddingCache::find(const std::string& key) {
  std::optional<TensorMap> found;
  if (limit_ > 0) found = read(key);
  if (found) ++hits_;
  return found;
}

TensorMap EmbeddingCache::keep(const std::string& key, const TensorMap& tensors) {
  const TensorMap kept = rounded(tensors);
  write(key, kept);
  return widened(kept);
}

fs::path EmbeddingCache::file(const std::string& key) const {
  return folder_ / key.substr(0, kPrefix) / (key + kEnding);
}

std::optional<TensorMap> EmbeddingCache::read(const std::string& key) {
  const fs::path path = file(key);
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return {};
  try {
    const TensorFile found = read_safetensors(path);
    const auto named = found.metadata.find(kKey);
    if (named == found.metadata.end() || named->second != key)
      throw Error::input(fmt::format("{}: holds no embedding of this slice", path.string()));
    fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
    return widened(found.tensors);
  } catch (const Error& error) {
    warn_(fmt::format("embedding cache: a file is damaged and made again: {}", error.what()));
    fs::remove(path, ignored);
    return {};
  }
}

void EmbeddingCache::write(const std::string& key, const TensorMap& tensors) {
  constexpr std::uint64_t kHeader = 1024;  // at most
  const std::uint64_t bytes = bytes_of(tensors) + kHeader;
  if (!writable_ || bytes > limit_) return;
  make_room(bytes);
  try {
    make_folder(file(key).parent_path());
    write_safetensors(file(key), {.tensors = tensors, .metadata = {{kKey, key}}});
    used_ += bytes;
  } catch (const Error& error) {
    writable_ = false;
    warn_(fmt::format("embedding cache: nothing more is kept: {}", error.what()));
  }
}

void EmbeddingCache::make_room(std::uint64_t bytes) {
  if (used_ + bytes <= limit_) return;
  std::vector<CachedFile> files = cached_files(folder_);
  std::ranges::sort(files, {}, &CachedFile::used);
  used_ = 0;
  for (const CachedFile& old : files) used_ += old.bytes;
  for (const CachedFile& old : files) {
    if (used_ + bytes <= limit_) return;
    std::error_code ignored;
    fs::remove(old.path, ignored);
    used_ -= old.bytes;
  }
}

void EmbeddingCache::scan() {
  for (const CachedFile& file : cached_files(folder_)) used_ += file.bytes;
}

}  // namespace voxarena::sam
