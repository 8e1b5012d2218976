#include "plugins/fatesam/slice_features.h"

#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/tensor.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "plugins/fatesam/eight_bit_resize.h"
#include "plugins/sam/picture.h"
#include "plugins/sam/sam2/sam2.h"

namespace voxarena::fatesam {
namespace {

// Of ImageNet's photographs, on the scale 0 ... 1.
constexpr std::array<double, 3> kMean{0.485, 0.456, 0.406}, kDeviation{0.229, 0.224, 0.225};
constexpr double kWhite = 255;

at::Tensor per_colour(const std::array<double, 3>& values) {
  return at::tensor(at::ArrayRef<double>(values), at::kFloat).view({1, 3, 1, 1});
}

std::uint64_t bytes_of_features(const sam2::Features& features) {
  return features.fine.nbytes() + features.middle.nbytes() + features.coarse.nbytes();
}

// Of one slice, as they are kept.
std::uint64_t bytes_of_slice(const Settings& settings) {
  const sam2::Config& network = settings.network;
  // Three maps: a 128th, a 256th and a 256th of dim values a pixel.
  const std::int64_t values = network.dim * network.image.height * network.image.width / 64;
  return static_cast<std::uint64_t>(values) * (settings.half_features ? 2 : 4);
}

sam2::Features widened(const sam2::Features& features) {
  return {.fine = features.fine.to(at::kFloat),
          .middle = features.middle.to(at::kFloat),
          .coarse = features.coarse.to(at::kFloat)};
}

// In float16, unless there are values beyond it.
at::Tensor halved(const at::Tensor& map, at::Device device) {
  const at::Tensor half = map.to(device, at::kHalf);
  return at::isfinite(half).all().item<bool>() ? half : map.to(device);
}

sam2::Features halved(const sam2::Features& features, at::Device device) {
  return {.fine = halved(features.fine, device),
          .middle = halved(features.middle, device),
          .coarse = halved(features.coarse, device)};
}

TensorMap maps_of(const sam2::Features& features) {
  return {{"fine", features.fine}, {"middle", features.middle}, {"coarse", features.coarse}};
}

sam2::Features features_of(const TensorMap& maps) {
  return {maps.at("fine"), maps.at("middle"), maps.at("coarse")};
}

}  // namespace

at::Tensor prepare_slice(const at::Tensor& slice, sam::Extent image, bool eight_bits) {
  at::Tensor picture = sam::as_picture(slice).unsqueeze(0).contiguous();
  if (eight_bits) {
    const at::Tensor bytes = (picture * kWhite).floor().to(at::kDouble);
    picture = resize_eight_bits(bytes, image.height, image.width).to(at::kFloat) / kWhite;
  } else {
    picture = at::_upsample_bicubic2d_aa(picture, {image.height, image.width}, false).clamp(0, 1);
  }
  return (picture - per_colour(kMean)) / per_colour(kDeviation);
}

SliceEncoder::SliceEncoder(std::shared_ptr<const sam2::Sam2> network, const Settings& settings,
                           std::string weights_id, const RunContext& context)
    : network_(std::move(network)),
      settings_(settings),
      weights_id_(std::move(weights_id)),
      device_(context.device),
      cache_(settings.cache, settings.cache_limit,
             [context](const std::string& text) { context.warn(text); }) {}

std::vector<sam2::Features> SliceEncoder::compute(const std::vector<at::Tensor>& images) const {
  const sam2::Features maps = sam2::encode_image(*network_, at::cat(images).to(device_));
  // One memory layout: with and without the cache the sums that follow are rounded alike.
  const auto one = [](const at::Tensor& map, std::int64_t i) {
    return map.narrow(0, i, 1).clone(at::MemoryFormat::Contiguous);
  };
  std::vector<sam2::Features> out;
  for (std::int64_t i = 0; i < maps.fine.size(0); ++i)
    out.push_back({one(maps.fine, i), one(maps.middle, i), one(maps.coarse, i)});
  return out;
}

std::vector<sam2::Features> SliceEncoder::encode(at::ArrayRef<at::Tensor> slices) {
  const bool cached = settings_.cache_limit > 0;
  const std::string model =
      fmt::format("SAM {} {}", settings_.network.release == sam2::Release::v2_0 ? "2.0" : "2.1",
                  settings_.backbone);
  std::vector<sam2::Features> out(slices.size());
  std::vector<std::size_t> missing;
  std::vector<at::Tensor> images;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const at::Tensor image = prepare_slice(slices[i], settings_.network.image,
                                           /*eight_bits=*/settings_.as_released);
    const std::string key = cached ? sam::EmbeddingCache::key(model, weights_id_, image) : "";
    if (const auto found = cached ? cache_.find(key) : std::nullopt) {
      out[i] = halved(features_of(*found), device_);
      continue;
    }
    missing.push_back(i);
    images.push_back(image);
    keys.push_back(key);
  }
  if (missing.empty()) return out;
  const std::vector<sam2::Features> computed = compute(images);
  for (std::size_t n = 0; n < missing.size(); ++n) {
    sam2::Features& one = out[missing[n]];
    one = cached ? features_of(cache_.keep(keys[n], maps_of(computed[n]))) : computed[n];
    if (settings_.half_features) one = halved(one, device_);
  }
  return out;
}

bool Room::take(std::uint64_t wanted) {
  if (wanted > bytes) return false;
  bytes -= wanted;
  return true;
}

FeatureStore::FeatureStore(SliceEncoder& encoder, std::vector<at::Tensor> slices, Room& room)
    : encoder_(&encoder), slices_(std::move(slices)), kept_(slices_.size()), room_(&room) {}

sam2::Features FeatureStore::at(std::int64_t index) {
  const auto wanted = static_cast<std::size_t>(index);
  if (kept_[wanted]) return widened(*kept_[wanted]);
  const std::vector<std::size_t> batch = batch_at(wanted);
  std::vector<at::Tensor> slices;
  for (const std::size_t i : batch) slices.push_back(slices_[i]);
  const std::vector<sam2::Features> made = encoder_->encode(slices);
  for (std::size_t n = 0; n < batch.size(); ++n) {
    if (room_->take(bytes_of_features(made[n]))) kept_[batch[n]] = made[n];
  }
  return widened(made.front());
}

// That slice, then those behind it that are not there yet and that there is room for.
std::vector<std::size_t> FeatureStore::batch_at(std::size_t index) const {
  const Settings& settings = encoder_->settings();
  const std::uint64_t most =
      std::min(static_cast<std::uint64_t>(settings.batch), room_->bytes / bytes_of_slice(settings));
  std::vector<std::size_t> batch{index};
  for (std::size_t i = index + 1; i < kept_.size() && batch.size() < most; ++i) {
    if (!kept_[i]) batch.push_back(i);
  }
  return batch;
}

}  // namespace voxarena::fatesam
