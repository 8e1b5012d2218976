#include "training/patch_source.h"

#include <optional>

#include "voxarena/data/store.h"

namespace voxarena {
namespace {

class StoredPatchSource : public PatchSource {
 public:
  StoredPatchSource(const std::filesystem::path& folder, std::string id,
                    const PreviousStageFiles* previous_stage)
      : id_(std::move(id)), case_(folder, id_) {
    if (previous_stage != nullptr)
      previous_.emplace(previous_stage_file(*previous_stage, id_), case_.size());
  }

  const std::string& id() const override { return id_; }
  const Extent& size() const override { return case_.size(); }
  std::int64_t channels() const override { return case_.channels(); }
  const ClassLocations& class_locations() const override { return case_.class_locations(); }
  Volume<float> read_data(const Box& window) const override { return case_.read_data(window); }
  Volume<std::int16_t> read_seg(const Box& window) const override {
    Volume<std::int16_t> labels = case_.read_seg(window);
    if (!previous_) return labels;
    const Volume<std::int16_t> previous = previous_->read(window);
    labels.values.insert(labels.values.end(), previous.values.begin(), previous.values.end());
    labels.channels = 2;
    return labels;
  }

 private:
  std::string id_;
  StoredCase case_;
  std::optional<PreviousStage> previous_;
};

}  // namespace

PatchSources open_patch_sources(const std::filesystem::path& folder,
                                const std::vector<std::string>& ids,
                                const PreviousStageFiles* previous_stage) {
  PatchSources sources;
  for (const std::string& id : ids)
    sources.push_back(std::make_shared<StoredPatchSource>(folder, id, previous_stage));
  return sources;
}

}  // namespace voxarena
