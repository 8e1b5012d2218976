// Runs the built program as a user would.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace voxarena::test {

struct Outcome {
  int exit_code = 0;  // 128 + signal if it was killed
  std::string out, err;
};

struct ProgramOptions {
  std::vector<std::string> environment;  // "NAME=value", beside the test's own
  double kill_after = 0;                 // seconds until SIGKILL; 0: never
  long file_size_limit = 0;              // bytes a file may have; 0: no limit
};

// voxarena ARGUMENTS..., standard input closed.
Outcome run_voxarena(const std::vector<std::string>& arguments, const ProgramOptions& options = {});

// An empty folder that is removed at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace voxarena::test
