#include "evaluation/shapes/mask_pair.h"

namespace voxarena {
namespace {

constexpr std::size_t kLabelValues = 65536;  // of an int16

std::size_t slot(int value) { return static_cast<std::uint16_t>(value); }

}  // namespace

MaskPair cut_masks(const LabelImage& reference, const LabelImage& prediction, const Box& box,
                   const std::vector<int>& labels, std::optional<int> ignore) {
  MaskPair masks;
  masks.flat = reference.voxels.size[0] == 1;  // of a 2-D file, or of a 3-D file of one slice
  masks.spacing = reference.geometry.spacing;
  if (masks.flat) masks.spacing[0] = 1;
  const Extent inner = box.size();
  const std::int64_t margin = masks.flat ? 0 : 1;
  masks.size = {inner[0] + 2 * margin, inner[1] + 2, inner[2] + 2};
  masks.reference.assign(static_cast<std::size_t>(voxels(masks.size)), 0);
  masks.prediction = masks.reference;
  std::vector<std::uint8_t> member(kLabelValues, 0);
  for (const int label : labels) member[slot(label)] = 1;
  std::vector<std::uint8_t> counted(kLabelValues, 1);
  if (ignore) counted[slot(*ignore)] = 0;
  for (std::int64_t z = 0; z < inner[0]; ++z) {
    for (std::int64_t y = 0; y < inner[1]; ++y) {
      const std::size_t from = reference.voxels.offset(0, box.lo[0] + z, box.lo[1] + y, box.lo[2]);
      const std::int16_t* r = reference.voxels.values.data() + from;
      const std::int16_t* p = prediction.voxels.values.data() + from;
      const auto to =
          static_cast<std::size_t>(((z + margin) * masks.size[1] + y + 1) * masks.size[2] + 1);
      std::uint8_t* out_r = masks.reference.data() + to;
      std::uint8_t* out_p = masks.prediction.data() + to;
      for (std::int64_t x = 0; x < inner[2]; ++x) {
        const std::uint8_t keep = counted[slot(r[x])];
        out_r[x] = member[slot(r[x])] & keep;
        out_p[x] = member[slot(p[x])] & keep;
      }
    }
  }
  return masks;
}

}  // namespace voxarena
