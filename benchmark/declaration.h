// What a row was given beside the training cases of its fold, and how it was made: recorded by the
// harness for its own runs, declared by the author for everything that it cannot see. The key
// `information` of a manifest.
//
//   [method.declares]                 # of a [[method]]; all may be left out
//   pretraining = "ImageNet-21k"      # weights that are built into the plugin
//   [predictions.declares]            # of [[predictions]]; what is left out counts as not declared
//   training_data = "split"           # the training cases of each fold alone, or in words; with
//                                     # protocol.supports "supports": those that all rows see
//   pretraining = "none"              # or in words: what, on which data
//   ensemble = 1                      # models whose outputs are joined
//   mirror_axes = [0, 1, 2]           # at test time
//   post_processing = "none"
//   prompts = "none"                  # or what of the reference the method was shown
//   budget = "protocol"               # trained as the protocol of the spec says, or in words
//   tuned_on = ["Dataset900_Phantom"] # data sets on which hyper-parameters were chosen
//   notes = ["loss: Tversky"]         # further differences, one footnote each
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "voxarena/core/json.h"

namespace voxarena {

class TomlTable;

// Unset: not declared.
struct Declaration {
  std::optional<std::string> training_data;
  std::optional<std::string> pretraining;
  std::optional<std::int64_t> ensemble;
  std::optional<std::vector<int>> mirror_axes;  // sorted
  std::optional<std::string> post_processing;
  std::optional<std::string> prompts;
  std::optional<std::string> budget;
  std::optional<std::vector<std::string>> tuned_on;
  std::vector<std::string> notes = {};
};

// Values that say: nothing but what every row has.
inline constexpr const char* kSplit = "split";          // training_data
inline constexpr const char* kSupports = "supports";    // the same of another tool's few-shot row
inline constexpr const char* kNone = "none";            // pretraining, post_processing, prompts
inline constexpr const char* kAsProtocol = "protocol";  // budget

// Error (input) with line and column on unknown keys, wrong types, empty texts. A method may
// declare training_data, pretraining, prompts, tuned_on and notes; the rest is the harness's own
// doing.
Declaration read_method_declaration(const TomlTable& table);
Declaration read_predictions_declaration(const TomlTable& table);

// What the harness knows of its own runs, for everything that `declared` leaves open.
Declaration complete_for_harness(Declaration declared, const Json& protocol, const Json& weights);

// Joins what an author says with what was found. Error (input) naming `where` and the key if they
// contradict each other.
Declaration join_declarations(const Declaration& declared, const Declaration& found,
                              const std::string& where);

// Every key, null where not declared.
Json to_json(const Declaration& declaration);

}  // namespace voxarena
