#include "inference/sliding_window.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <fmt/ranges.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>

#include "inference/evaluation_mode.h"
#include "inference/window_grid.h"
#include "inference/window_job.h"
#include "voxarena/core/error.h"
#include "voxarena/core/memory.h"
#include "voxarena/plugin/model.h"

namespace voxarena {
namespace {

// Extraction of the next batch and accumulation of the previous one go on beside the network.
void run_pipeline(WindowJob& job, const Schedule& schedule, const RunContext& context) {
  using tbb::filter_mode;
  const auto lanes = static_cast<std::size_t>(schedule.lanes);
  const bool overlap = lanes > 1 || context.threads > 1;
  std::int64_t next = 0;
  const auto take = [&](tbb::flow_control& flow) -> WindowCall {
    context.check_interrupt();
    if (next >= job.items()) {
      flow.stop();
      return {};
    }
    use_torch_threads(schedule.threads);
    WindowCall call{next, std::min(next + job.batch, job.items())};
    next = call.last;
    extract(job, call);
    return call;
  };
  const auto ask = [&](WindowCall call) -> WindowCall {
    use_torch_threads(schedule.threads);
    ask_network(job, call);
    return call;
  };
  const auto add = [&](const WindowCall& call) {
    use_torch_threads(schedule.threads);
    accumulate(job, call);
  };
  tbb::task_arena arena(overlap ? std::max(schedule.lanes, 2) : 1);
  arena.execute([&] {
    tbb::parallel_pipeline(
        overlap ? lanes + 2 : 1,
        tbb::make_filter<void, WindowCall>(filter_mode::serial_in_order, take) &
            tbb::make_filter<WindowCall, WindowCall>(
                lanes > 1 ? filter_mode::parallel : filter_mode::serial_in_order, ask) &
            tbb::make_filter<WindowCall, void>(filter_mode::serial_in_order, add));
  });
}

// Calls on the CPU amortise well from about 2^17 voxels, on a GPU from about 2^21; two items at
// least, because LibTorch computes small 3-D convolutions of a single item in a slow way.
std::int64_t default_batch(const Extent& patch, bool on_cpu) {
  const std::int64_t wanted = on_cpu ? std::int64_t{1} << 17 : std::int64_t{1} << 21;
  return std::clamp<std::int64_t>(wanted / voxels(patch), 2, 64);
}

}  // namespace

SlidingWindow::SlidingWindow(Model& model, const std::vector<std::int64_t>& patch,
                             SlidingWindowOptions options)
    : model_(model), patch_{1, 1, 1}, planar_(patch.size() == 2), options_(std::move(options)) {
  const bool legal = (patch.size() == 2 || patch.size() == 3) && std::ranges::min(patch) > 0;
  if (!legal)
    throw Error::usage(
        fmt::format("patch ({}): 2 or 3 positive sizes are needed", fmt::join(patch, ", ")));
  std::ranges::copy(patch, patch_.end() - static_cast<std::ptrdiff_t>(patch.size()));
  if (!(options_.step > 0 && options_.step <= 1)) {
    throw Error::usage(fmt::format("sliding window: step {} is not in (0, 1]", options_.step));
  }
  std::ranges::sort(options_.mirror_axes);
  for (std::size_t i = 0; i < options_.mirror_axes.size(); ++i) {
    const int axis = options_.mirror_axes[i];
    const bool twice = i > 0 && axis == options_.mirror_axes[i - 1];
    if (axis < 0 || axis >= static_cast<int>(patch.size()) || twice) {
      throw Error::usage(
          fmt::format("mirror_axes: {} is not one of the {} "
                      "axes of the patch, or there twice",
                      axis, patch.size()));
    }
  }
}

std::int64_t activation_bytes(const Extent& patch) { return voxels(patch) * 1024; }

Schedule SlidingWindow::schedule(const std::vector<Extent>& windows, std::int64_t calls,
                                 std::int64_t batch, std::int64_t channels,
                                 const RunContext& context) {
  // Half of the memory may go to activations.
  const std::int64_t call_bytes = batch * activation_bytes(patch_);
  const std::int64_t memory = context.memory > 0 ? context.memory : available_memory();
  const std::int64_t fit = std::max<std::int64_t>(memory / 2 / call_bytes, 1);
  const int most = static_cast<int>(std::min<std::int64_t>({fit, calls, context.threads}));
  if (options_.deterministic) return {most, 1};
  const auto candidates = schedule_candidates(context.threads, most);
  if (measured_ && std::ranges::find(candidates, *measured_) != candidates.end()) return *measured_;
  // A measurement costs a few calls a candidate: not worth it for fewer windows than that.
  if (calls < 8 * static_cast<std::int64_t>(candidates.size())) return candidates.back();
  const std::int64_t used =
      std::min<std::int64_t>(batch, static_cast<std::int64_t>(windows.size()));
  std::vector<std::int64_t> shape{used, channels, patch_[0], patch_[1], patch_[2]};
  if (planar_) shape.erase(shape.begin() + 2);
  measured_ = fastest_schedule(model_, at::zeros(shape), candidates);
  return *measured_;
}

Volume<float> SlidingWindow::predict(const Volume<float>& image, const RunContext& context) {
  const int threads_before = at::get_num_threads();
  struct Restore {
    int threads;
    ~Restore() { use_torch_threads(threads); }
  } restore{threads_before};
  const EvaluationMode evaluation(model_);
  try {
    const c10::Device device = model_device(model_, context.device);
    const auto attempt = [&](c10::Device accumulator) {
      WindowJob job{.model = model_,
                    .options = options_,
                    .patch = patch_,
                    .planar = planar_,
                    .device = device,
                    .accumulator = accumulator,
                    .padding = padding_to_patch(image.size, patch_)};
      job.windows = window_corners(job.padding.size, patch_, options_.step);
      job.flips = mirror_flips(options_.mirror_axes, planar_);
      job.batch = options_.batch > 0 ? options_.batch : default_batch(patch_, device.is_cpu());
      job.memory = context.memory;
      job.image = padded_image(image, job.padding).to(accumulator);
      auto importance = options_.gaussian
                            ? gaussian_importance(patch_)
                            : std::vector<float>(static_cast<std::size_t>(voxels(patch_)), 1.0F);
      job.importance =
          at::from_blob(importance.data(), {patch_[0], patch_[1], patch_[2]}, at::kFloat)
              .to(accumulator);
      const Schedule plan =
          device.is_cpu() ? schedule(job.windows, job.calls(), job.batch, image.channels, context)
                          : Schedule{1, threads_before};
      run_pipeline(job, plan, context);
      return finish(job);
    };
    if (!device.is_cpu()) {
      try {
        return attempt(device);
      } catch (const c10::OutOfMemoryError&) {
        context.warn(
            "sliding window: the sums do not fit on the device, main "
            "memory is used");
      }
    }
    return attempt(c10::Device(c10::DeviceType::CPU));
  } catch (const Error&) {
    throw;
  } catch (const c10::Error& error) {
    throw Error::internal(
        fmt::format("sliding window on {}: {}", context.device, error.what_without_backtrace()));
  } catch (const std::exception& error) {
    throw Error::internal(fmt::format("sliding window on {}: {}", context.device, error.what()));
  }
}

}  // namespace voxarena
