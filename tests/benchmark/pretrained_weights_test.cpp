#include "benchmark/pretrained_weights.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace voxarena {
namespace {

PretrainedWeights find(const std::string& value) {
  Info info;
  info.options = {Option::text("weights", "")};
  return find_pretrained_weights(Options::from_json({{"weights", value}}, info.options, "test"),
                                 info, "spec.toml:3");
}

TEST(PretrainedWeights, AreNoneWithoutAFile) {
  EXPECT_TRUE(to_json(find_pretrained_weights({}, Info{}, "test")).is_null());
  for (const char* value : {"", "random"}) {  // one is as good as the other
    EXPECT_EQ(to_json(find(value)), (Json{{"from_scratch", true}}));
    EXPECT_FALSE(find(value).from_file());
  }
}

TEST(PretrainedWeights, AreKnownByTheirHash) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "net.pth", "abc");
  const PretrainedWeights weights = find((folder / "net.pth").string());
  EXPECT_EQ(weights.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(weights.from_file());
  EXPECT_EQ(describe_pretrained_weights(to_json(weights)), "net.pth, SHA-256 ba7816bf8f01");
  EXPECT_EQ(describe_pretrained_weights({{"file", "x.pth"},
                                         {"sha256", "0123"},
                                         {"known_as", "SAM ViT-B (sam_vit_b_01ec64.pth)"}}),
            "SAM ViT-B (sam_vit_b_01ec64.pth)");
}

TEST(PretrainedWeights, AreLookedForBeforeAnythingRuns) {
  EXPECT_INPUT_ERROR(find("absent.pth"), "spec.toml:3: weights: absent.pth is no file");
}

TEST(PretrainedWeights, MustBeThoseOfTheTraining) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "net.pth", "abc");
  const Json entry = to_json(find((folder / "net.pth").string()));
  EXPECT_NO_THROW(require_same_weights(entry, "manifest.json"));
  test::write_text(folder / "net.pth", "abd");
  EXPECT_INPUT_ERROR(require_same_weights(entry, "manifest.json"), "are others than");
  std::filesystem::remove(folder / "net.pth");
  EXPECT_INPUT_ERROR(require_same_weights(entry, "manifest.json"), "are not there");
}

}  // namespace
}  // namespace voxarena
