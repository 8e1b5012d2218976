// FATE-SAM as a method: He et al., arXiv 2501.09138.
#include "plugins/fatesam/segmenter.h"
#include "plugins/sam/weights.h"
#include "voxarena/plugin/method.h"

namespace voxarena::fatesam {
namespace {

class FateSamMethod final : public Method {
 public:
  Info info() const override {
    return {.name = "fatesam",
            .version = "1.0",
            .summary = "FATE-SAM: SAM 2's memory of labelled slices that look alike, no training",
            .licence = "Apache-2.0",
            .citation = R"(@article{he2025fatesam,
  title = {Few-Shot Adaptation of Training-Free Foundation Model for {3D} Medical Image Segmentation},
  author = {He, Xingxin and Hu, Yifan and Zhou, Zhaoye and Jarraya, Mohamed and Liu, Fang},
  journal = {arXiv preprint arXiv:2501.09138}, year = {2025}
})",
            .capabilities = {.trainable = false,
                             .needs_weights = true,
                             .regions = false,
                             .ignore_label = false},
            .options = declared_options()};
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
    return make_segmenter(load_network(settings, context), settings, supports, plan.classes,
                          context);
  }
};

}  // namespace
}  // namespace voxarena::fatesam

VOXARENA_PLUGIN(voxarena::fatesam::FateSamMethod)
