#include "training/batch_loader.h"

#include <fmt/format.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>

#include "training/sample_maker.h"
#include "voxarena/core/error.h"
#include "voxarena/plan/plans.h"

namespace voxarena {
namespace {

constexpr std::size_t kSpareBatches = 4;

// A batch on its way. Whoever is free claims its samples one by one, the caller of next() included.
struct PendingBatch {
  std::int64_t iteration = 0;
  PatchBatch batch;
  std::atomic<std::int64_t> claimed{0};

  std::mutex mutex;
  std::condition_variable finished;
  std::int64_t done = 0;     // guarded by mutex
  std::exception_ptr error;  // guarded by mutex; the first one
};

// Only voxarena::Error leaves the library.
std::exception_ptr as_error(std::int64_t iteration) {
  try {
    throw;
  } catch (const Error&) {
    return std::current_exception();
  } catch (const std::exception& e) {
    return std::make_exception_ptr(
        Error::internal(fmt::format("making training batch {}: {}", iteration, e.what())));
  }
}

}  // namespace

struct BatchLoader::State {
  State(LoaderOptions loader_options, PatchSources patch_sources, std::int64_t first,
        const RunContext& run)
      : options(std::move(loader_options)),
        sources(std::move(patch_sources)),
        context(run),
        initial(initial_patch(options.patch, options.augmentation)),
        // Half of the threads are left to the network; a single thread makes its batches in next().
        workers(run.threads / 2),
        arena(workers + 1),
        next_iteration(first) {}

  PatchBatch empty_batch() {
    PatchBatch batch;
    if (!spare.empty()) {
      batch = std::move(spare.back());
      spare.pop_back();
    }
    batch.batch = options.batch_size;
    batch.channels = sources.front()->channels() + options.previous_labels;
    batch.patch = options.patch;
    const auto count = static_cast<std::size_t>(batch.batch * voxels(batch.patch));
    batch.target.resize(count);
    batch.image.resize(count * static_cast<std::size_t>(batch.channels));
    return batch;
  }

  // Makes one sample if there is one left.
  bool work(PendingBatch& pending) {
    const std::int64_t sample = pending.claimed.fetch_add(1);
    if (sample >= options.batch_size) return false;
    std::exception_ptr error;
    try {
      if (!closing && !*context.stop) {
        make_sample(options, initial, sources, pending.iteration, sample, pending.batch);
      }
    } catch (...) {
      error = as_error(pending.iteration);
    }
    const std::lock_guard lock(pending.mutex);
    if (error && !pending.error) pending.error = error;
    if (++pending.done == options.batch_size) pending.finished.notify_all();
    return true;
  }

  void begin_batch() {
    auto pending = std::make_shared<PendingBatch>();
    pending->iteration = next_iteration++;
    pending->batch = empty_batch();
    queue.push_back(pending);
    if (workers == 0) return;
    arena.execute([&] {
      for (std::int64_t i = 0; i < options.batch_size; ++i)
        tasks.run([this, pending] { work(*pending); });
    });
  }

  LoaderOptions options;
  PatchSources sources;
  RunContext context;
  Extent initial;
  int workers;
  std::atomic<bool> closing{false};
  tbb::task_arena arena;
  tbb::task_group tasks;
  std::int64_t next_iteration;
  std::deque<std::shared_ptr<PendingBatch>> queue;  // in order of delivery
  std::vector<PatchBatch> spare;
};

BatchLoader::BatchLoader(LoaderOptions options, PatchSources sources, std::int64_t first_iteration,
                         const RunContext& context) {
  if (sources.empty())
    throw Error::input("there is no case to take patches from", "check the split of this fold");
  for (const auto& source : sources) {
    if (source->channels() == sources.front()->channels()) continue;
    throw Error::input(
        fmt::format("case {} has {} channels, case {} has {}", source->id(), source->channels(),
                    sources.front()->id(), sources.front()->channels()),
        "preprocess the data set again");
  }
  state_ =
      std::make_unique<State>(std::move(options), std::move(sources), first_iteration, context);
  const int ahead = state_->workers == 0 ? 1 : std::clamp(state_->workers, 2, 6);
  for (int i = 0; i < ahead; ++i) state_->begin_batch();
}

BatchLoader::~BatchLoader() {
  state_->closing = true;
  state_->arena.execute([this] { state_->tasks.wait(); });
}

PatchBatch BatchLoader::next() {
  const std::shared_ptr<PendingBatch> pending = state_->queue.front();
  // Helping makes progress certain when all threads of the pool are busy elsewhere.
  while (state_->work(*pending)) state_->context.check_interrupt();
  std::unique_lock lock(pending->mutex);
  pending->finished.wait(lock, [&] { return pending->done == state_->options.batch_size; });
  state_->context.check_interrupt();
  if (pending->error) std::rethrow_exception(pending->error);
  state_->queue.pop_front();
  state_->begin_batch();
  return std::move(pending->batch);
}

void BatchLoader::recycle(PatchBatch&& used) {
  if (state_->spare.size() < kSpareBatches) state_->spare.push_back(std::move(used));
}

LoaderOptions loader_options(const Configuration& configuration, Purpose purpose,
                             std::uint64_t seed, std::uint64_t fold,
                             const std::vector<int>& mirror_axes, bool augment) {
  LoaderOptions options;
  options.purpose = purpose;
  options.seed = seed;
  options.fold = fold;
  options.batch_size = configuration.batch_size;
  options.patch = configuration.patch_extent();
  if (purpose == Purpose::training && augment) {
    options.use_mask_for_norm = configuration.use_mask_for_norm;
    options.augmentation =
        nnunet_augmentation(options.patch, configuration.dimensions(), mirror_axes);
  }
  return options;
}

}  // namespace voxarena
