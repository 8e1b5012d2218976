// Whole networks against their re-writing in Python (tests/golden/masksam), and what must hold for
// any of them.
#include "plugins/masksam/network.h"

#include <torch/nn.h>

#include <functional>
#include <map>

#include "tests/plugins/masksam/golden.h"
#include "voxarena/core/error.h"

namespace voxarena::masksam::testing {
namespace {

Config network_config(const Json& entry) {
  const Json& c = entry["config"];
  Config config;
  config.channels = c["channels"];
  config.classes = c["classes"];
  config.queries = c["queries"];
  config.slices = c["slices"];
  config.size = {entry["size"][0], entry["size"][1]};
  config.pretrained = false;
  config.taps = c["taps"].get<Shape>();
  config.stem_scale = c["stem_scale"];
  config.mask_convolutions = c["mask_convolutions"];
  config.released_depth_order = c["released"];

  const std::int64_t patch = c["patch"], width = c["width"];
  sam::EncoderConfig& e = config.sam.encoder;
  e.patch = patch;
  e.image = {patch * c["table_size"][0].get<std::int64_t>(),
             patch * c["table_size"][1].get<std::int64_t>()};
  e.dim = c["dim"];
  e.depth = c["depth"];
  e.heads = c["heads"];
  e.out_channels = width;
  e.window = c["window"];
  if (c.contains("global")) e.global_blocks = c["global"].get<Shape>();
  e.relative_positions = !c["table"].is_null();
  e.position_fit = sam::PositionFit::crop;
  e.partition_before_norm = c["released"];
  config.sam.prompt = {.dim = width, .frame = {c["frame"], c["frame"]}, .patch = patch};
  sam::DecoderConfig& d = config.sam.decoder;
  d.dim = width;
  d.heads = c["decoder_heads"];
  d.mlp = c["decoder_mlp"];
  d.upscaling = {width / 4, width / 8};
  d.iou_hidden = width;

  GeneratorConfig& g = config.generator;
  g.embedding = width;
  g.tokens = e.dim;
  g.channels = c["channels_of_stages"].get<Shape>();
  g.kernels.assign(g.channels.size(), {3, 3, 3});
  g.extra_fusions = c["extra_fusions"];
  g.queries = config.queries;
  g.token_rows = c["token_grid"][0];
  g.token_columns = c["token_grid"][1];
  return config;
}

at::Tensor image(const Json& entry) {
  const Shape shape = entry["config"]["image"].get<Shape>();
  return (wave(0.2, 0.021, shape) + wave(0.5, 1.7, shape)).to(at::kFloat);
}

// make.py's bands of classes.
at::Tensor labels(std::int64_t slices, std::int64_t classes, std::int64_t height,
                  std::int64_t width) {
  const at::Tensor g = at::arange(slices).view({-1, 1, 1}), y = at::arange(height).view({-1, 1});
  return (g * (2 * y + at::arange(width))).div(height + width, "floor").remainder(classes);
}

class Networks : public ::testing::TestWithParam<std::string> {
 protected:
  const Json& entry() const { return golden()["networks"][GetParam()]; }
};

TEST_P(Networks, ComputeWhatTheirReWritingComputes) {
  const Config config = network_config(entry());
  MaskSam network(config);
  fill(network);
  const at::Tensor x = image(entry());
  const MaskPrediction o = network.forward(x);
  const Json& expected = entry()["outputs"];
  constexpr double kTolerance = 1e-4;
  expect_samples(o.classes, expected["classes"], kTolerance, "classes");
  expect_samples(o.masks, expected["masks"], kTolerance, "masks");
  expect_samples(o.auxiliary_masks, expected["auxiliary_masks"], kTolerance, "auxiliary masks");
  expect_samples(o.auxiliary_boxes, expected["auxiliary_boxes"], kTolerance, "auxiliary boxes");
  expect_samples(semantic_scores(o), entry()["semantic"], kTolerance, "scores");

  at::manual_seed(5);
  const Targets targets =
      make_targets(labels(x.size(0) * x.size(2), config.classes, x.size(3), x.size(4)),
                   config.classes, config.size.height, config.size.width);
  const Loss loss = mask_loss(o, targets, {.points = 60, .mask_weight = 1.2});
  EXPECT_NEAR(loss.total.item<double>(), entry()["total"].get<double>(), kTolerance);
  for (const auto& [name, value] : loss.terms)
    EXPECT_NEAR(value.item<double>(), entry()["terms"][name].get<double>(), kTolerance) << name;

  loss.total.backward();
  double squares = 0;
  std::size_t trained = 0;
  const auto parameters = network.named_parameters();
  for (const auto& parameter : parameters) {
    if (!parameter.value().requires_grad()) continue;
    ASSERT_TRUE(parameter.value().grad().defined()) << parameter.key();
    squares += parameter.value().grad().square().sum().item<double>();
    ++trained;
  }
  EXPECT_EQ(trained, entry()["parameters"].get<std::size_t>());
  EXPECT_NEAR(std::sqrt(squares) / entry()["gradient_norm"].get<double>(), 1, 1e-3);
  for (const auto& [name, norm] : entry()["gradients"].items()) {
    const double found = parameters[name].grad().norm().item<double>();
    EXPECT_NEAR(found, norm.get<double>(), 1e-4 + 2e-3 * norm.get<double>()) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, Networks,
                         ::testing::Values("mini", "windows", "windows_released", "enlarged"),
                         [](const auto& info) { return info.param; });

const Json& mini() { return golden()["networks"]["mini"]; }

TEST(MaskSam, DrawsNoBoxOrMaskIntoThePadding) {
  Config config = network_config(mini());
  MaskSam network(config);
  fill(network);
  const at::NoGradGuard no_grad;
  // Two slices of the three that are planned, fewer rows and columns.
  const MaskPrediction o =
      network.forward(image(mini()).narrow(2, 0, 2).narrow(3, 0, 9).narrow(4, 0, 6));
  EXPECT_EQ(o.masks.sizes().vec(), (Shape{4, 5, 9, 6}));
  EXPECT_EQ(o.classes.sizes().vec(), (Shape{4, 5, 4}));
  EXPECT_EQ(o.auxiliary_boxes.sizes().vec(), (Shape{4, 5, 4}));
}

TEST(MaskSam, RefusesMoreThanWasPlanned) {
  MaskSam network(network_config(mini()));
  EXPECT_THROW(network.forward(at::zeros({1, 2, 4, 19, 27})), Error);
}

// Without depth convolutions, depth embedding and stem, slices do not see each other.
TEST(MaskSam, EncodesSlicesAloneWithoutAdapters) {
  Config config = network_config(golden()["networks"]["windows"]);
  config.encoder_adapters = false;
  MaskSam network(config);
  const at::NoGradGuard no_grad;
  const at::Tensor slices = at::rand({3, 3, 32, 80});
  const sam::ImageEncoder& encoder = *network.sam()->image_encoder;
  const at::Tensor order = at::tensor({2, 0, 1}, at::kLong);
  EXPECT_TRUE(at::allclose(encoder.forward(slices.index_select(0, order), 3),
                           encoder.forward(slices, 3).index_select(0, order), 1e-4, 1e-5));
}

TEST(MaskSam, EncodesAsStockSamWithSilentAdapters) {
  const Config config = network_config(golden()["networks"]["windows"]);
  MaskSam network(config);
  sam::Sam stock(config.sam);
  const at::NoGradGuard no_grad;
  const auto ours = network.sam()->named_parameters();
  for (auto& parameter : stock.named_parameters()) parameter.value().copy_(ours[parameter.key()]);
  for (const auto& parameter : ours) {
    if (!stock.named_parameters().contains(parameter.key()) &&
        parameter.key().find(".up.") != std::string::npos)
      parameter.value().zero_();
  }
  const at::Tensor slices = at::rand({3, 3, 32, 80});
  EXPECT_TRUE(at::allclose(network.sam()->image_encoder->forward(slices, 3),
                           stock.image_encoder->forward(slices), 1e-4, 1e-5));
}

TEST(MaskSam, FreezesAPreTrainedSamButNotItsAdapters) {
  Config config = network_config(golden()["networks"]["windows"]);
  config.pretrained = true;
  MaskSam network(config);
  const sam::Sam stock(config.sam);
  const auto own = stock.named_parameters();
  for (const auto& parameter : network.sam()->named_parameters())
    EXPECT_EQ(parameter.value().requires_grad(), !own.contains(parameter.key())) << parameter.key();
  for (const auto& parameter : network.named_parameters()) {
    EXPECT_TRUE(parameter.value().requires_grad() || parameter.key().starts_with("sam."))
        << parameter.key();
  }
}

// What is frozen in a pre-trained network has no gradient, and dropping intermediate results does
// not change those of the others.
TEST(MaskSam, TrainsTheSameWithLessMemory) {
  Config config = network_config(golden()["networks"]["windows"]);
  const auto gradients = [&](bool pretrained) {
    config.pretrained = pretrained;
    MaskSam network(config);
    fill(network);
    at::manual_seed(5);
    const MaskPrediction o = network.forward(image(golden()["networks"]["windows"]));
    const Targets targets = make_targets(labels(3, 3, 32, 80), 3, 32, 80);
    mask_loss(o, targets, {.points = 60}).total.backward();
    std::map<std::string, at::Tensor> found;
    for (const auto& parameter : network.named_parameters()) {
      EXPECT_EQ(parameter.value().grad().defined(), parameter.value().requires_grad())
          << parameter.key();
      found[parameter.key()] = parameter.value().grad();
    }
    return found;
  };
  const auto all = gradients(false);
  std::size_t compared = 0;
  for (const auto& [name, gradient] : gradients(true)) {
    if (!gradient.defined()) continue;
    EXPECT_TRUE(at::allclose(gradient, all.at(name), 1e-4, 1e-6)) << name;
    ++compared;
  }
  EXPECT_GT(compared, 80U);
}

// Every ablation still trains all that it keeps.
TEST(MaskSam, TrainsWithoutItsParts) {
  const auto check = [](const char* what, const std::function<void(Config&)>& change) {
    Config config = network_config(mini());
    change(config);
    MaskSam network(config);
    at::manual_seed(2);
    const MaskPrediction o = network.forward(image(mini()));
    const Targets targets = make_targets(labels(6, 3, 19, 27), 3, 20, 28);
    mask_loss(o, targets, {.points = 30}).total.backward();
    for (const auto& parameter : network.named_parameters()) {
      EXPECT_EQ(parameter.value().requires_grad(), parameter.value().grad().defined())
          << what << ": " << parameter.key();
    }
  };
  check("no masks", [](Config& c) { c.generator.masks = false; });
  check("no boxes", [](Config& c) { c.generator.boxes = false; });
  check("no tokens", [](Config& c) { c.generator.classifier_tokens = false; });
  check("learned queries", [](Config& c) {
    c.learned_queries = true;
    c.generator.masks = c.generator.boxes = c.generator.classifier_tokens = false;
  });
  check("no adapters",
        [](Config& c) { c.encoder_adapters = c.token_adapters = c.image_adapters = false; });
}

}  // namespace
}  // namespace voxarena::masksam::testing
