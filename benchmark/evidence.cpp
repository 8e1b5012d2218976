#include "benchmark/evidence.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/hash.h"
#include "voxarena/core/version.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

constexpr const char* kReadme =
    R"(# Evidence

Everything that the tables in `tables/` were computed from, and nothing else: no images, no weights, no predictions.

* `runs/`: of every run its manifest (protocol, plan, deviations, costs, versions), its per-case records (`records.csv`) and
  its training log.
* `specs/`: the specs of the benchmarks.
* `SHA256SUMS`: of every file of this folder.

`sh rebuild.sh` checks the sums, computes all tables anew from the records into `rebuilt/` and compares them byte by byte.
It needs VoxArena {version} (`VOXARENA=/path/to/voxarena sh rebuild.sh` names the program).
)";

constexpr const char* kRebuild = R"sh(#!/bin/sh
# Checks this folder and rebuilds every table from the records.
set -eu
cd "$(dirname "$0")"
sha256sum --check --quiet SHA256SUMS
rm -rf rebuilt
"${VOXARENA:-voxarena}" leaderboard runs --output rebuilt ARGUMENTS
diff -r tables rebuilt
echo "rebuilt/ and tables/ are identical"
)sh";

void replace_word(std::string& text, const std::string& word, const std::string& by) {
  text.replace(text.find(word), word.size(), by);
}

std::string folder_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    out += std::isalnum(byte) != 0 || c == '-' ? static_cast<char>(std::tolower(byte)) : '_';
  }
  return out;
}

// The options of `voxarena leaderboard` that give the same tables.
std::string arguments_of(const ReportOptions& options) {
  std::string text = fmt::format(
      "--format {} --metric '{}' --statistics '{}' --samples {} --no-pictures",
      fmt::join(options.formats, ","), options.metric,
      options.statistics.empty() ? "none" : fmt::format("{}", fmt::join(options.statistics, ",")),
      options.bootstrap.samples);
  if (!options.table.with_times) text += " --no-times";
  if (options.latex_spread == LatexSpread::interval) text += " --latex-spread interval";
  return text;
}

// Where a run lies in the bundle. Two names may give the same folder.
fs::path place_of(const FinishedRun& run, const fs::path& runs) {
  const Json& manifest = run.manifest;
  const fs::path protocol = runs / folder_name(manifest.at("dataset").get<std::string>()) /
                            folder_name(manifest.at("protocol_id").get<std::string>());
  const std::string method = folder_name(manifest.at("name").get<std::string>());
  const std::string fold = fmt::format("fold_{}", manifest.at("fold").get<int>());
  fs::path place = protocol / method / fold;
  for (int i = 2; fs::exists(place); ++i) place = protocol / fmt::format("{}_{}", method, i) / fold;
  return place;
}

void copy_if_there(const fs::path& from, const fs::path& to) {
  if (fs::exists(from)) write_file(to, read_file(from), Flush::no);
}

void copy_specs(const std::vector<fs::path>& folders, const fs::path& specs) {
  std::vector<fs::path> found;
  for (const fs::path& folder : folders) {
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; it != end; it.increment(error))
      if (it->path().filename() == "spec.toml") found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  for (const fs::path& file : found) {
    const std::string name = folder_name(file.parent_path().filename().string());
    fs::path target = specs / (name + ".toml");
    for (int i = 2; fs::exists(target); ++i) target = specs / fmt::format("{}_{}.toml", name, i);
    copy_if_there(file, target);
  }
}

// In the form that sha256sum --check reads, sorted by path.
std::string checksums(const fs::path& bundle) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(bundle))
    if (entry.is_regular_file())
      files.push_back(fs::relative(entry.path(), bundle).generic_string());
  std::sort(files.begin(), files.end());
  std::string text;
  for (const std::string& file : files)
    text += fmt::format("{}  {}\n", sha256_file(bundle / file), file);
  return text;
}

}  // namespace

void write_evidence(const std::vector<fs::path>& folders, const std::vector<FinishedRun>& runs,
                    const fs::path& bundle, const ReportOptions& options,
                    const RunContext& context) {
  std::error_code error;
  if (fs::exists(bundle) && !fs::is_empty(bundle, error)) {
    throw Error::usage(fmt::format("--bundle: {} is there already", bundle.string()),
                       "name a new folder, or remove that one");
  }
  make_folder(bundle);
  for (const FinishedRun& run : runs) {
    const fs::path place = place_of(run, bundle / "runs");
    for (const char* file : {"manifest.json", "records.csv", "log.jsonl"})
      copy_if_there(run.folder / file, place / file);
  }
  copy_specs(folders, bundle / "specs");
  ReportOptions without_pictures = options;
  without_pictures.pictures = false;
  write_reports(find_finished_runs({bundle / "runs"}, context), bundle / "tables", without_pictures,
                context);
  std::string readme = kReadme, rebuild = kRebuild;
  replace_word(readme, "{version}", VOXARENA_VERSION);
  replace_word(rebuild, "ARGUMENTS", arguments_of(options));
  write_file(bundle / "README.md", readme);
  write_file(bundle / "rebuild.sh", rebuild);
  write_file(bundle / "SHA256SUMS", checksums(bundle));
}

}  // namespace voxarena
