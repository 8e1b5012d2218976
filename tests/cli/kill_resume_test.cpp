// A benchmark that is killed again and again ends with the same bytes as one that ran through.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "tests/cli/workspace.h"
#include "voxarena/core/random.h"

namespace voxarena::test {
namespace {

namespace fs = std::filesystem;

// What two runs must agree in: checkpoint, predictions, records and tables (without measured
// times).
std::map<std::string, std::string> products(const Workspace& work) {
  const Outcome tables = work.voxarena({"leaderboard", work.results().string(), "-o",
                                        (work.root() / "tables").string(), "--no-times"});
  EXPECT_EQ(tables.exit_code, 0) << tables.err;
  std::map<std::string, std::string> out;
  const auto add = [&](const fs::path& file) {
    out[fs::relative(file, work.root()).string()] = work.read(file);
  };
  add(work.run("plain_unet") / "checkpoint_final.safetensors");
  add(work.run("plain_unet") / "records.csv");
  for (const auto& entry : fs::directory_iterator(work.run("plain_unet") / "predictions"))
    add(entry.path());
  for (const auto& entry : fs::directory_iterator(work.root() / "tables")) add(entry.path());
  return out;
}

std::vector<fs::path> temporary_files(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename().string().rfind(".tmp-", 0) == 0) out.push_back(entry.path());
  }
  return out;
}

TEST(KillAndResume, TwentyRandomKillsChangeNothing) {
  const Workspace undisturbed;
  const auto start = std::chrono::steady_clock::now();
  const Outcome whole = undisturbed.benchmark();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  ASSERT_EQ(whole.exit_code, 0) << whole.err;

  Workspace killed;
  CounterRandom random(20'26, {11});
  int kills = 0;
  for (int attempt = 0; attempt < 400 && kills < 20; ++attempt) {
    const Outcome outcome =
        killed.benchmark({.environment = {}, .kill_after = random.uniform(0.05, seconds)});
    if (outcome.exit_code == 128 + 9) {
      ++kills;
      continue;
    }
    // It got through before the kill: start over, so that every phase is hit.
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    fs::remove_all(killed.root() / "preprocessed");
    fs::remove_all(killed.results());
  }
  EXPECT_EQ(kills, 20);
  const Outcome last = killed.benchmark();
  ASSERT_EQ(last.exit_code, 0) << last.err;

  EXPECT_TRUE(temporary_files(killed.root()).empty()) << temporary_files(killed.root()).front();
  const auto expected = products(undisturbed), actual = products(killed);
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, bytes] : expected) {
    ASSERT_TRUE(actual.count(name) == 1) << name;
    EXPECT_TRUE(actual.at(name) == bytes) << name << " differs";
  }
}

}  // namespace
}  // namespace voxarena::test
