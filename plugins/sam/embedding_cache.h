// Image embeddings on disk, so that no slice is encoded twice: not for another case, fold, option
// or run. Files are named by what they are made from; each is either whole or ignored.
//
//   EmbeddingCache cache(folder, 4 << 30, [&](const std::string& text) { context.warn(text); });
//   const std::string key = EmbeddingCache::key("SAM 2.1 tiny", weights_sha256, slice);
//   std::optional<TensorMap> maps = cache.find(key);
//   if (!maps) maps = cache.keep(key, encode(slice));
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "voxarena/weights/safetensors.h"

namespace voxarena::sam {

class EmbeddingCache {
 public:
  using Warn = std::function<void(const std::string&)>;

  // Keeps at most `limit` bytes in `folder` (0: nothing, and the folder is not touched); what was
  // used longest ago goes first. Several processes may share a folder; each sees to the limit on
  // its own writes.
  EmbeddingCache(std::filesystem::path folder, std::uint64_t limit, Warn warn);

  // SHA-256 of the model's name (with its version and whatever else matters), its weights' hash and
  // the image's type, shape and values.
  static std::string key(const std::string& model, const std::string& weights_sha256,
                         const at::Tensor& image);

  // The tensors of that key, in float32 on the CPU. A damaged file is removed with a warning.
  std::optional<TensorMap> find(const std::string& key);
  // Writes them, and gives them back as `find` will: rounded to fp16, so that results do not depend
  // on what was there before; tensors with values beyond fp16 stay as they are. A full disk costs a
  // warning and all further writing.
  TensorMap keep(const std::string& key, const TensorMap& tensors);

  std::int64_t hits() const { return hits_; }

 private:
  std::filesystem::path file(const std::string& key) const;
  std::optional<TensorMap> read(const std::string& key);
  void write(const std::string& key, const TensorMap& tensors);
  void make_room(std::uint64_t bytes);
  void scan();

  std::filesystem::path folder_;
  std::uint64_t limit_, used_ = 0;
  Warn warn_;
  bool writable_;
  std::int64_t hits_ = 0;
};

}  // namespace voxarena::sam
