// Pre-trained weights that a row of the spec starts from: what its method's option `weights` names,
// a file; or "random" or nothing, which is the same: the method could start from a file and starts
// from scratch. (A method that needs a file refuses an empty option.)
#pragma once

#include <string>

#include "voxarena/core/json.h"
#include "voxarena/plugin/info.h"

namespace voxarena {

struct PretrainedWeights {
  std::string file;      // absolute; empty: none
  std::string sha256;    // of the file
  std::string known_as;  // "SAM ViT-B (sam_vit_b_01ec64.pth)"; empty for files that are not known
  bool from_scratch = false;  // the method has the option, and it names no file

  bool from_file() const { return !sha256.empty(); }
};

// Error (input) naming `where` and the file if it cannot be read. A method without such an option
// has none.
PretrainedWeights find_pretrained_weights(const Options& options, const Info& info,
                                          const std::string& where);

// As the manifest keeps them: the file, {"from_scratch": true}, or null for a method without the
// option.
Json to_json(const PretrainedWeights& weights);

// A manifest's entry in words: "SAM ViT-B (sam_vit_b_01ec64.pth)", "model.pth, SHA-256
// 0123456789ab".
std::string describe_pretrained_weights(const Json& entry);

// Error (input) if the file of a manifest's entry has gone or is another one now.
void require_same_weights(const Json& entry, const std::string& manifest);

}  // namespace voxarena
