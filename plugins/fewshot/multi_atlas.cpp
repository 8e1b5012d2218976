// The classical few-shot method: every support is registered to the case, its labels are warped
// along, and the warped labels vote.
#include <algorithm>
#include <utility>

#include "plugins/fewshot/registration.h"
#include "voxarena/core/parallel.h"
#include "voxarena/plugin/method.h"

namespace voxarena::fewshot {
namespace {

// Mean of the channels: demons compare one number a voxel.
Volume<float> mean_channel(const Volume<float>& image) {
  Volume<float> out(1, image.size);
  for (std::int64_t c = 0; c < image.channels; ++c) {
    const float* values = image.channel(c);
    for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] += values[i];
  }
  for (float& value : out.values) value /= static_cast<float>(image.channels);
  return out;
}

struct Atlas {
  Volume<float> image;
  Volume<std::int16_t> labels;
};

class MultiAtlas final : public Segmenter {
 public:
  MultiAtlas(SupportSet supports, std::int64_t classes, const RegistrationSettings& settings)
      : spacing_(supports.spacing), classes_(classes), settings_(settings) {
    for (SupportCase& one : supports.cases)
      atlases_.push_back({mean_channel(one.image), std::move(one.labels)});
  }

  Volume<float> segment(const Volume<float>& image, const RunContext& context) override {
    const Volume<float> fixed = mean_channel(image);
    std::vector<Volume<float>> votes(atlases_.size());
    parallel_for(static_cast<std::int64_t>(atlases_.size()), context.threads, [&](std::int64_t i) {
      votes[static_cast<std::size_t>(i)] = warped(atlases_[static_cast<std::size_t>(i)], fixed);
    });
    Volume<float> scores(classes_, image.size);
    for (const Volume<float>& vote : votes) {
      for (std::size_t i = 0; i < scores.values.size(); ++i) scores.values[i] += vote.values[i];
    }
    return scores;
  }

 private:
  // Shares of the classes (K, Z, Y, X); what no label covers is background.
  Volume<float> warped(const Atlas& atlas, const Volume<float>& fixed) const {
    const Registration registration(fixed, atlas.image, spacing_, settings_);
    Volume<float> out(classes_, fixed.size);
    std::fill_n(out.channel(0), out.voxels_per_channel(), 1.0F);
    for (std::int64_t k = 1; k < classes_; ++k) {
      std::vector<float> mask(atlas.labels.values.size());
      std::ranges::transform(atlas.labels.values, mask.begin(),
                             [k](std::int16_t label) { return label == k ? 1.0F : 0.0F; });
      if (std::ranges::find(mask, 1.0F) == mask.end()) continue;
      const std::vector<float> share = registration.warp(mask);
      for (std::size_t i = 0; i < share.size(); ++i) {
        out.channel(k)[i] = share[i];
        out.channel(0)[i] -= share[i];
      }
    }
    return out;
  }

  std::vector<Atlas> atlases_;
  Spacing spacing_;
  std::int64_t classes_;
  RegistrationSettings settings_;
};

class MultiAtlasMethod final : public Method {
 public:
  Info info() const override {
    return {
        .name = "multi_atlas",
        .version = "1.0",
        .summary = "supports are registered to the case by demons, their labels vote",
        .licence = "Apache-2.0",
        .citation = R"(@article{thirion1998demons,
  title = {Image matching as a diffusion process: an analogy with {M}axwell's demons},
  author = {Thirion, Jean-Philippe}, journal = {Medical Image Analysis}, volume = {2},
  number = {3}, pages = {243--260}, year = {1998}
})",
        .capabilities = {.two_d = false, .trainable = false, .regions = false},
        .options = {Option::integer("iterations", 25)
                        .range(0, 1000)
                        .help("of demons at full resolution; twice as many at half; 0: centres of "
                              "mass alone, the mean of the supports' labels"),
                    Option::number("smoothing", 1.5)
                        .range(0.3, 10)
                        .help("of the displacements: standard deviation in voxels")}};
  }

  std::unique_ptr<Segmenter> show(const Plan& plan, const Options& options, SupportSet supports,
                                  const RunContext&) const override {
    return std::make_unique<MultiAtlas>(
        std::move(supports), plan.classes,
        RegistrationSettings{.iterations = static_cast<int>(options.integer("iterations")),
                             .smoothing = options.number("smoothing")});
  }
};

}  // namespace
}  // namespace voxarena::fewshot

VOXARENA_PLUGIN(voxarena::fewshot::MultiAtlasMethod)
