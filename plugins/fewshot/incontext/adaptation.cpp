#include "plugins/fewshot/incontext/adaptation.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <chrono>
#include <cmath>
#include <numbers>
#include <optional>

#include "plugins/fewshot/incontext/slice_augmentation.h"
#include "plugins/fewshot/incontext/task_random.h"
#include "plugins/fewshot/incontext/training.h"
#include "voxarena/core/error.h"

namespace voxarena::fewshot {
namespace {

constexpr std::int64_t kAskedAtOnce = 8;
constexpr double kAdaptationRate = 1.5e-3, kAdaptationWarmup = 10;

// A slice and a structure of it that is to be found, and the slices that show how.
struct Question {
  std::int64_t asked = 0, structure = 1;
  at::Tensor helpers;  // int64 (retrieved)
};

std::optional<Question> draw_question(const SupportSlices& slices, const Adaptation& wanted,
                                      TaskRandom& random) {
  const std::int64_t count = slices.images.size(0), classes = slices.masks.size(1);
  Question question{.asked = random.integer(0, count - 1),
                    .structure = random.integer(1, classes - 1),
                    .helpers = {}};
  const at::Tensor owner = slices.owner.slice(0, question.asked, question.asked + 1);
  at::Tensor own = slices.owner.eq(owner);
  if (own.all().item<bool>()) own = at::arange(count).eq(question.asked);
  const std::int64_t others = count - own.sum().item<std::int64_t>();
  if (others == 0) return std::nullopt;
  question.helpers = nearest_slices(slices.images.slice(0, question.asked, question.asked + 1),
                                    slices, std::min(wanted.retrieved, others), own.unsqueeze(0))
                         .flatten();
  // As when it is asked in earnest: without a slice that shows the structure there is no question.
  const at::Tensor shown = slices.shown.select(1, question.structure);
  if (!shown.index_select(0, question.helpers).any().item<bool>()) return std::nullopt;
  return question;
}

// Loss of questions that all have the same number of helpers, each slice of them changed a little.
at::Tensor loss_of(InContextNetwork& network, const SupportSlices& slices,
                   const std::vector<Question>& questions, TaskRandom& random,
                   const at::Device& device) {
  std::vector<at::Tensor> images, masks, helper_images, helper_masks;
  for (const Question& question : questions) {
    images.push_back(slices.images[question.asked]);
    masks.push_back(slices.masks[question.asked].narrow(0, question.structure, 1));
    helper_images.push_back(slices.images.index_select(0, question.helpers));
    helper_masks.push_back(
        slices.masks.index_select(0, question.helpers).narrow(1, question.structure, 1));
  }
  const auto count = static_cast<std::int64_t>(questions.size());
  const LabelledSlices asked = augmented({at::stack(images), at::stack(masks)}, random);
  const LabelledSlices shown = augmented({at::cat(helper_images), at::cat(helper_masks)}, random);
  const SliceFeatures features = network.encode(asked.images.to(device));
  const at::Tensor map = network.encode(shown.images.to(device)).map;
  const at::Tensor keys = network.memory_keys(map).view({count, -1, kWidth});
  const at::Tensor values =
      network.memory_values(map, shown.masks.to(device)).view({count, -1, kWidth});
  return mask_loss(network.decode(features, keys, values), asked.masks.to(device));
}

}  // namespace

std::shared_ptr<InContextNetwork> adapt(const std::shared_ptr<InContextNetwork>& network,
                                        const std::vector<SupportSlices>& axes,
                                        const Adaptation& wanted, const RunContext& context) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const at::Device device = network->parameters().front().device();
  NetworkTrainer trainer(copy_of(*network));
  const auto done = [&] {
    double share = 0;
    if (wanted.steps > 0)
      share = static_cast<double>(trainer.steps()) / static_cast<double>(wanted.steps);
    if (wanted.seconds > 0) {
      const std::chrono::duration<double> passed = Clock::now() - start;
      share = std::max(share, passed.count() / wanted.seconds);
    }
    return share;
  };
  Progress progress = context.progress("adapt", /*percent*/ 100);
  std::uint64_t draw = 0;
  for (double share = done(); share < 1; share = done()) {
    context.check_interrupt();
    const SupportSlices& slices = axes[static_cast<std::size_t>(trainer.steps()) % axes.size()];
    std::vector<Question> questions;
    for (int tries = 0;
         tries < 50 * kAskedAtOnce && static_cast<std::int64_t>(questions.size()) < kAskedAtOnce;
         ++tries) {
      TaskRandom random(wanted.seed, draw++);
      std::optional<Question> question = draw_question(slices, wanted, random);
      const bool fits = question && (questions.empty() ||
                                     question->helpers.size(0) == questions[0].helpers.size(0));
      if (fits) questions.push_back(std::move(*question));
    }
    if (questions.empty()) {
      throw Error::input(
          "there is nothing to adapt to: no two slices of the supports show the "
          "same structure",
          "leave adapt_steps and adapt_seconds out, or use other supports");
    }
    const double warmup =
        std::min(1.0, (static_cast<double>(trainer.steps()) + 1) / kAdaptationWarmup);
    const double rate = kAdaptationRate * warmup * (1 + std::cos(std::numbers::pi * share)) / 2;
    TaskRandom changes(wanted.seed, draw++);
    trainer.step(loss_of(trainer.network(), slices, questions, changes, device), rate);
    progress.set(static_cast<std::int64_t>(100 * done()));
  }
  return copy_of(trainer.average());
}

}  // namespace voxarena::fewshot
