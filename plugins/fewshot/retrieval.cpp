// The trivial baseline of few-shot segmentation: of every slice, the masks of the most similar
// support slices vote.
#include <ATen/ops/cat.h>
#include <ATen/ops/cdist.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

#include "plugins/fewshot/slices.h"
#include "voxarena/plugin/method.h"
#include "voxarena/plugin/volume_slices.h"

namespace voxarena::fewshot {
namespace {

struct Settings {
  std::int64_t classes, votes, side;
  std::vector<int> axes;
};

// Support slices across one axis.
struct Gallery {
  at::Tensor looks;                // (N, C side side)
  std::vector<at::Tensor> labels;  // N times int64 (h, w)
};

class Retrieval final : public Segmenter {
 public:
  Retrieval(Settings settings, const SupportSet& supports) : settings_(std::move(settings)) {
    for (const int axis : settings_.axes) {
      Gallery& gallery = galleries_.emplace_back();
      std::vector<at::Tensor> looks;
      for (const SupportCase& one : supports.cases) {
        looks.push_back(thumbnails(slices_of(one.image, axis), settings_.side).flatten(1));
        for (const at::Tensor& slice : slices_of(one.labels, axis).unbind())
          gallery.labels.push_back(slice);
      }
      gallery.looks = at::cat(looks);
    }
  }

  Volume<float> segment(const Volume<float>& image, const RunContext&) override {
    at::Tensor sum = at::zeros({settings_.classes, image.size[0], image.size[1], image.size[2]});
    for (std::size_t i = 0; i < galleries_.size(); ++i)
      sum +=
          stack_across(vote(slices_of(image, settings_.axes[i]), galleries_[i]), settings_.axes[i]);
    return volume_of(sum.div_(static_cast<double>(galleries_.size())));
  }

 private:
  // (S, C, h, w) → (S, K, h, w)
  at::Tensor vote(const at::Tensor& slices, const Gallery& gallery) const {
    const at::Tensor distances =
        at::cdist(thumbnails(slices, settings_.side).flatten(1), gallery.looks, 1.0);
    const std::int64_t votes = std::min(settings_.votes, distances.size(1));
    const at::Tensor nearest = std::get<1>(distances.topk(votes, 1, /*largest=*/false));
    at::Tensor out = at::zeros({slices.size(0), settings_.classes, slices.size(2), slices.size(3)});
    for (std::int64_t s = 0; s < slices.size(0); ++s) {
      for (std::int64_t v = 0; v < votes; ++v) {
        const auto chosen = static_cast<std::size_t>(nearest[s][v].item<std::int64_t>());
        out[s] +=
            scaled_masks(gallery.labels[chosen], settings_.classes, slices.size(2), slices.size(3));
      }
    }
    return out.div_(static_cast<double>(votes));
  }

  Settings settings_;
  std::vector<Gallery> galleries_;  // one per axis
};

class RetrievalMethod final : public Method {
 public:
  Info info() const override {
    return {.name = "retrieval",
            .version = "1.0",
            .summary = "masks of the most similar support slices vote",
            .licence = "Apache-2.0",
            .citation = "@misc{voxarena_retrieval, title = {Slice retrieval baseline of VoxArena}}",
            .capabilities = {.two_d = false, .trainable = false, .regions = false},
            .options = {Option::integer("votes", 5).range(1, 100).help("support slices that vote"),
                        Option::text("axis", "all")
                            .choices({"z", "y", "x", "all"})
                            .help("that slices lie across; all: the mean of three votes"),
                        Option::integer("side", 48)
                            .range(8, 512)
                            .help("of the square that slices are compared at")}};
  }

  std::unique_ptr<Segmenter> show(const Plan& plan, const Options& options, SupportSet supports,
                                  const RunContext&) const override {
    return std::make_unique<Retrieval>(Settings{.classes = plan.classes,
                                                .votes = options.integer("votes"),
                                                .side = options.integer("side"),
                                                .axes = parse_axes(options.text("axis"))},
                                       supports);
  }
};

}  // namespace
}  // namespace voxarena::fewshot

VOXARENA_PLUGIN(voxarena::fewshot::RetrievalMethod)
