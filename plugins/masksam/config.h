// All sizes and switches of a MaskSAM: from a preset, the plan and the user's options.
#pragma once

#include <vector>

#include "plugins/masksam/criterion.h"
#include "plugins/masksam/prompt_generator.h"
#include "plugins/sam/config.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plugin/option.h"

namespace voxarena::masksam {

struct Config {
  std::int64_t channels = 1, classes = 2, queries = 8;
  // The patch as the network sees it: slices, and rows and columns padded to whole tokens.
  std::int64_t slices = 1;
  sam::Extent size;

  sam::Config sam;
  bool pretrained = true;  // SAM's own weights come from a file and stay as they are
  // Blocks whose tokens the generator gets, the deepest first.
  std::vector<std::int64_t> taps;
  std::int64_t stem_scale = 1;    // the image encoder sees the patch this many times larger: 1 or 4
  bool mask_convolutions = true;  // masks grow to the patch by convolutions, else by interpolation
  GeneratorConfig generator;

  bool encoder_adapters = true, token_adapters = true, image_adapters = true;
  bool released_depth_order = false;
  bool learned_queries = false;  // one learned classifier token per query, no generator

  CriterionSettings criterion;
  Recipe recipe;
};

std::vector<Option> declared_options();

// Error (input) if the plan's patch is larger than the image encoder's frame.
Config make_config(const Plan& plan, const Options& options);

// The plan with the preset's own patch where the options ask for it.
Plan adapt_plan(const Plan& plan, const Budget& budget, const Options& options);

}  // namespace voxarena::masksam
