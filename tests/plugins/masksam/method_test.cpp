// The plugin as the harness sees it: options, presets, plans.
#include <torch/nn.h>

#include "plugins/masksam/config.h"
#include "plugins/masksam/network.h"
#include "tests/plugins/masksam/golden.h"
#include "voxarena/core/error.h"
#include "voxarena/plugin/registry.h"

namespace voxarena::masksam::testing {
namespace {

Options options(const Json& given) { return Options::from_json(given, declared_options(), "test"); }

// nnU-Net's anisotropic plan: the first stage looks in plane only.
Plan plan(std::int64_t classes, Shape patch, bool anisotropic = true) {
  Plan plan;
  plan.classes = classes;
  Architecture& a = plan.configuration.architecture;
  a.kernel_sizes.assign(6, Shape(patch.size(), 3));
  if (anisotropic) a.kernel_sizes[0][0] = 1;
  plan.configuration.patch_size = std::move(patch);
  return plan;
}

struct Counts {
  std::int64_t encoder_adapters = 0, depth_embedding = 0, decoder = 0, depth_code = 0,
               generator = 0, trained = 0, all = 0;
};

Counts count(const MaskSam& network) {
  Counts counts;
  for (const auto& parameter : network.named_parameters()) {
    const std::string& name = parameter.key();
    const std::int64_t n = parameter.value().numel();
    counts.all += n;
    if (!parameter.value().requires_grad()) continue;
    counts.trained += n;
    if (name.starts_with("sam.image_encoder")) {
      counts.encoder_adapters += n;
    } else if (name.starts_with("sam.mask_decoder") || name.starts_with("class")) {
      counts.decoder += n;
    } else if (name == "depth_embedding") {
      counts.depth_embedding += n;
    } else if (name == "depth_code") {
      counts.depth_code += n;
    } else {
      counts.generator += n;  // with stem and mask convolutions
    }
  }
  return counts;
}

TEST(MaskSamPresets, AcdcHasThePublishedParameters) {
  const Config config = make_config(plan(4, {4, 256, 256}, false), options({{"preset", "acdc"}}));
  const Counts c = count(MaskSam(config));
  EXPECT_EQ(c.encoder_adapters, 7'239'168);
  EXPECT_EQ(c.depth_embedding, 3'072);
  EXPECT_EQ(c.decoder, 304'209);
  EXPECT_EQ(c.depth_code, 4'194'304);
  EXPECT_EQ(c.generator, 9'665'481);
  EXPECT_EQ(c.all - c.trained, 93'735'472);
}

// One of ViT-H's 32 blocks stands for all: the whole would take 2.6 GB.
TEST(MaskSamPresets, SynapseAndAmosHaveThePublishedParameters) {
  constexpr std::int64_t kBlocks = 32;
  struct Case {
    const char* preset;
    std::int64_t classes;
    Shape patch;
    std::int64_t depth_embedding, decoder, depth_code;
  };
  for (const Case& published : {Case{"synapse", 14, {26, 256, 256}, 33'280, 344'509, 1'703'936},
                                Case{"amos", 16, {9, 512, 512}, 11'520, 311'108, 2'359'296}}) {
    SCOPED_TRACE(published.preset);
    Config config = make_config(plan(published.classes, published.patch),
                                options({{"preset", published.preset}}));
    EXPECT_EQ(config.sam.encoder.depth, kBlocks);
    config.sam.encoder.depth = 1;
    config.sam.encoder.global_blocks = {0};
    const Counts c = count(MaskSam(config));
    EXPECT_EQ(c.encoder_adapters * kBlocks, 53'145'600);
    EXPECT_EQ(c.depth_embedding, published.depth_embedding);
    EXPECT_EQ(c.decoder, published.decoder);
    EXPECT_EQ(c.depth_code, published.depth_code);
    EXPECT_EQ(c.generator, 10'324'073);
  }
}

TEST(MaskSamPresets, SeeThePublishedShapes) {
  struct Case {
    const char* preset;
    std::int64_t classes;
    Shape patch;
    std::int64_t queries, scale, tokens, points;
    Shape channels, taps;
  };
  const Shape five{256, 128, 128, 64, 64};
  for (const Case& c :
       {Case{"acdc", 4, {4, 256, 256}, 8, 4, 64, 32768, {256, 128, 128}, {11, 8, 5, 2}},
        Case{"synapse", 14, {26, 256, 256}, 24, 1, 16, 32768, five, {31, 23, 15, 7}},
        Case{"amos", 16, {9, 512, 512}, 24, 1, 32, 131072, five, {31, 23, 15, 7}}}) {
    const Config config = make_config(plan(c.classes, c.patch), options({{"preset", c.preset}}));
    EXPECT_EQ(config.slices, c.patch[0]);
    EXPECT_EQ(config.queries, c.queries);
    EXPECT_EQ(config.stem_scale, c.scale);
    EXPECT_EQ(config.size.height * c.scale / config.sam.encoder.patch, c.tokens);
    EXPECT_EQ(config.criterion.points, c.points);
    EXPECT_EQ(config.generator.channels, c.channels);
    EXPECT_EQ(config.taps, c.taps);
    EXPECT_EQ(config.generator.taps(), 4);
    // The generator's last stage is the patch, and so are the final masks.
    const auto doublings = static_cast<int>(c.channels.size()) - 1;
    EXPECT_EQ(c.tokens << doublings, config.size.height);
    EXPECT_EQ(c.tokens * 4 * (config.mask_convolutions ? 4 : 1), config.size.height);
  }
}

TEST(MaskSamPresets, MiniFollowsThePlan) {
  Config config = make_config(plan(3, {8, 64, 48}, false), options(Json::object()));
  EXPECT_EQ(config.sam.encoder.patch, 4);
  EXPECT_EQ(config.queries, 5);
  EXPECT_EQ(config.criterion.points, 1024);
  EXPECT_EQ(config.taps, (Shape{3, 1}));
  EXPECT_EQ(config.generator.channels, (Shape{48, 24, 12}));
  const Counts c = count(MaskSam(config));
  EXPECT_NEAR(static_cast<double>(c.trained), 1.05e6, 0.05e6);

  config = make_config(plan(4, {6, 130, 112}), options(Json::object()));  // more pixels a token
  EXPECT_EQ(config.sam.encoder.patch, 8);
  EXPECT_EQ(config.size, (sam::Extent{136, 112}));
  EXPECT_EQ(config.taps, (Shape{3, 2, 1}));
}

TEST(MaskSamOptions, SwitchEveryContradictionAloneOrTogether) {
  const Plan p = plan(4, {4, 256, 256});
  const auto released = [&](const Json& given) {
    Json all = given;
    all["preset"] = "synapse";
    const Config c = make_config(p, options(all));
    return std::vector<bool>{c.released_depth_order, c.sam.encoder.partition_before_norm,
                             c.criterion.auxiliary_probabilities, c.recipe.optimizer == "sgd"};
  };
  using Switches = std::vector<bool>;
  EXPECT_EQ(released(Json::object()), (Switches{false, false, false, false}));
  EXPECT_EQ(released({{"variant", "as_released"}}), (Switches{true, true, true, true}));
  EXPECT_EQ(released({{"depth_order", "as_released"}}), (Switches{true, false, false, false}));
  EXPECT_EQ(released({{"variant", "as_released"}, {"optimizer", "as_described"}}),
            (Switches{true, true, true, false}));
}

TEST(MaskSamOptions, DeclareRecipeAndPatchAsTheMethodWantsThem) {
  const Plan p = plan(3, {40, 56, 40}, false);
  EXPECT_EQ(make_config(p, options({{"recipe", "protocol"}})).recipe, Recipe{});
  EXPECT_EQ(make_config(p, options(Json::object())).recipe.optimizer, "adamw");
  const Budget budget{.patch_voxels = 90'000};
  EXPECT_EQ(adapt_plan(p, budget, options(Json::object())).patch_size(), (Shape{40, 56, 40}));
  EXPECT_EQ(adapt_plan(p, budget, options({{"patch", "method"}})).patch_size(),
            (Shape{16, 56, 40}));
  EXPECT_THROW(adapt_plan(p, budget, options({{"patch", "method"}, {"preset", "acdc"}})), Error);
}

TEST(MaskSamOptions, RefuseAPatchBeyondTheFrame) {
  EXPECT_THROW(make_config(plan(4, {4, 320, 256}), options({{"preset", "acdc"}})), Error);
  EXPECT_NO_THROW(make_config(plan(4, {4, 320, 256}), options({{"preset", "synapse"}})));
}

TEST(MaskSamMethod, DoesNotRunWithoutTheWeightsItNeeds) {
  const LoadedMethod method = load_method("masksam");
  const Options chosen =
      Options::from_json({{"preset", "acdc"}}, method.description().options, "test");
  EXPECT_THROW(method.create(plan(4, {4, 64, 64}), chosen), Error);
}

TEST(MaskSamMethod, TakesVolumesAndSingleImages) {
  const LoadedMethod method = load_method("masksam");
  const Options chosen = Options::from_json(Json::object(), method.description().options, "test");
  const at::NoGradGuard no_grad;
  const auto volumes = method.create(plan(3, {4, 22, 17}), chosen);
  EXPECT_EQ(volumes->predict(at::rand({2, 1, 4, 22, 17})).sizes().vec(), (Shape{2, 3, 4, 22, 17}));
  const auto images = method.create(plan(3, {22, 17}), chosen);
  EXPECT_EQ(images->predict(at::rand({2, 1, 22, 17})).sizes().vec(), (Shape{2, 3, 22, 17}));
}

TEST(MaskSamMini, TakesNoFileOfWeights) {
  const Plan small = plan(3, {8, 32, 32});
  for (const char* value : {"", "random"})
    EXPECT_FALSE(make_config(small, options({{"weights", value}})).pretrained) << value;
  EXPECT_THROW(make_config(small, options({{"weights", "sam.pth"}})), Error);
}

}  // namespace
}  // namespace voxarena::masksam::testing
