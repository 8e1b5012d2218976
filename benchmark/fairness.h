// Which rows may be ranked against each other (docs/protocol.md). Everything that a table decides
// about a row beside its numbers is decided here, from its manifest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "voxarena/core/json.h"

namespace voxarena {

// Rules, named after the pitfalls in "nnU-Net Revisited" (Isensee et al. 2024).
enum class Rule : std::uint8_t {
  one_change,    // P1: only the method differs: no other data, weights, ensembles, budget, ...
  same_care,     // P2: planned and tuned alike, not on the data of the table
  enough_data,   // P3: data sets that can tell methods apart, and several for a general claim
  same_reports,  // P4: same splits, cases, classes and metrics; overlap and boundary
};
const char* to_string(Rule rule);  // "P1"
const char* describe(Rule rule);   // "only the method differs"

// One thing that sets a row apart from those that had only the protocol.
struct Factor {
  Rule rule = Rule::one_change;
  std::string key;  // of the manifest: "information.ensemble"
  std::string
      block;         // what the block is called: "ensemble of 5 models"; undeclared: the key's name
  std::string note;  // footnote; may be empty
  bool undeclared = false;
};

// `information` of a manifest, or what older manifests say in other places; nothing where another
// tool's author declared nothing.
Json information_of(const Json& manifest);

// Factors that put the row into another block. Empty: the block of the protocol.
std::vector<Factor> find_factors(const Json& manifest);

// "pre-trained weights; ensemble of 5 models; not declared: prompts". Empty for no factors. Rows
// are ranked together if this and the protocol id are equal.
std::string block_name(const std::vector<Factor>& factors);

// Whether the method can start from pre-trained weights and did not (trained from scratch, or
// random weights where nothing is trained): it stays among the rows of the protocol, and the table
// says so.
bool starts_from_scratch(const Json& manifest);
std::string mark_of_start_from_scratch(const Json& manifest);  // beside the name
// "trained from scratch, without the pre-trained weights that the method can start from (preset =
// mini)": with the network that the options chose.
std::string describe_start_from_scratch(const Json& manifest);

// Whether the row is a baseline that configures itself for every data set: what a claim must be
// measured against (P2).
bool configures_itself(const Json& manifest);
// "NSD", "HD95:medpy": what must stand beside an overlap metric (P4).
bool is_boundary_metric(const std::string& key);

// Error (input) if the manifest's protocol_id is not the hash of its protocol: rows of one id must
// have one protocol.
void require_own_protocol(const Json& manifest, const std::filesystem::path& file);
std::string protocol_id(const Json& protocol);

}  // namespace voxarena
