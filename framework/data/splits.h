// Cross-validation splits, equal to nnU-Net's: KFold(5, shuffle, seed 12345), splits_final.json
// honoured.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace voxarena {

struct Split {
  std::vector<std::string> train, val;
};

// Five folds of sorted case ids. Error (input) for fewer than five cases.
std::vector<Split> five_fold_splits(std::vector<std::string> cases);

// Reads and validates splits_final.json: every case known, none in both halves, halves not empty.
// Whether it keeps patients together is for data/patients.h to say.
std::vector<Split> read_splits(const std::filesystem::path& file,
                               const std::vector<std::string>& cases);
// Content of such a file, as Python writes it.
std::string splits_text(const std::vector<Split>& splits);

// nnU-Net's fold "all": every case is in both halves.
inline constexpr int kAllCases = -1;
std::string fold_name(int fold);               // "0", "all"
int parse_fold(const std::string& fold_name);  // Error (usage) unless a number or "all"

// Fold `fold` of `splits`; beyond the last one nnU-Net's random 80:20 split with seed 12345 + fold.
Split select_fold(const std::vector<Split>& splits, int fold, std::vector<std::string> cases);

// SHA-256 of a split's canonical JSON.
std::string split_hash(const Split& split);

}  // namespace voxarena
