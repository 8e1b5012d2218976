// Runs the built program as a user would.
#pragma once

#include <string>
#include <vector>

namespace voxarena::test {

struct Outcome {
  int exit_code = 0;  // 128 + signal if it was killed
  std::string out, err;
};

struct ProgramOptions {
  std::vector<std::string> environment = {};  // "NAME=value", beside the test's own
  double kill_after = 0;                      // seconds until SIGKILL; 0: never
  long file_size_limit = 0;                   // bytes a file may have; 0: no limit
  bool permissions_bind_root = false;         // as they bind every other user
};

// voxarena ARGUMENTS..., standard input closed.
Outcome run_voxarena(const std::vector<std::string>& arguments, const ProgramOptions& options = {});

}  // namespace voxarena::test
