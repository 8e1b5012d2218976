#include "inference/sliding_window.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/avg_pool3d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <set>

#include "tests/inference/fixtures.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

using testing::FunctionModel;
using testing::golden;
using testing::noise;

RunContext quiet(int threads) {
  RunContext context;
  context.threads = threads;
  context.quiet = true;
  return context;
}

// Two classes: x and 1 - 2x. Whatever windows are cut, the answer is the same function of the
// image.
at::Tensor linear(const at::Tensor& x) {
  return at::cat({x.slice(1, 0, 1), 1 - 2 * x.slice(1, 0, 1)}, 1);
}

// The network of make.py: its answer depends on the place within the patch.
at::Tensor ramp(const at::Tensor& x) {
  const auto shape = x.sizes().slice(2);
  const std::int64_t count = x.numel() / x.size(0) / x.size(1);
  const at::Tensor place = at::arange(count, at::kFloat).reshape(shape) / count;
  const at::Tensor first = x.slice(1, 0, 1);
  return at::cat({first * (1 + place), first - 2 * place}, 1);
}

double largest_difference(const Volume<float>& a, const Volume<float>& b) {
  EXPECT_EQ(a.channels, b.channels);
  EXPECT_EQ(a.size, b.size);
  double largest = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    largest = std::max(largest, static_cast<double>(std::abs(a.values[i] - b.values[i])));
  }
  return largest;
}

void expect_linear(const Volume<float>& image, const Volume<float>& logits) {
  ASSERT_EQ(logits.channels, 2);
  ASSERT_EQ(logits.size, image.size);
  for (std::int64_t i = 0; i < image.voxels_per_channel(); ++i) {
    EXPECT_NEAR(logits.channel(0)[i], image.channel(0)[i], 1e-5);
    EXPECT_NEAR(logits.channel(1)[i], 1 - 2 * image.channel(0)[i], 1e-5);
  }
}

TEST(SlidingWindow, AnswersAreNnunets) {
  for (const auto& one : golden()["windows"]) {
    FunctionModel model(ramp);
    SlidingWindow window(model, one["patch"], {.mirror_axes = one["mirror_axes"]});
    const auto shape = one["size"].get<std::array<std::int64_t, 4>>();
    const auto logits = window.predict(noise(shape[0], {shape[1], shape[2], shape[3]}), quiet(2));
    const auto expected = one["logits"].get<std::vector<float>>();
    ASSERT_EQ(logits.values.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(logits.values[i], expected[i], 2e-5) << one["patch"] << " at " << i;
    }
  }
}

TEST(SlidingWindow, OverlapDoesNotChangeAnAnswerThatDoesNotDependOnIt) {
  FunctionModel model(linear);
  const auto image = noise(2, {11, 13, 9});
  for (const double step : {0.3, 0.5, 1.0}) {
    for (const bool gaussian : {false, true}) {
      SlidingWindow window(model, {4, 6, 5}, {.step = step, .gaussian = gaussian});
      expect_linear(image, window.predict(image, quiet(2)));
    }
  }
}

TEST(SlidingWindow, ImagesOfAnySizeKeepTheirShape) {
  FunctionModel model(linear);
  for (const Extent& size :
       {Extent{1, 1, 1}, Extent{1, 20, 20}, Extent{3, 3, 30}, Extent{8, 8, 8}, Extent{9, 8, 7}}) {
    const auto image = noise(1, size);
    SlidingWindow volume(model, {8, 8, 8}, {});
    expect_linear(image, volume.predict(image, quiet(2)));
    SlidingWindow planar(model, {8, 8}, {.mirror_axes = {0, 1}});
    expect_linear(image, planar.predict(image, quiet(2)));
  }
}

TEST(SlidingWindow, APlanarNetworkSeesSlices) {
  std::set<std::vector<std::int64_t>> shapes;
  FunctionModel model([&](const at::Tensor& x) {
    shapes.insert(x.sizes().slice(1).vec());
    return linear(x);
  });
  SlidingWindow window(model, {6, 5}, {});
  window.predict(noise(3, {4, 9, 9}), quiet(1));
  EXPECT_EQ(shapes, (std::set<std::vector<std::int64_t>>{{3, 6, 5}}));
}

TEST(SlidingWindow, MirroringMakesTheAnswerSymmetric) {
  // The mean over both directions commutes with the flip, although the network itself does not.
  FunctionModel model(ramp);
  auto image = noise(1, {6, 6, 6});
  auto flipped = image;
  for (std::int64_t row = 0; row < 36; ++row) {
    std::reverse(flipped.values.begin() + row * 6, flipped.values.begin() + (row + 1) * 6);
  }
  SlidingWindow plain(model, {6, 6, 6}, {});
  SlidingWindow mirrored(model, {6, 6, 6}, {.gaussian = false, .mirror_axes = {2}});
  const auto unflip = [](Volume<float> logits) {
    for (std::int64_t row = 0; row < 72; ++row) {
      std::reverse(logits.values.begin() + row * 6, logits.values.begin() + (row + 1) * 6);
    }
    return logits;
  };
  const auto context = quiet(1);
  EXPECT_LT(largest_difference(mirrored.predict(image, context),
                               unflip(mirrored.predict(flipped, context))),
            1e-6);
  EXPECT_GT(
      largest_difference(plain.predict(image, context), unflip(plain.predict(flipped, context))),
      0.01);
}

