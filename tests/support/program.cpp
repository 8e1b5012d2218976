#include "tests/support/program.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "tests/support/temporary_folder.h"

namespace voxarena::test {
namespace fs = std::filesystem;
namespace {

// Runs in the child: replaces it by the program or ends it.
[[noreturn]] void become_program(const std::vector<std::string>& arguments,
                                 const ProgramOptions& options, const fs::path& out,
                                 const fs::path& err) {
  const auto redirect = [](const char* path, int flags, int to) {
    const int file = ::open(path, flags, 0600);
    ::dup2(file, to);
  };
  redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  redirect(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
  redirect(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
  if (options.file_size_limit > 0) {
    const auto limit = static_cast<rlim_t>(options.file_size_limit);
    const rlimit bound{limit, limit};
    ::setrlimit(RLIMIT_FSIZE, &bound);
    ::signal(SIGXFSZ, SIG_IGN);  // writing past the limit then fails as on a full disk
  }
  if (options.permissions_bind_root && ::geteuid() == 0) {
    ::prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
    ::prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH, 0, 0, 0);
  }
  for (const std::string& entry : options.environment) ::putenv(const_cast<char*>(entry.c_str()));
  const std::string program = VOXARENA_BINARY_DIR "/bin/voxarena";
  std::vector<char*> values{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments)
    values.push_back(const_cast<char*>(argument.c_str()));
  values.push_back(nullptr);
  ::execv(program.c_str(), values.data());
  ::_exit(127);
}

}  // namespace

Outcome run_voxarena(const std::vector<std::string>& arguments, const ProgramOptions& options) {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out", err = folder.path() / "err";
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) become_program(arguments, options, out, err);

  int status = 0;
  if (options.kill_after > 0) {
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::duration<double>(options.kill_after);
    while (::waitpid(child, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() >= end) {
        ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  } else {
    ::waitpid(child, &status, 0);
  }
  Outcome outcome;
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.out = read_text(out);
  outcome.err = read_text(err);
  return outcome;
}

}  // namespace voxarena::test
