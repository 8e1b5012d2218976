#include "plugins/fatesam/slice_features.h"

#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/tensor.h>
#include <fmt/core.h>

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

sam2::Features SliceEncoder::encode(const at::Tensor& slice) {
  const at::Tensor image =
      prepare_slice(slice, settings_.network.image, /*eight_bits=*/settings_.as_released);
  // One memory layout: with and without the cache the sums that follow are rounded alike.
  const auto compute = [&] {
    const sam2::Features maps = sam2::encode_image(*network_, image.to(device_));
    return sam2::Features{maps.fine.contiguous(), maps.middle.contiguous(),
                          maps.coarse.contiguous()};
  };
  if (!settings_.half_features) return compute();
  if (settings_.cache_limit == 0) return halved(compute(), device_);
  const std::string model =
      fmt::format("SAM {} {}", settings_.network.release == sam2::Release::v2_0 ? "2.0" : "2.1",
                  settings_.backbone);
  const TensorMap maps = cache_.get(sam::EmbeddingCache::key(model, weights_id_, image), [&] {
    const sam2::Features features = compute();
    return TensorMap{
        {"fine", features.fine}, {"middle", features.middle}, {"coarse", features.coarse}};
  });
  return halved({maps.at("fine"), maps.at("middle"), maps.at("coarse")}, device_);
}

bool Room::take(std::uint64_t wanted) {
  if (wanted > bytes) return false;
  bytes -= wanted;
  return true;
}

FeatureStore::FeatureStore(SliceEncoder& encoder, std::vector<at::Tensor> slices, Room& room)
    : encoder_(&encoder), slices_(std::move(slices)), kept_(slices_.size()), room_(&room) {}

sam2::Features FeatureStore::at(std::int64_t index) {
  std::optional<sam2::Features>& kept = kept_[static_cast<std::size_t>(index)];
  if (kept) return widened(*kept);
  const sam2::Features features = encoder_->encode(slices_[static_cast<std::size_t>(index)]);
  if (room_->take(bytes_of_features(features))) kept = features;
  return widened(features);
}

}  // namespace voxarena::fatesam
