#include "plugins/fewshot/incontext/task_random.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/multinomial.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/upsample_bicubic2d.h>

namespace voxarena::fewshot {
namespace {

std::uint64_t word(CounterRandom& numbers) {
  const std::uint64_t high = numbers.next();
  return high << 32U | numbers.next();
}

}  // namespace

TaskRandom::TaskRandom(std::uint64_t seed, std::uint64_t step)
    : numbers_(seed, {step}), generator_(at::detail::createCPUGenerator(word(numbers_))) {}

at::Tensor TaskRandom::uniform(const std::vector<std::int64_t>& shape) {
  return at::rand(shape, generator_, at::kFloat);
}

at::Tensor TaskRandom::normal(const std::vector<std::int64_t>& shape) {
  return at::randn(shape, generator_, at::kFloat);
}

at::Tensor TaskRandom::integers(std::int64_t low, std::int64_t high,
                                const std::vector<std::int64_t>& shape) {
  return at::randint(low, high + 1, shape, generator_, at::kLong);
}

at::Tensor TaskRandom::choice(const at::Tensor& weights) {
  return at::multinomial(weights, 1, /*replacement=*/false, generator_).select(1, 0);
}

at::Tensor enlarged(const at::Tensor& x, std::int64_t side) {
  return at::upsample_bicubic2d(x, {side, side}, /*align_corners=*/false);
}

}  // namespace voxarena::fewshot
