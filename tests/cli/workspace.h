// A small phantom data set with its three roots, to run the program on and to break.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace voxarena::test {

class Workspace {
 public:
  // A copy of one data set of eight cases (made once per process): Dataset900_Phantom, 12 x 24 x 24
  // voxels, two organs.
  Workspace();

  std::filesystem::path root() const { return folder_.path(); }
  std::filesystem::path dataset() const { return root() / "raw" / "Dataset900_Phantom"; }
  std::filesystem::path image(int index) const;
  std::filesystem::path label(int index) const;
  std::filesystem::path preprocessed() const {
    return root() / "preprocessed" / "Dataset900_Phantom";
  }
  std::filesystem::path results() const { return root() / "results"; }
  std::filesystem::path spec() const { return root() / "spec.toml"; }
  // The only run folder below results that has this name for its method.
  std::filesystem::path run(const std::string& method, int fold = 0) const;

  // The command with --raw, --preprocessed, --results of this folder and two threads.
  Outcome voxarena(std::vector<std::string> arguments, const ProgramOptions& options = {}) const;
  // Runs the smoke spec, or what `spec()` was changed to.
  Outcome benchmark(const ProgramOptions& options = {}) const {
    return voxarena({"benchmark", spec().string()}, options);
  }

  void write(const std::filesystem::path& file, const std::string& text) const;
  std::string read(const std::filesystem::path& file) const;
  // Replaces the first `from` in a file; fails the test if there is none.
  void edit(const std::filesystem::path& file, const std::string& from,
            const std::string& to) const;

 private:
  TemporaryFolder folder_;
};

}  // namespace voxarena::test
