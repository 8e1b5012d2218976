// nnU-Net's postprocessing of label maps: of some labels only the largest connected component
// stays.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "voxarena/core/json.h"
#include "voxarena/core/run_context.h"
#include "voxarena/data/volume.h"

namespace voxarena {

struct KeepLargest {
  std::vector<int> labels;  // their union is the mask
  int background = 0;       // what the removed voxels become

  bool operator==(const KeepLargest&) const = default;
};

using Postprocessing = std::vector<KeepLargest>;  // one after the other

// Voxels that touch with a corner are connected; of equally large components all stay.
void apply_postprocessing(const Postprocessing& steps, Volume<std::int16_t>& labels);

// Every {case}{file_ending} of `input` to `output` with its own geometry; atomic each. Error
// (input) if there is none. Parallel over cases.
void postprocess_folder(const std::filesystem::path& input, const std::filesystem::path& output,
                        const std::string& file_ending, const Postprocessing& steps,
                        const RunContext& context);

// nnU-Net's postprocessing.pkl, or the .json beside it. Error (input) naming the file and what it
// asks for that is not the above.
Postprocessing read_postprocessing(const std::filesystem::path& file);
void write_postprocessing_pkl(const std::filesystem::path& file, const Postprocessing& steps);
// The entries `postprocessing_fns` and `postprocessing_kwargs` of postprocessing.json.
Json postprocessing_json(const Postprocessing& steps);

}  // namespace voxarena
