#include "benchmark/run_folder.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/temporary_folder.h"

namespace voxarena {
namespace {

TEST(RunFolder, LiesBelowDatasetProtocolAndMethod) {
  MethodEntry entry;
  entry.plugin = "masksam";
  entry.name = "MaskSAM (mini encoder)";
  EXPECT_EQ(run_folder("results", "Dataset004_Hippocampus", "0123456789ab", entry.folder(), 2).path,
            "results/Dataset004_Hippocampus/0123456789ab/masksam_mini_encoder/fold_2");
}

TEST(Manifest, IsEmptyBeforeTheRunBegan) {
  const test::TemporaryFolder folder;
  EXPECT_TRUE(read_manifest({folder.path()}).empty());
}

TEST(Manifest, ChangesJoinObjectsAndKeepNulls) {
  const test::TemporaryFolder folder;
  const RunFolder run{folder.path()};
  update_manifest(
      run, {{"status", "started"}, {"plan", {{"dropout", nullptr}}}, {"seconds", {{"train", 2}}}});
  update_manifest(run, {{"status", "finished"}, {"seconds", {{"predict", 3}}}});
  EXPECT_EQ(read_manifest(run), (Json{{"status", "finished"},
                                      {"plan", {{"dropout", nullptr}}},
                                      {"seconds", {{"train", 2}, {"predict", 3}}}}));
}

}  // namespace
}  // namespace voxarena
