// The in-context network as a training-free method: it was trained on synthetic tasks only and
// sees the supports as its memory.
#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "plugins/fewshot/incontext/pretraining.h"
#include "plugins/fewshot/incontext/segmentation.h"
#include "plugins/fewshot/slices.h"
#include "voxarena/core/error.h"
#include "voxarena/plugin/method.h"
#include "voxarena/plugin/volume_slices.h"
#include "voxarena/weights/state_dict.h"
#include "voxarena/weights/weights_file.h"

namespace voxarena::fewshot {
namespace {

// The weights beside this library.
std::filesystem::path shipped_weights() {
  Dl_info self{};
  if (dladdr(reinterpret_cast<const void*>(&shipped_weights), &self) == 0 || !self.dli_fname)
    throw Error::internal("the folder of the plugin is unknown");
  return std::filesystem::path(self.dli_fname).replace_extension(".safetensors");
}

// Across all axes where voxels are about as thick as wide, else across the thick one.
std::vector<int> slicing_axes(const std::string& option, const Spacing& spacing) {
  if (option != "auto") return parse_axes(option);
  constexpr double kIsotropic = 2;
  const auto [fine, thick] = std::ranges::minmax_element(spacing);
  if (*thick <= kIsotropic * *fine) return {0, 1, 2};
  return {static_cast<int>(thick - spacing.begin())};
}

std::shared_ptr<InContextNetwork> read_network(const std::string& weights,
                                               const RunContext& context) {
  auto network = std::make_shared<InContextNetwork>();
  if (weights != "random") {
    const std::filesystem::path file = weights == "shipped" ? shipped_weights() : weights.c_str();
    load_exactly(*network, read_weights(file), file.string());
  }
  prepare_network(*network, context.device);
  return network;
}

class InContextMethod final : public Method {
 public:
  Info info() const override {
    return {.name = "incontext",
            .version = "1.0",
            .summary =
                "small network that segments slices from labelled ones, trained on "
                "synthetic tasks only",
            .licence = "Apache-2.0",
            .citation = R"(@inproceedings{butoi2023universeg,
  title = {{UniverSeg}: Universal Medical Image Segmentation},
  author = {Butoi, Victor Ion and Ortiz, Jose Javier Gonzalez and Ma, Tianyu and Sabuncu, Mert R. and Guttag, John and Dalca, Adrian V.},
  booktitle = {ICCV}, year = {2023}
})",
            .capabilities = {.two_d = false, .trainable = false, .regions = false},
            .options = options()};
  }

  Plan plan(const Fingerprint&, const Plan& default_plan, const Budget&,
            const Options& options) const override {
    if (options.text("weights").empty()) {
      throw Error::input("option weights: is empty",
                         "name a file of 'voxarena pretrain incontext', or leave the option out "
                         "for the shipped weights");
    }
    return default_plan;
  }

  std::unique_ptr<Segmenter> show(const Plan& plan, const Options& options, SupportSet supports,
                                  const RunContext& context) const override {
    InContextSettings settings{.classes = plan.classes,
                               .retrieved = options.integer("slices"),
                               .axes = slicing_axes(options.text("axis"), supports.spacing),
                               .crop = options.flag("crop"),
                               .adapt_steps = options.integer("adapt_steps"),
                               .adapt_seconds = options.number("adapt_seconds"),
                               .seed = context.seed,
                               .device = context.device};
    return std::make_unique<InContextSegmenter>(read_network(options.text("weights"), context),
                                                supports, settings, context);
  }

 private:
  static std::vector<Option> options() {
    return {
        Option::integer("slices", 10).range(1, 1000).help("support slices that each slice sees"),
        Option::text("axis", "auto")
            .choices({"auto", "z", "y", "x", "all"})
            .help("that slices lie across; all: the mean of three; auto: all where voxels are "
                  "near cubes, else the thick one"),
        Option::flag("crop", true).help("to where the supports have foreground"),
        Option::integer("adapt_steps", 0)
            .range(0, 1e6)
            .help("trains all weights on the supports first, leaving one of them out in turn"),
        Option::number("adapt_seconds", 0)
            .range(0, 1e6)
            .help("the same for a time, where 0 is not; the result depends on the machine"),
        Option::text("weights", "shipped")
            .help("shipped: those beside the plugin, from synthetic tasks; random; or a file of "
                  "'voxarena pretrain incontext'")};
  }
};

}  // namespace
}  // namespace voxarena::fewshot

VOXARENA_PLUGIN(voxarena::fewshot::InContextMethod)
VOXARENA_PRETRAINING(voxarena::fewshot::pretrain_incontext)
