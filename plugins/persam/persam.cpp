// PerSAM (Zhang et al., ICLR 2024) as a method for volumes: every slice by itself, every class by
// itself, guided by what the supports' slices look like where the class is.
#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <fmt/core.h>

#include "plugins/persam/guidance.h"
#include "plugins/sam/sam.h"
#include "plugins/sam/weights.h"
#include "voxarena/core/error.h"
#include "voxarena/plugin/device.h"
#include "voxarena/plugin/method.h"
#include "voxarena/plugin/volume_slices.h"

namespace voxarena::persam {
namespace {

struct Settings {
  sam::Config network;
  std::string weights;
  std::vector<int> axes;
  std::int64_t refinements = 2;
};

Settings make_settings(const Plan& plan, const Options& options) {
  Settings out;
  const std::string& encoder = options.text("encoder");
  const std::int64_t side = options.integer("image_size");
  constexpr std::int64_t kPatch = 16;
  if (side % kPatch != 0)
    throw Error::input(fmt::format("option image_size: {} is no multiple of {}", side, kPatch));
  if (encoder == "mini") {
    out.network = sam::mini({side, side}, kPatch);
  } else {
    out.network = sam::preset(encoder);
    out.network.encoder.position_fit = sam::PositionFit::interpolate;
    out.network.prompt.frame = {side, side};
  }
  out.weights = options.text("weights");
  out.axes = parse_axes(options.text("axis"));
  if (plan.dimensions() == 2 && options.text("axis") == "all") out.axes = {0};  // all there are
  if (plan.dimensions() == 2 && out.axes != std::vector<int>{0})
    throw Error::input("option axis: slices of a 2-D configuration lie across z");
  out.refinements = options.integer("refinements");
  return out;
}

std::shared_ptr<const sam::Sam> load_network(const Settings& settings, const RunContext& context) {
  sam::require_weights(settings.weights);
  require_device(context.device);
  at::manual_seed(context.seed);
  const auto network = std::make_shared<sam::Sam>(settings.network);
  sam::load_weights(*network, settings.weights, {});
  network->to(at::Device(context.device));
  network->eval();
  return network;
}

class PerSam final : public Segmenter {
 public:
  PerSam(std::shared_ptr<const sam::Sam> network, Settings settings, const SupportSet& supports,
         std::int64_t classes)
      : network_(std::move(network)), settings_(std::move(settings)), classes_(classes) {
    const at::NoGradGuard no_grad;
    for (const int axis : settings_.axes) {
      for (std::int64_t k = 1; k < classes; ++k) targets_.push_back(target(supports, axis, k));
    }
  }

  Volume<float> segment(const Volume<float>& image, const RunContext& context) override {
    const at::NoGradGuard no_grad;
    Volume<float> mean(classes_, image.size);
    const auto share = 1.0F / static_cast<float>(settings_.axes.size());
    for (std::size_t i = 0; i < settings_.axes.size(); ++i) {
      std::vector<at::Tensor> scores;
      for (const at::Tensor& slice : slices_of(image, settings_.axes[i]).unbind()) {
        context.check_interrupt();
        scores.push_back(score(slice, i));
      }
      const Volume<float> across = volume_of(stack_across(at::stack(scores), settings_.axes[i]));
      for (std::size_t v = 0; v < mean.values.size(); ++v)
        mean.values[v] += share * across.values[v];
    }
    return mean;
  }

 private:
  // The mean over the supports that show the class, of each the slice that shows most of it.
  at::Tensor target(const SupportSet& supports, int axis, std::int64_t k) const {
    std::vector<at::Tensor> found;
    for (const SupportCase& one : supports.cases) {
      const at::Tensor masks = slices_of(one.labels, axis) == k;
      const at::Tensor areas = masks.sum({1, 2});
      const auto best = areas.argmax().item<std::int64_t>();
      if (areas[best].item<std::int64_t>() == 0) continue;
      const EncodedSlice slice = encode_slice(*network_, slices_of(one.image, axis)[best]);
      found.push_back(target_of(*network_, slice, masks[best]));
    }
    if (found.empty()) {
      throw Error::input(
          fmt::format("class {} is in none of the {} supports", k, supports.cases.size()),
          "what no support shows cannot be found: ask for more supports, or for another seed");
    }
    return at::stack(found).mean(0);
  }

  // (K, h, w): logits of the classes, 0 for background.
  at::Tensor score(const at::Tensor& slice, std::size_t which) const {
    constexpr double kSure = 10;
    const EncodedSlice encoded = encode_slice(*network_, slice);
    std::vector<at::Tensor> scores{at::zeros({slice.size(1), slice.size(2)})};
    const auto objects = static_cast<std::size_t>(classes_ - 1);
    for (std::size_t k = 0; k < objects; ++k) {
      const at::Tensor logits =
          segment_slice(*network_, encoded, targets_[which * objects + k], settings_.refinements);
      scores.push_back(logits.to(at::kCPU).clamp(-kSure, kSure));
    }
    return at::stack(scores);
  }

  std::shared_ptr<const sam::Sam> network_;
  Settings settings_;
  std::int64_t classes_;
  std::vector<at::Tensor> targets_;  // by axis, then class
};

class PerSamMethod final : public Method {
 public:
  Info info() const override {
    return {.name = "persam",
            .version = "1.0",
            .summary = "PerSAM: SAM guided by what a class looks like in the supports, no training",
            .licence = "Apache-2.0",
            .citation = R"(@inproceedings{zhang2024persam,
  title = {Personalize Segment Anything Model with One Shot},
  author = {Zhang, Renrui and Jiang, Zhengkai and Guo, Ziyu and Yan, Shilin and Pan, Junting and
            Dong, Hao and Qiao, Yu and Gao, Peng and Li, Hongsheng},
  booktitle = {ICLR}, year = {2024}
})",
            .capabilities = {.trainable = false,
                             .needs_weights = true,
                             .regions = false,
                             .ignore_label = false},
            .options = {
                Option::text("encoder", "vit_h")
                    .choices({"vit_b", "vit_l", "vit_h", "mini"})
                    .help("of SAM; mini: for tests, no weights of it exist"),
                sam::weights_option(),
                Option::integer("image_size", 1024)
                    .range(64, 1024)
                    .help("pixels that a slice's longer side is scaled to, a multiple of 16"),
                Option::text("axis", "z")
                    .choices({"z", "y", "x", "all"})
                    .help("that slices lie across, z is the plan's first; all: the mean of three"),
                Option::integer("refinements", 2)
                    .range(0, 2)
                    .help("times that the mask is SAM's prompt again, the second with its box")}};
  }

  Plan plan(const Fingerprint&, const Plan& default_plan, const Budget&,
            const Options& options) const override {
    sam::require_weights(options.text("weights"));  // said before anything is read
    make_settings(default_plan, options);
    return default_plan;
  }

  std::unique_ptr<Segmenter> show(const Plan& plan, const Options& options, SupportSet supports,
                                  const RunContext& context) const override {
    const Settings settings = make_settings(plan, options);
    return std::make_unique<PerSam>(load_network(settings, context), settings, supports,
                                    plan.classes);
  }
};

}  // namespace
}  // namespace voxarena::persam

VOXARENA_PLUGIN(voxarena::persam::PerSamMethod)
