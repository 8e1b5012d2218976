#include "plugins/masksam/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "plugins/sam/weights.h"
#include "voxarena/core/error.h"

namespace voxarena::masksam {
namespace {

// What the presets differ in; published configurations of the released code.
struct Preset {
  const char* name;
  const char* encoder;
  std::int64_t queries;  // 0: two more than there are classes
  std::array<std::int64_t, 3> patch;
  double mask_weight;
  const char* released_optimizer;
};
constexpr std::array<Preset, 4> kPresets{{{"mini", "mini", 0, {16, 0, 0}, 1.5, "adamw"},
                                          {"acdc", "vit_b", 8, {4, 256, 256}, 1.5, "sgd"},
                                          {"synapse", "vit_h", 24, {26, 256, 256}, 1.5, "sgd"},
                                          {"amos", "vit_h", 24, {9, 512, 512}, 1.2, "adamw"}}};

const Preset& find_preset(const std::string& name) {
  return *std::ranges::find(kPresets, name, &Preset::name);
}

bool is_mini(const Preset& preset) { return std::string_view(preset.name) == "mini"; }

std::int64_t round_up(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

// A switch of its own, or what `variant` says.
bool as_released(const Options& options, const std::string& name) {
  const std::string& own = options.text(name);
  return (own == "variant" ? options.text("variant") : own) == "as_released";
}

// In plane, whatever the plan's dimensions.
sam::Extent in_plane(const Plan& plan) {
  const std::vector<std::int64_t>& patch = plan.patch_size();
  return {patch[patch.size() - 2], patch[patch.size() - 1]};
}

// Voxels per token of the mini encoder: 4, more where a slice would have too many tokens for a CPU.
std::int64_t mini_patch(const sam::Extent& size) {
  constexpr std::int64_t kSmallest = 4, kLargest = 16, kTokens = 512;
  std::int64_t patch = kSmallest;
  while (patch < kLargest &&
         round_up(size.height, patch) * round_up(size.width, patch) > kTokens * patch * patch)
    patch *= 2;
  return patch;
}

// A ViT of 1 M parameters with all global blocks, trained from scratch.
sam::Config mini_sam(const sam::Extent& size, std::int64_t patch) {
  constexpr std::int64_t kDim = 96, kDepth = 4, kHeads = 4, kWidth = 64, kMlp = 128;
  sam::Config sam = sam::mini(size, patch);
  sam.encoder.dim = kDim;
  sam.encoder.depth = kDepth;
  sam.encoder.heads = kHeads;
  sam.encoder.out_channels = kWidth;
  sam.encoder.global_blocks = {0, 1, 2, 3};
  sam.encoder.relative_positions = false;
  sam.prompt.dim = kWidth;
  sam.prompt.patch = patch;
  const std::int64_t longer = std::max(size.height, size.width);
  sam.prompt.frame = {longer, longer};
  sam.decoder.dim = kWidth;
  sam.decoder.heads = kHeads;
  sam.decoder.mlp = kMlp;
  sam.decoder.upscaling = {kWidth / 4, kWidth / 8};
  sam.decoder.iou_hidden = kWidth;
  return sam;
}

// The plan's kernel at each stage's resolution, from the deep end; 3 x 3 x 3 where it has none.
std::vector<Sizes> stage_kernels(const Plan& plan, std::size_t stages) {
  const std::vector<Sizes>& planned = plan.architecture().kernel_sizes;
  std::vector<Sizes> kernels;
  for (std::size_t s = 0; s < stages; ++s) {
    const bool known = planned.size() >= s + 2;
    Sizes kernel = known ? planned[planned.size() - 2 - s] : Sizes(plan.patch_size().size(), 3);
    if (kernel.size() == 2) kernel.insert(kernel.begin(), 1);
    kernels.push_back(std::move(kernel));
  }
  return kernels;
}

void set_mini(Config& config, const sam::Extent& given) {
  const std::int64_t patch = mini_patch(given);
  config.size = {round_up(given.height, patch), round_up(given.width, patch)};
  config.sam = mini_sam(config.size, patch);
  config.pretrained = false;
  config.mask_convolutions = false;
  constexpr std::array<std::int64_t, 5> kChannels{48, 24, 12, 12, 12};
  const auto stages = static_cast<std::size_t>(patch == 4 ? 3 : patch == 8 ? 4 : 5);
  config.generator.channels.assign(kChannels.begin(), kChannels.begin() + stages);
  // Spread over the blocks, the last one first.
  const std::int64_t taps = static_cast<std::int64_t>(stages) - 1;
  const std::int64_t depth = config.sam.encoder.depth;
  for (std::int64_t i = 0; i < taps; ++i) config.taps.push_back(depth - 1 - i * depth / taps);
  config.generator.token_rows = config.generator.token_columns = 8;
}

void set_released(Config& config, const sam::Extent& given, const std::string& encoder,
                  bool enlarge) {
  config.sam = sam::preset(encoder);
  config.sam.encoder.position_fit = sam::PositionFit::crop;
  config.stem_scale = enlarge ? 4 : 1;
  config.mask_convolutions = !enlarge;
  const std::int64_t step = config.sam.encoder.patch / config.stem_scale;
  config.size = {round_up(given.height, step), round_up(given.width, step)};
  const sam::Extent frame = config.sam.encoder.image;
  if (config.size.height * config.stem_scale > frame.height ||
      config.size.width * config.stem_scale > frame.width) {
    throw Error::input(
        fmt::format("a patch of {} x {} pixels does not fit into SAM's frame of {} x {}",
                    given.height, given.width, frame.height / config.stem_scale,
                    frame.width / config.stem_scale),
        "choose a smaller patch or, for the preset acdc, one of the others");
  }
  config.generator.channels = enlarge ? Sizes{256, 128, 128} : Sizes{256, 128, 128, 64, 64};
  config.generator.extra_fusions = enlarge ? 2 : 0;
  config.taps.assign(config.sam.encoder.global_blocks.rbegin(),
                     config.sam.encoder.global_blocks.rend());
}

void set_ablations(Config& config, const Options& options) {
  const std::string& adapters = options.text("adapters");
  const bool dconv = adapters == "all" || adapters == "dconv";
  config.encoder_adapters = config.image_adapters = dconv;
  config.token_adapters = adapters == "all" || adapters == "dmlp";
  const std::string& prompts = options.text("prompts");
  config.learned_queries = prompts == "learned";
  config.generator.masks = !config.learned_queries && prompts != "no_masks";
  config.generator.boxes = !config.learned_queries && prompts != "no_boxes";
  config.generator.classifier_tokens = !config.learned_queries && prompts != "no_tokens";
}

Recipe make_recipe(const Preset& preset, const Options& options) {
  Recipe recipe;
  if (options.text("recipe") == "protocol") return recipe;
  recipe.optimizer = as_released(options, "optimizer") ? preset.released_optimizer : "adamw";
  recipe.learning_rate = 1e-3;
  if (is_mini(preset)) {
    recipe.learning_rate = 1.5e-3;
    recipe.weight_decay = 0.01;
    recipe.warmup_iterations = 50;
  }
  return recipe;
}

}  // namespace

std::vector<Option> declared_options() {
  const auto variant = [](const char* name, const char* help) {
    return Option::text(name, "variant")
        .choices({"variant", "as_described", "as_released"})
        .help(help);
  };
  return {
      Option::text("preset", "mini")
          .choices({"mini", "acdc", "synapse", "amos"})
          .help("mini: a small encoder trained from scratch; others: the published configurations"),
      Option::text("encoder", "preset")
          .choices({"preset", "vit_b", "vit_l", "vit_h"})
          .help("another SAM for the published configurations"),
      sam::weights_option(),
      Option::integer("queries", 0)
          .range(0, 256)
          .help("masks per slice; 0: the preset's, and at least two more than there are classes"),
      Option::text("patch", "protocol")
          .choices({"protocol", "method"})
          .help("method: the preset's own patch size (mini: 16 slices of the protocol's)"),
      Option::text("recipe", "method")
          .choices({"method", "protocol"})
          .help("whose optimiser and learning rate; the loss is always the method's"),
      Option::text("variant", "as_described")
          .choices({"as_described", "as_released"})
          .help("where paper and released code contradict each other; the next four follow it"),
      variant("depth_order", "which windows are neighbours in depth for the adapters"),
      variant("window_padding", "whether a window's padding is zero after the norm or before it"),
      variant("auxiliary_loss", "whether auxiliary masks enter loss and matching as logits"),
      variant("optimizer", "AdamW, or what the released trainer of the preset uses"),
      Option::text("adapters", "all")
          .choices({"all", "dconv", "dmlp", "none"})
          .help("ablation: which adapters are there"),
      Option::text("prompts", "all")
          .choices({"all", "no_masks", "no_boxes", "no_tokens", "learned"})
          .help("ablation: auxiliary prompts left out; learned: learned query tokens only"),
  };
}

Config make_config(const Plan& plan, const Options& options) {
  const Preset& preset = find_preset(options.text("preset"));
  Config config;
  config.channels = plan.channels;
  config.classes = plan.classes;
  config.slices = plan.dimensions() == 3 ? plan.patch_size().front() : 1;
  const std::int64_t asked = options.integer("queries");
  config.queries = asked > 0 ? asked : std::max(preset.queries, plan.classes + 2);

  const std::string& encoder = options.text("encoder");
  if (is_mini(preset)) {
    const std::string& weights = options.text("weights");
    if (encoder != "preset" || !(weights.empty() || weights == "random")) {
      throw Error::input("the preset mini takes neither 'encoder' nor a file of 'weights'",
                         "its encoder is always trained from scratch");
    }
    set_mini(config, in_plane(plan));
  } else {
    set_released(config, in_plane(plan), encoder == "preset" ? preset.encoder : encoder,
                 std::string_view(preset.name) == "acdc");
  }
  config.sam.encoder.partition_before_norm = as_released(options, "window_padding");
  config.released_depth_order = as_released(options, "depth_order");

  GeneratorConfig& generator = config.generator;
  generator.embedding = config.sam.encoder.out_channels;
  generator.tokens = config.sam.encoder.dim;
  generator.kernels = stage_kernels(plan, generator.channels.size());
  generator.queries = config.queries;
  set_ablations(config, options);

  CriterionSettings& criterion = config.criterion;
  const std::int64_t pixels = config.size.height * config.size.width;
  criterion.points = pixels / (is_mini(preset) ? 3 : 2);
  criterion.mask_weight = preset.mask_weight;
  criterion.auxiliary_probabilities = as_released(options, "auxiliary_loss");
  config.recipe = make_recipe(preset, options);
  return config;
}

Plan adapt_plan(const Plan& plan, const Budget& budget, const Options& options) {
  if (options.text("patch") == "protocol" || plan.dimensions() != 3) return plan;
  const Preset& preset = find_preset(options.text("preset"));
  Plan own = plan;
  std::vector<std::int64_t>& patch = own.configuration.patch_size;
  std::int64_t voxels = 1;
  for (std::size_t axis = 0; axis < patch.size(); ++axis) {
    if (is_mini(preset) && axis == 0) patch[axis] = std::min(patch[axis], preset.patch[axis]);
    if (!is_mini(preset)) patch[axis] = preset.patch[axis];
    voxels *= patch[axis];
  }
  if (budget.patch_voxels > 0 && voxels > budget.patch_voxels) {
    throw Error::input(fmt::format("the patch of preset {} has {} voxels, the budget allows {}",
                                   preset.name, voxels, budget.patch_voxels),
                       "raise patch_voxels in the protocol or set patch = \"protocol\"");
  }
  return own;
}

}  // namespace voxarena::masksam
