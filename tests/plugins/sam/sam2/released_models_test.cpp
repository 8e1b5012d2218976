// The released models against the package sam2: state-dict tables of all (tests/golden/sam2); every
// step of tiny and large at 1024 pixels beside the package itself, if the environment variable
// VOXARENA_PYTHON names an interpreter that has it; their files.
#include <ATen/core/grad_mode.h>
#include <torch/nn.h>

#include "plugins/sam/weights.h"
#include "tests/plugins/sam/sam2/golden.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

using testing::sam2_golden;

// Names and shapes, one a line; parameters and buffers are all values of the file.
void expect_sam2_table(const Json& expected) {
  SCOPED_TRACE(expected["model"]);
  const sam2::Sam2 network(
      sam2::preset(expected["model"].get<std::string>(), testing::release_of(expected)));
  std::vector<std::string> lines;
  std::int64_t values = 0;
  const TensorMap weights = state_dict(network);
  for (const auto& [name, tensor] : weights) {
    lines.push_back(fmt::format("{} {}", name, fmt::join(tensor.sizes(), "x")));
    values += tensor.numel();
  }
  EXPECT_EQ(lines.size(), expected["entries"].get<std::size_t>());
  EXPECT_EQ(values, expected["values"].get<std::int64_t>());
  EXPECT_EQ(sha256(fmt::format("{}", fmt::join(lines, "\n"))),
            expected["sha256"].get<std::string>());
  const sam2::Config found = sam2::recognise(weights, "file");
  EXPECT_EQ(found.trunk.blocks, network.config.trunk.blocks);
  EXPECT_EQ(found.trunk.dim, network.config.trunk.dim);
  EXPECT_EQ(found.release, network.config.release);
}

TEST(Sam2Tables, AllEightReleasedModels) {
  EXPECT_EQ(sam2_golden()["tables"].size(), 8);
  for (const Json& table : sam2_golden()["tables"]) expect_sam2_table(table);
}

void expect_outputs_of_package(const std::string& model, const std::string& version) {
  const char* python = std::getenv("VOXARENA_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "VOXARENA_PYTHON names no interpreter";
  const test::TemporaryFolder folder;
  const std::string script = VOXARENA_SOURCE_DIR "/tests/parity/sam2_outputs.py",
                    file = (folder / "outputs.json").string();
  const int status = std::system(
      fmt::format("'{}' '{}' {} {} '{}'", python, script, model, version, file).c_str());
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "python has no sam2";
  ASSERT_EQ(status, 0);
  testing::expect_sam2(read_json(file));
}

TEST(Sam2Outputs, Tiny21) { expect_outputs_of_package("tiny", "2.1"); }
TEST(Sam2Outputs, Tiny20) { expect_outputs_of_package("tiny", "2.0"); }
TEST(Sam2Outputs, Large21) { expect_outputs_of_package("large", "2.1"); }
TEST(Sam2Outputs, Large20) { expect_outputs_of_package("large", "2.0"); }

TEST(Sam2Files, AnotherSizeOrReleaseIsRefused) {
  const test::TemporaryFolder folder;
  const std::string file = (folder / "tiny.safetensors").string();
  write_safetensors(file,
                    {.tensors = state_dict(sam2::Sam2(sam2::preset("tiny", sam2::Release::v2_1))),
                     .metadata = {}});
  sam2::Sam2 same(sam2::preset("tiny", sam2::Release::v2_1));
  EXPECT_TRUE(sam::load_weights(same, file, {}).exact());
  for (const sam2::Config& other :
       {sam2::preset("small", sam2::Release::v2_1), sam2::preset("tiny", sam2::Release::v2_0)}) {
    sam2::Sam2 network(other);
    try {
      sam::load_weights(network, file, {});
      FAIL();
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("does not fit the network"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace voxarena
