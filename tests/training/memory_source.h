// A case in memory for tests of the loader.
#pragma once

#include <string>
#include <utility>

#include "tests/training/golden_inputs.h"
#include "training/patch_source.h"

namespace voxarena {

class MemorySource : public PatchSource {
 public:
  MemorySource(std::string id, Volume<float> data, Volume<std::int16_t> seg)
      : id_(std::move(id)), data_(std::move(data)), seg_(std::move(seg)) {
    const Extent& size = seg_.size;
    for (std::int64_t i = 0; i < voxels(size); ++i) {  // of the first channel
      const std::int16_t label = seg_.values[static_cast<std::size_t>(i)];
      if (label <= 0) continue;
      locations_[label].push_back({static_cast<std::int32_t>(i / (size[1] * size[2])),
                                   static_cast<std::int32_t>(i / size[2] % size[1]),
                                   static_cast<std::int32_t>(i % size[2])});
    }
  }

  const std::string& id() const override { return id_; }
  const Extent& size() const override { return seg_.size; }
  std::int64_t channels() const override { return data_.channels; }
  const ClassLocations& class_locations() const override { return locations_; }
  Volume<float> read_data(const Box& window) const override { return cut(data_, window, 0.0F); }
  Volume<std::int16_t> read_seg(const Box& window) const override {
    return cut(seg_, window, std::int16_t{-1});
  }

 private:
  std::string id_;
  Volume<float> data_;
  Volume<std::int16_t> seg_;
  ClassLocations locations_;
};

}  // namespace voxarena
