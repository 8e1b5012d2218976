#include "training/one_hot_transforms.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "preprocessing/components.h"
#include "voxarena/core/random.h"

namespace voxarena {
namespace {

// Every channel with probability `p`, in random order.
std::vector<std::size_t> draw_channels(CounterRandom& random, std::int64_t count, double p) {
  std::vector<std::size_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size(); i-- > 1;)
    std::swap(order[i],
              order[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(i)))]);
  std::vector<std::size_t> chosen;
  for (const std::size_t channel : order) {
    if (random.chance(p)) chosen.push_back(channel);
  }
  return chosen;
}

std::vector<std::int16_t> mirrored(const std::int16_t* labels, const Extent& size,
                                   const std::array<bool, 3>& mirror) {
  std::vector<std::int16_t> out(static_cast<std::size_t>(voxels(size)));
  std::int16_t* to = out.data();
  for (std::int64_t z = 0; z < size[0]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      const std::int64_t from_z = mirror[0] ? size[0] - 1 - z : z;
      const std::int64_t from_y = mirror[1] ? size[1] - 1 - y : y;
      const std::int16_t* from = labels + (from_z * size[1] + from_y) * size[2];
      if (mirror[2]) {
        to = std::reverse_copy(from, from + size[2], to);
      } else {
        to = std::copy_n(from, size[2], to);
      }
    }
  }
  return out;
}

}  // namespace

OneHotDraw draw_one_hot(const Augmentation& augmentation, std::int64_t labels,
                        const SampleStream& stream) {
  OneHotDraw draw;
  CounterRandom binary = stream.random(Draw::binary_operator);
  if (binary.chance(augmentation.p_binary_operator)) {
    for (const std::size_t channel :
         draw_channels(binary, labels, augmentation.p_binary_operator_label)) {
      const auto what = static_cast<BinaryOperator>(binary.integer(0, 3));
      const double radius = binary.uniform(augmentation.min_radius, augmentation.max_radius);
      draw.operations.push_back({channel, what, radius});
    }
  }
  CounterRandom component = stream.random(Draw::remove_component);
  if (component.chance(augmentation.p_remove_component)) {
    for (const std::size_t channel :
         draw_channels(component, labels, augmentation.p_remove_component_label))
      draw.removals.push_back({channel, component.uniform()});
  }
  return draw;
}

std::vector<Mask> one_hot(const std::int16_t* labels, const Extent& size, std::int64_t count) {
  const auto length = static_cast<std::size_t>(voxels(size));
  std::vector<Mask> channels(static_cast<std::size_t>(count), Mask(length));
  for (std::size_t i = 0; i < length; ++i) {
    if (labels[i] > 0 && labels[i] <= count)
      channels[static_cast<std::size_t>(labels[i] - 1)][i] = 1;
  }
  return channels;
}

void apply_operation(const OneHotDraw::Operation& operation, const Extent& size,
                     std::vector<Mask>& channels) {
  Mask& channel = channels[operation.channel];
  Mask result = apply(operation.what, channel, size, make_ball(operation.radius));
  for (std::size_t k = 0; k < channels.size(); ++k) {
    if (k == operation.channel) continue;
    for (std::size_t i = 0; i < result.size(); ++i) {
      if (result[i] != 0 && channel[i] == 0) channels[k][i] = 0;
    }
  }
  channel = std::move(result);
}

void remove_component(const OneHotDraw::Removal& removal, double largest_part, const Extent& size,
                      std::vector<Mask>& channels) {
  Mask& channel = channels[removal.channel];
  const Components components = connected_components(channel, size);
  std::vector<std::int32_t> small;
  for (std::size_t i = 0; i < components.sizes.size(); ++i) {
    const auto part = static_cast<double>(voxels(size)) * largest_part;
    if (static_cast<double>(components.sizes[i]) < part)
      small.push_back(static_cast<std::int32_t>(i));
  }
  if (small.empty()) return;
  const std::int32_t chosen =
      small[static_cast<std::size_t>(removal.which * static_cast<double>(small.size()))];
  for (std::size_t row = 0; row + 1 < components.row_start.size(); ++row) {
    std::uint8_t* line = channel.data() + static_cast<std::int64_t>(row) * size[2];
    for (std::size_t i = components.row_start[row]; i < components.row_start[row + 1]; ++i) {
      const Components::Run& run = components.runs[i];
      if (run.component == chosen)
        std::fill(line + run.first, line + run.last + 1, std::uint8_t{0});
    }
  }
}

void write_one_hot(const std::int16_t* labels, const Extent& size, std::int64_t count,
                   const std::array<bool, 3>& mirror, const OneHotDraw& draw, double largest_part,
                   float* out) {
  std::vector<Mask> channels = one_hot(mirrored(labels, size, mirror).data(), size, count);
  for (const OneHotDraw::Operation& operation : draw.operations)
    apply_operation(operation, size, channels);
  for (const OneHotDraw::Removal& removal : draw.removals)
    remove_component(removal, largest_part, size, channels);
  for (const Mask& channel : channels)
    out = std::ranges::transform(channel, out, [](std::uint8_t v) {
            return static_cast<float>(v);
          }).out;
}

}  // namespace voxarena
