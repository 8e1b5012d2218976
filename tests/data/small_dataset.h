// A tiny valid data set in nnU-Net raw layout, to be broken in one place by a test.
#pragma once

#include <fmt/core.h>

#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.h"
#include "voxarena/data/image_io.h"

namespace voxarena::test {

inline Image small_image(const Extent& size = {4, 5, 6}) {
  Image image{Volume<float>(1, size), {}};
  for (std::size_t i = 0; i < image.voxels.values.size(); ++i)
    image.voxels.values[i] = static_cast<float>(i % 97);
  image.geometry.spacing = {3, 1.5, 1.25};
  image.geometry.origin = {10, -20, 30};
  return image;
}

inline LabelImage small_label(const Extent& size = {4, 5, 6}) {
  LabelImage label{Volume<std::int16_t>(1, size), small_image().geometry};
  for (std::size_t i = 0; i < label.voxels.values.size(); ++i)
    label.voxels.values[i] = static_cast<std::int16_t>(i % 3);
  return label;
}

constexpr auto kDatasetJson = R"({
  "channel_names": {"0": "MRI"},
  "labels": {"background": 0, "a": 1, "b": 2},
  "numTraining": 3,
  "file_ending": ".nii.gz"
})";

// Three cases "p.1", "p_2" and "p_3" in `root`/Dataset007_Small.
class SmallDataset {
 public:
  SmallDataset() {
    write_text(json(), kDatasetJson);
    for (const char* id : {"p.1", "p_2", "p_3"}) {
      write_image(image(id), small_image());
      write_label(label(id), small_label());
    }
  }
  std::filesystem::path root() const { return root_.path(); }
  std::filesystem::path folder() const { return root_ / "Dataset007_Small"; }
  std::filesystem::path json() const { return folder() / "dataset.json"; }
  std::filesystem::path image(const std::string& id, int channel = 0) const {
    return folder() / "imagesTr" / fmt::format("{}_{:04}.nii.gz", id, channel);
  }
  std::filesystem::path label(const std::string& id) const {
    return folder() / "labelsTr" / (id + ".nii.gz");
  }

 private:
  TemporaryFolder root_;
};

}  // namespace voxarena::test
