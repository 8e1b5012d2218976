#include "benchmark/nnunet_layout.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "voxarena/core/files.h"

namespace voxarena {

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
