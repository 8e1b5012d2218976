#include "plugins/fatesam/segmenter.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <fmt/core.h>

#include "plugins/fatesam/fusion.h"
#include "plugins/sam/sam2/sam2.h"
#include "plugins/sam/weights.h"
#include "voxarena/core/hash.h"
#include "voxarena/plugin/device.h"
#include "voxarena/plugin/volume_slices.h"

namespace voxarena::fatesam {
namespace {

std::string identity(const Settings& settings, const RunContext& context) {
  return settings.weights == "random" ? fmt::format("random {}", context.seed)
                                      : sha256_file(settings.weights);
}

class FateSam final : public Segmenter {
 public:
  FateSam(std::shared_ptr<const sam2::Sam2> network, const Settings& settings,
          const SupportSet& supports, std::int64_t classes, const RunContext& context)
      : settings_(settings),
        classes_(classes),
        room_{settings.memory},
        encoder_(std::move(network), settings,
                 settings.cache_limit > 0 ? identity(settings, context) : "", context) {
    for (const int axis : settings.axes)
      galleries_.push_back(
          std::make_unique<SupportGallery>(encoder_, supports, axis, classes, room_));
  }

  Volume<float> segment(const Volume<float>& image, const RunContext& context) override {
    const at::NoGradGuard no_grad;
    Volume<float> mean(classes_, image.size);
    for (std::size_t i = 0; i < galleries_.size(); ++i) {
      const Volume<float> scores = segment_across(image, i, context);
      const auto share = 1.0F / static_cast<float>(galleries_.size());
      for (std::size_t v = 0; v < mean.values.size(); ++v)
        mean.values[v] += share * scores.values[v];
    }
    return mean;
  }

 private:
  Volume<float> segment_across(const Volume<float>& image, std::size_t which,
                               const RunContext& context) {
    const int axis = settings_.axes[which];
    const std::vector<at::Tensor> slices = split_slices(image, axis, settings_.as_released);
    const std::vector<TrackedSlice> tracked =
        track_volume(encoder_, *galleries_[which], slices, context);
    const at::Tensor scores =
        fuse(tracked, slices[0].size(1), slices[0].size(2), settings_.as_released);
    return volume_of(stack_across(settings_.as_released ? scores.transpose(2, 3) : scores, axis));
  }

  Settings settings_;
  std::int64_t classes_;
  Room room_;
  SliceEncoder encoder_;
  std::vector<std::unique_ptr<SupportGallery>> galleries_;  // one per axis
};

}  // namespace

std::shared_ptr<const sam2::Sam2> load_network(const Settings& settings,
                                               const RunContext& context) {
  sam::require_weights(settings.weights);
  require_device(context.device);
  at::manual_seed(context.seed);
  const auto network = std::make_shared<sam2::Sam2>(settings.network);
  sam::load_weights(*network, settings.weights, {});
  network->to(at::Device(context.device));
  network->eval();
  return network;
}

std::unique_ptr<Segmenter> make_segmenter(std::shared_ptr<const sam2::Sam2> network,
                                          const Settings& settings, const SupportSet& supports,
                                          std::int64_t classes, const RunContext& context) {
  return std::make_unique<FateSam>(std::move(network), settings, supports, classes, context);
}

}  // namespace voxarena::fatesam
