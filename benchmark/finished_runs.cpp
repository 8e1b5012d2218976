#include "benchmark/finished_runs.h"

#include <fmt/core.h>

#include <algorithm>

#include "benchmark/manifest_check.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace fs = std::filesystem;

std::vector<FinishedRun> find_finished_runs(const std::vector<fs::path>& folders,
                                            const RunContext& context) {
  std::vector<fs::path> manifests;
  for (const fs::path& folder : folders) {
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; it != end; it.increment(error)) {
      if (it->path().filename() == "manifest.json") manifests.push_back(it->path());
    }
    if (error)
      throw Error::input(fmt::format("{}: {}", folder.string(), error.message()),
                         "name a folder that holds runs");
  }
  std::sort(manifests.begin(), manifests.end());
  manifests.erase(std::unique(manifests.begin(), manifests.end()), manifests.end());
  std::vector<FinishedRun> runs;
  std::size_t unfinished = 0;
  for (const fs::path& file : manifests) {
    Json manifest = read_json(file);
    if (manifest_status(manifest, file) != "finished") {
      ++unfinished;
      continue;
    }
    require_manifest(manifest, file);
    runs.push_back({file.parent_path(), std::move(manifest)});
  }
  if (unfinished > 0) {
    context.warn(fmt::format("{} {} not finished and left out", unfinished,
                             unfinished == 1 ? "run is" : "runs are"));
  }
  return runs;
}

std::vector<FinishedRun> require_finished_runs(const std::vector<fs::path>& folders,
                                               const RunContext& context) {
  std::vector<FinishedRun> runs = find_finished_runs(folders, context);
  if (runs.empty()) {
    throw Error::input(fmt::format("{}: no finished run is there",
                                   folders.empty() ? "" : folders.front().string()),
                       "run 'voxarena benchmark' first, or name the folder that holds its results");
  }
  return runs;
}

}  // namespace voxarena
