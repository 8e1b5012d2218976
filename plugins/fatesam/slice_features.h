// Features of slices by SAM 2's image encoder, each computed once if there is room for it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "plugins/fatesam/settings.h"
#include "plugins/sam/embedding_cache.h"
#include "plugins/sam/sam2/tracking.h"
#include "voxarena/core/run_context.h"

namespace voxarena::fatesam {

// A slice (C, h, w) as the image encoder wants it, (1, 3, H, W): a picture scaled to the image's
// size regardless of its shape, bicubic with antialiasing, normalised. `eight_bits`: rounded to
// 0 ... 255 as Pillow does.
at::Tensor prepare_slice(const at::Tensor& slice, sam::Extent image, bool eight_bits);

class SliceEncoder {
 public:
  // `weights_id`: a hash of what the network's weights come from.
  SliceEncoder(std::shared_ptr<const sam2::Sam2> network, const Settings& settings,
               std::string weights_id, const RunContext& context);

  // Of slices (C, h, w), which go through the network at once, each on its own. In float16 if the
  // settings say so, on the network's device.
  std::vector<sam2::Features> encode(at::ArrayRef<at::Tensor> slices);

  const sam2::Sam2& network() const { return *network_; }
  const Settings& settings() const { return settings_; }

 private:
  // The same of images as `prepare_slice` gives them, none of them from the cache.
  std::vector<sam2::Features> compute(const std::vector<at::Tensor>& images) const;

  std::shared_ptr<const sam2::Sam2> network_;
  Settings settings_;
  std::string weights_id_;
  at::Device device_;
  sam::EmbeddingCache cache_;
};

// Bytes that may still be kept.
struct Room {
  std::uint64_t bytes = 0;
  bool take(std::uint64_t wanted);
};

// The features of some slices (C, h, w), which may differ in size. What is asked for is encoded
// together with slices behind it, as many as the settings' batch and the room allow.
class FeatureStore {
 public:
  FeatureStore(SliceEncoder& encoder, std::vector<at::Tensor> slices, Room& room);

  std::int64_t size() const { return static_cast<std::int64_t>(slices_.size()); }
  sam2::Features at(std::int64_t index);  // of one image, float32

 private:
  std::vector<std::size_t> batch_at(std::size_t index) const;

  SliceEncoder* encoder_;
  std::vector<at::Tensor> slices_;
  std::vector<std::optional<sam2::Features>> kept_;
  Room* room_;
};

}  // namespace voxarena::fatesam
