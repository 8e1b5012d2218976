#include "plugins/fatesam/propagation.h"

#include <ATen/ops/where.h>

#include <limits>
#include <utility>

#include "plugins/fatesam/retrieval.h"
#include "plugins/sam/sam2/memory_bank.h"
#include "plugins/sam/sam2/sam2.h"

namespace voxarena::fatesam {
namespace {

// Per slice of the volume its support slices.
std::vector<std::vector<std::int64_t>> retrieve(FeatureStore& slices, SupportGallery& gallery,
                                                const Settings& settings) {
  const Pick of_slice = [&](std::int64_t i) { return slices.at(i); };
  const Pick of_support = [&](std::int64_t i) { return gallery.features(i); };
  at::Tensor all =
      distances(slices.size(), of_slice, gallery.size(), of_support, settings.similarity);
  if (settings.as_released && gallery.has_first_slice()) {
    // It is ranked by the features of the volume's first slice, which an earlier step left behind.
    all.narrow(1, 0, 1).copy_(distances(slices.size(), of_slice, 1, of_slice, settings.similarity));
  }
  return nearest(all, settings.retrieved);
}

// The released code: a class that a new support slice does not show keeps the mask that the
// previous support of that rank had, its own or an inherited one, on the new slice's features.
class InheritedMasks {
 public:
  explicit InheritedMasks(SupportGallery& gallery, const sam2::Sam2& network)
      : gallery_(&gallery), network_(&network) {}

  sam2::Memory memory(std::size_t rank, std::int64_t support) {
    const sam2::Features features = gallery_->features(support);
    sam2::Frame frame = gallery_->frame(support, features);
    if (rank < last_.size()) {
      const sam2::Frame& old = last_[rank];
      const at::Tensor own = gallery_->shows(support).to(frame.score.device()).unsqueeze(1);
      frame.logits = at::where(own.unsqueeze(2).unsqueeze(3), frame.logits, old.logits);
      frame.score = at::where(own, frame.score, old.score);
      frame.pointer = at::where(own, frame.pointer, old.pointer);
      last_[rank] = frame;
    } else {
      last_.push_back(frame);
    }
    return sam2::remember(*network_, features, frame, sam2::Mask::given);
  }

 private:
  SupportGallery* gallery_;
  const sam2::Sam2* network_;
  std::vector<sam2::Frame> last_;  // by rank
};

class Tracker {
 public:
  Tracker(SliceEncoder& encoder, SupportGallery& gallery, FeatureStore& slices)
      : network_(encoder.network()),
        settings_(encoder.settings()),
        gallery_(gallery),
        slices_(slices),
        inherited_(gallery, network_) {}

  TrackedSlice track(std::int64_t slice, bool backwards, std::vector<std::int64_t> supports) {
    TrackedSlice out{.slice = slice, .supports = std::move(supports)};
    const sam2::Recollection recollection = recollect(out, backwards);
    const sam2::Features features = slices_.at(slice);
    const sam2::Frame frame = sam2::decode_frame(
        network_, features, sam2::attend_memory(network_, features, recollection));
    bank_.predicted[slice] = sam2::remember(network_, features, frame, sam2::Mask::predicted);
    for (std::size_t i = recollection.maps.size(); i-- > 0;) {
      const std::int64_t distance = recollection.maps[i].place;
      if (distance != sam2::kGiven)
        out.neighbours.push_back(backwards ? slice + distance : slice - distance);
    }
    out.pointers = static_cast<std::int64_t>(recollection.pointers.size());
    out.logits = frame.logits;
    return out;
  }

  // Maps of slices first ... last, which no slice will see again.
  void forget_maps(std::int64_t first, std::int64_t last) {
    for (auto& [slice, memory] : bank_.predicted) {
      if (slice >= first && slice <= last) memory.map = at::Tensor();
    }
  }

 private:
  sam2::Recollection recollect(const TrackedSlice& out, bool backwards) {
    const std::int64_t slices = slices_.size(),
                       pseudo = slices + static_cast<std::int64_t>(out.supports.size());
    const sam2::RecallOptions options{
        .backwards = backwards, .neighbours = settings_.neighbours, .slices = pseudo};
    if (settings_.as_released) {
      // Supports are pseudo-slices behind the last one: ahead of the forward pass, which drops
      // their pointers.
      bank_.given.clear();
      for (std::size_t rank = 0; rank < out.supports.size(); ++rank)
        bank_.given[slices + static_cast<std::int64_t>(rank)] =
            inherited_.memory(rank, out.supports[rank]);
      return sam2::recall(bank_, out.slice, options);
    }
    sam2::Recollection recollection = sam2::recall(bank_, out.slice, options);
    for (std::size_t rank = 0; rank < out.supports.size(); ++rank) {
      constexpr double kNear = 1;  // supports have no place in the volume
      const sam2::Memory memory = gallery_.memory(out.supports[rank]);
      const auto place = static_cast<std::ptrdiff_t>(rank);
      recollection.maps.insert(recollection.maps.begin() + place, {memory.map, sam2::kGiven});
      recollection.pointers.insert(recollection.pointers.begin() + place, {memory.pointer, kNear});
    }
    return recollection;
  }

  const sam2::Sam2& network_;
  const Settings& settings_;
  SupportGallery& gallery_;
  FeatureStore& slices_;
  InheritedMasks inherited_;
  sam2::MemoryBank bank_;
};

}  // namespace

std::vector<std::int64_t> order_of_work(std::int64_t slices) {
  std::vector<std::int64_t> order;
  const std::int64_t middle = slices / 2;
  for (std::int64_t i = middle; i >= 0; --i) order.push_back(i);
  for (std::int64_t i = middle + 1; i < slices; ++i) order.push_back(i);
  return order;
}

std::vector<TrackedSlice> track_volume(SliceEncoder& encoder, SupportGallery& gallery,
                                       std::vector<at::Tensor> slices, const RunContext& context) {
  Room unlimited{std::numeric_limits<std::uint64_t>::max()};
  FeatureStore store(encoder, std::move(slices), unlimited);
  for (std::int64_t i = 0; i < store.size(); ++i) {
    context.check_interrupt();
    store.at(i);
  }
  const auto retrieved = retrieve(store, gallery, encoder.settings());
  Tracker tracker(encoder, gallery, store);
  const std::int64_t middle = store.size() / 2, reach = encoder.settings().neighbours;
  std::vector<TrackedSlice> out;
  for (const std::int64_t slice : order_of_work(store.size())) {
    context.check_interrupt();
    const bool backwards = slice <= middle;
    out.push_back(tracker.track(slice, backwards, retrieved[static_cast<std::size_t>(slice)]));
    if (backwards) {  // the way forward begins with the middle slice and those before it
      tracker.forget_maps(slice + reach, middle - reach);
    } else {
      tracker.forget_maps(0, slice - reach);
    }
  }
  return out;
}

}  // namespace voxarena::fatesam
