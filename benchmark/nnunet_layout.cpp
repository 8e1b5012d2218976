#include "benchmark/nnunet_layout.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <regex>

#include "voxarena/core/files.h"

namespace voxarena {

std::optional<NnunetModelName> parse_model_name(const std::string& folder) {
  const std::size_t first = folder.find("__");
  const std::size_t second = first == std::string::npos ? first : folder.find("__", first + 2);
  if (second == std::string::npos || folder.starts_with("ensemble_")) return std::nullopt;
  return NnunetModelName{folder.substr(0, first), folder.substr(first + 2, second - first - 2),
                         folder.substr(second + 2)};
}

std::optional<NnunetTrainer> parse_trainer(const std::string& name) {
  static const std::regex pattern("nnUNetTrainer(_([0-9]{1,6})epochs?)?(_?NoMirroring|NoDA)?");
  std::smatch match;
  if (!std::regex_match(name, match, pattern)) return std::nullopt;
  NnunetTrainer trainer{.epochs = {}, .mirrors = !match[3].matched, .augments = match[3] != "NoDA"};
  if (match[2].matched) trainer.epochs = std::stoll(match[2].str());
  return trainer;
}

std::string join_folds(const FoldNames& folds) { return fmt::format("{}", fmt::join(folds, "_")); }

std::string ensemble_name(const NnunetModelName& a, const NnunetModelName& b,
                          const FoldNames& folds) {
  return fmt::format("ensemble___{}___{}___{}", a.folder(), b.folder(), join_folds(folds));
}

void copy_model_description(const std::filesystem::path& model,
                            const std::filesystem::path& folder) {
  for (const char* name : {"plans.json", "dataset.json"})
    write_file(folder / name, read_file(model / name));
}

}  // namespace voxarena
