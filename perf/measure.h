// What the programs of this folder share: time, peak memory, plain files of numbers.
#pragma once

#include <fmt/core.h>
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace voxarena::perf {

class Stopwatch {
 public:
  // Seconds on the clock and of all threads' processor time so far, peak memory of the process.
  std::string json() const {
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start_;
    const double cpu = static_cast<double>(std::clock() - cpu_) / CLOCKS_PER_SEC;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return fmt::format(R"({{"seconds": {:.4f}, "cpu_seconds": {:.4f}, "peak_mib": {}}})",
                       seconds.count(), cpu, usage.ru_maxrss / 1024);
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::clock_t cpu_ = std::clock();
};

// "1,2,3"
template <class T>
std::array<T, 3> triple(const std::string& text) {
  std::array<T, 3> values{};
  std::istringstream stream(text);
  char comma = 0;
  stream >> values[0] >> comma >> values[1] >> comma >> values[2];
  return values;
}

template <class T>
void read_values(const std::string& file, std::vector<T>& values) {
  std::ifstream(file, std::ios::binary)
      .read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(T)));
}

template <class T>
void write_values(const std::string& file, const std::vector<T>& values) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(T)));
}

}  // namespace voxarena::perf
