#include "tests/cli/workspace.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace voxarena::test {
namespace fs = std::filesystem;
namespace {

constexpr const char* kSmokeSpec = R"(name = "smoke"
datasets = ["Dataset900_Phantom"]
folds = [0]
[protocol]
budget = "smoke"
iterations = 8
iterations_per_epoch = 2
mirror_axes = [2]
[[method]]
plugin = "plain_unet"
)";

const fs::path& phantom() {
  static const TemporaryFolder folder;
  static const fs::path dataset = [] {
    const fs::path path = folder.path() / "Dataset900_Phantom";
    const Outcome outcome = run_voxarena({"phantom", path.string(), "--cases", "8", "--classes",
                                          "2", "--size", "12,24,24", "--quiet"});
    if (outcome.exit_code != 0) throw std::runtime_error("voxarena phantom: " + outcome.err);
    return path;
  }();
  return dataset;
}

fs::path nth_file(const fs::path& folder, int index) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files.at(static_cast<std::size_t>(index));
}

}  // namespace

Workspace::Workspace() {
  fs::create_directories(dataset().parent_path());
  fs::copy(phantom(), dataset(), fs::copy_options::recursive);
  write(spec(), kSmokeSpec);
}

fs::path Workspace::image(int index) const { return nth_file(dataset() / "imagesTr", index); }
fs::path Workspace::label(int index) const { return nth_file(dataset() / "labelsTr", index); }

fs::path Workspace::run(const std::string& method, int fold) const {
  for (const auto& protocol : fs::directory_iterator(results() / "Dataset900_Phantom")) {
    const fs::path folder = protocol.path() / method / fmt::format("fold_{}", fold);
    if (fs::exists(folder)) return folder;
  }
  throw std::runtime_error("no run of " + method);
}

Outcome Workspace::voxarena(std::vector<std::string> arguments,
                            const ProgramOptions& options) const {
  for (const char* name : {"raw", "preprocessed", "results"}) {
    arguments.push_back(std::string("--") + name);
    arguments.push_back((root() / name).string());
  }
  arguments.insert(arguments.end(), {"--threads", "2"});
  return run_voxarena(arguments, options);
}

void Workspace::write(const fs::path& file, const std::string& text) const {
  write_text(file, text);
}

std::string Workspace::read(const fs::path& file) const {
  if (!fs::exists(file)) throw std::runtime_error("there is no " + file.string());
  return read_text(file);
}

void Workspace::edit(const fs::path& file, const std::string& from, const std::string& to) const {
  std::string text = read(file);
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error(from + " is not in " + file.string());
  write(file, text.replace(at, from.size(), to));
}

}  // namespace voxarena::test
