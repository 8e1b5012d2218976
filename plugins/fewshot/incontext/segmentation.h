// Segments volumes slice by slice with the in-context network and the supports' slices.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "plugins/fewshot/incontext/network.h"
#include "plugins/fewshot/incontext/support_slices.h"

namespace voxarena::fewshot {

struct InContextSettings {
  std::int64_t classes = 2;
  std::int64_t retrieved = 10;  // support slices that an asked slice sees
  std::vector<int> axes;        // their answers are averaged
  bool crop = true;             // to where the supports have foreground
  std::int64_t adapt_steps = 0;
  double adapt_seconds = 0;
  std::uint64_t seed = 1;
  std::string device = "cpu";
};

// The memory that the network has of all support slices across one axis.
struct SliceMemory {
  SupportSlices slices;
  at::Tensor keys;    // (N, 256, 80)
  at::Tensor values;  // (N, classes - 1, 256, 80)
};

class InContextSegmenter final : public Segmenter {
 public:
  // Adapts the network first where the settings say so.
  InContextSegmenter(std::shared_ptr<InContextNetwork> network, const SupportSet& supports,
                     const InContextSettings& settings, const RunContext& context);

  // Shares of the classes; a voxel is background where no class has half.
  Volume<float> segment(const Volume<float>& image, const RunContext& context) override;

 private:
  SliceMemory remember(SupportSlices slices) const;
  // Shares (S, classes - 1, kSide, kSide) of slices (S, 1, kSide, kSide).
  at::Tensor ask(const at::Tensor& images, const SliceMemory& memory) const;

  std::shared_ptr<InContextNetwork> network_;
  InContextSettings settings_;
  RelativeBox box_;
  std::vector<SliceMemory> memories_;  // one per axis
};

}  // namespace voxarena::fewshot
