// Exchange of b2nd files with python-blosc2, through the interpreter that VOXARENA_PYTHON names.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>

#include "tests/support/temporary_folder.h"
#include "voxarena/data/array_file.h"
#include "voxarena/data/store.h"

namespace voxarena {
namespace {

TEST(StoreParity, files_pass_both_ways) {
  const char* python = std::getenv("VOXARENA_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "VOXARENA_PYTHON names no interpreter";
  PreprocessedCase written;
  written.data = Volume<float>(2, {37, 50, 61});
  written.seg = Volume<std::int16_t>(1, written.data.size);
  auto& data = written.data.values;
  auto& seg = written.seg.values;
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<float>(i % 10007) * 0.25F - 3;
  for (std::size_t i = 0; i < seg.size(); ++i)
    seg[i] = static_cast<std::int16_t>(static_cast<int>(i % 5) - 1);
  written.properties.class_locations = {{1, {{1, 2, 3}}}, {2, {{4, 5, 6}}}};
  const test::TemporaryFolder folder;
  CaseStore(folder.path(), {16, 32, 32}).write("a", written);

  const std::string script = VOXARENA_SOURCE_DIR "/tests/parity/store_roundtrip.py";
  const int status =
      std::system(fmt::format("'{}' '{}' '{}'", python, script, folder.path().string()).c_str());
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "python has no blosc2";
  ASSERT_EQ(status, 0);

  for (const char* name : {"python_lz4hc.b2nd", "python_zstd.b2nd"}) {
    const ArrayFile array(folder / name, kFloat32);
    EXPECT_EQ(array.shape(), (ArrayShape{2, 37, 50, 61}));
    std::vector<float> values(data.size());
    array.read({}, array.shape(), values.data());
    EXPECT_EQ(values, data) << name;
  }
}

}  // namespace
}  // namespace voxarena