TEST(SlidingWindow, TheBatchOnlyGroupsTheWork) {
  FunctionModel model(ramp);
  const auto image = noise(1, {9, 10, 11});
  const auto with_batch = [&](std::int64_t batch) {
    SlidingWindow window(model, {4, 4, 4}, {.mirror_axes = {0, 2}, .batch = batch});
    return window.predict(image, quiet(1));
  };
  EXPECT_EQ(with_batch(1).values, with_batch(7).values);
}

TEST(SlidingWindow, ThreadsDoNotChangeABit) {
  FunctionModel model([](const at::Tensor& x) {
    const at::Tensor blurred = at::avg_pool3d(x, 3, 1, 1);
    return at::cat({blurred, ramp(x)}, 1);
  });
  const auto image = noise(1, {30, 31, 29});
  const SlidingWindowOptions options{.mirror_axes = {1}, .batch = 3, .deterministic = true};
  SlidingWindow window(model, {8, 8, 8}, options);
  const auto one = window.predict(image, quiet(1));
  EXPECT_EQ(one.values, window.predict(image, quiet(2)).values);
  EXPECT_EQ(one.values, window.predict(image, quiet(4)).values);
}

TEST(SlidingWindow, TheMeasuredScheduleChangesNothingButTheTime) {
  FunctionModel model(ramp);
  const auto image = noise(1, {40, 40, 40});  // enough windows to be worth a measurement
  SlidingWindow measured(model, {8, 8, 8}, {.batch = 4});
  SlidingWindow fixed(model, {8, 8, 8}, {.batch = 4, .deterministic = true});
  EXPECT_EQ(measured.predict(image, quiet(2)).values, fixed.predict(image, quiet(2)).values);
}

TEST(SlidingWindow, TheNetworkIsAskedInEvaluationModeAndGetsItsModeBack) {
  bool training = true;
  FunctionModel* self = nullptr;
  FunctionModel model([&](const at::Tensor& x) {
    training = self->module().is_training();
    return linear(x);
  });
  self = &model;
  model.module().train();
  SlidingWindow window(model, {4, 4, 4}, {});
  window.predict(noise(1, {4, 4, 4}), quiet(1));
  EXPECT_FALSE(training);
  EXPECT_TRUE(model.module().is_training());
}

TEST(SlidingWindow, BadAnswersAreErrorsThatSayWhatIsWrong) {
  const auto image = noise(1, {6, 6, 6});
  const auto message = [&](const FunctionModel::Function& function,
                           SlidingWindowOptions options = {}, std::int64_t memory = 0) {
    FunctionModel model(function);
    try {
      SlidingWindow window(model, {4, 4, 4}, std::move(options));
      RunContext context = quiet(2);
      context.memory = memory;
      window.predict(image, context);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_NE(message([](const at::Tensor& x) {
              return x.slice(2, 0, 2);
            }).find("answered with shape (8, 1, 2, 4, 4)"),
            std::string::npos);
  EXPECT_NE(message([](const at::Tensor& x) {
              return at::full_like(x, std::numeric_limits<float>::quiet_NaN());
            }).find("not finite"),
            std::string::npos);
  EXPECT_NE(message([](const at::Tensor& x) {
              return x.view({3, 3});
            }).find("sliding window on cpu"),
            std::string::npos);
  EXPECT_NE(message([](const at::Tensor&) -> at::Tensor {
              throw std::runtime_error("of the plugin");
            }).find("of the plugin"),
            std::string::npos);
  EXPECT_NE(message(linear, {}, 1000).find("2 classes of 6 x 6 x 6 voxels needs"),
            std::string::npos);
  EXPECT_NE(message(linear, {.step = 0}).find("step 0"), std::string::npos);
  EXPECT_NE(message(linear, {.mirror_axes = {3}}).find("mirror_axes: 3"), std::string::npos);
  EXPECT_NE(message(linear, {.mirror_axes = {1, 1}}).find("mirror_axes: 1"), std::string::npos);
}

TEST(SlidingWindow, StopsBetweenWindowsWhenInterrupted) {
  const RunContext context = quiet(2);
  std::atomic<int> calls = 0;
  FunctionModel model([&](const at::Tensor& x) {
    ++calls;
    context.stop->store(true);
    return linear(x);
  });
  SlidingWindow window(model, {4, 4, 4}, {.batch = 2, .deterministic = true});
  try {
    window.predict(noise(1, {40, 40, 40}), context);
    FAIL() << "went on to the end";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::interrupted);
  }
  EXPECT_LT(calls, 10);
}

}  // namespace
}  // namespace voxarena
