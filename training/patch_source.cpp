#include "training/patch_source.h"

#include "voxarena/data/store.h"

namespace voxarena {
namespace {

class StoredPatchSource : public PatchSource {
 public:
  StoredPatchSource(const std::filesystem::path& folder, std::string id)
      : id_(std::move(id)), case_(folder, id_) {}

  const std::string& id() const override { return id_; }
  const Extent& size() const override { return case_.size(); }
  std::int64_t channels() const override { return case_.channels(); }
  const ClassLocations& class_locations() const override { return case_.class_locations(); }
  Volume<float> read_data(const Box& window) const override { return case_.read_data(window); }
  Volume<std::int16_t> read_seg(const Box& window) const override { return case_.read_seg(window); }

 private:
  std::string id_;
  StoredCase case_;
};

}  // namespace

PatchSources open_patch_sources(const std::filesystem::path& folder,
                                const std::vector<std::string>& ids) {
  PatchSources sources;
  for (const std::string& id : ids)
    sources.push_back(std::make_shared<StoredPatchSource>(folder, id));
  return sources;
}

}  // namespace voxarena
