// nnU-Net's plans file as plain values: one Plans per data set, one Configuration per resolution.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "voxarena/core/json.h"
#include "voxarena/data/volume.h"
#include "voxarena/plan/fingerprint.h"

namespace voxarena {

// Ratio of spacings (or of patch edges) from which nnU-Net treats an axis as thick.
inline constexpr double kAnisotropy = 3;

// Numbers of a U-Net-like network; every per-axis list has as many entries as the configuration has
// dimensions.
struct Architecture {
  // PlainConvUNet or ResidualEncoderUNet: the last component of the Python path.
  std::string network_class = "PlainConvUNet";
  std::vector<std::int64_t> features;  // per stage
  std::vector<std::vector<std::int64_t>> kernel_sizes;
  std::vector<std::vector<std::int64_t>> strides;
  std::vector<int> blocks_per_stage;  // convolutions (plain) or residual blocks (residual)
  std::vector<int> convs_per_decoder_stage;

  int stages() const { return static_cast<int>(features.size()); }
};

// How arrays are resampled: resample_data_or_seg_to_shape's arguments.
struct Resampling {
  int order = 3;
  int order_z = 0;
  int force_separate_z = -1;  // -1: decided by the spacing (null in the file), 0: never, 1: always
};

struct Configuration {
  std::string name;             // "2d", "3d_fullres"
  std::string data_identifier;  // folder of the preprocessed store, e.g. "nnUNetPlans_3d_fullres"
  std::int64_t batch_size = 2;
  std::vector<std::int64_t> patch_size;    // 2 or 3 entries, transposed axes
  std::vector<double> median_image_size;   // voxels after resampling
  std::vector<double> spacing;             // mm, 2 or 3 entries, transposed axes
  std::vector<std::string> normalization;  // per channel: "ZScoreNormalization", ...
  std::vector<bool> use_mask_for_norm;     // per channel
  Resampling data{3, 0, -1}, seg{1, 0, -1}, probabilities{1, 0, -1};
  Architecture architecture;
  bool batch_dice = false;
  std::vector<std::string> next_stages;  // of a cascade: what is trained on this one's result
  std::string previous_stage;            // empty where the image alone is the input
  std::string inherits_from;             // already resolved: only remembered for writing

  int dimensions() const { return static_cast<int>(patch_size.size()); }
  // (z, y, x) of a patch; a 2-D configuration has z = 1.
  Extent patch_extent() const;
};

// One that cannot be trained as it stands, for example a parent that leaves the patch size to those
// that inherit from it. Kept for writing; what is wrong is said when it is asked for.
struct PartialConfiguration {
  std::string name;
  std::string json, resolved_json;  // as in the file, and with what it inherits
  std::string problem, hint;
};

struct Plans {
  std::string dataset_name, plans_name = "nnUNetPlans";
  Spacing original_median_spacing{};              // after transposition
  std::array<double, 3> original_median_shape{};  // after transposition, whole numbers in the file
  std::string image_reader_writer = "SimpleITKIO";
  std::array<int, 3> transpose_forward{0, 1, 2}, transpose_backward{0, 1, 2};
  std::vector<Configuration> configurations;
  std::vector<PartialConfiguration> partial_configurations;
  std::string experiment_planner = "ExperimentPlanner";
  std::vector<ChannelIntensity> intensities;  // per channel, for CT normalisation

  // Error (input) that lists the existing ones if there is no such configuration, or says what is
  // wrong with it.
  const Configuration& configuration(const std::string& name) const;
  bool has(const std::string& name) const;  // be it a partial one
};

// nnU-Net's newest form, keys in its order.
Json to_json(const Plans& plans);
Plans plans_from_json(const Json& json, const std::string& source);

// `fresh` with the configurations of `old` that it lacks: those that a user added survive planning
// anew, as in nnU-Net.
Json keep_configurations(Json fresh, const Json& old);

}  // namespace voxarena
