// What a method says about itself, readable without building its network.
#pragma once

#include <string>
#include <vector>

#include "voxarena/core/json.h"
#include "voxarena/plugin/option.h"

namespace voxarena {

struct Capabilities {
  bool two_d = true;
  bool three_d = true;
  bool trainable = true;
  bool needs_weights = false;  // refuses to run without a file of pre-trained weights
  // What its loss reads of Batch::rules; the protocol's loss reads both. Data sets that need more
  // are refused.
  bool regions = true;
  bool ignore_label = true;
};

struct Info {
  std::string name;      // as in a spec file: lower case, digits and '_'
  std::string version;   // of the method
  std::string summary;   // one line
  std::string licence;   // SPDX
  std::string citation;  // BibTeX
  Capabilities capabilities = {};
  std::vector<Option> options = {};
};

Json to_json(const Info& info);
Info info_from_json(const Json& json, const std::string& source);

}  // namespace voxarena
