#include <gtest/gtest.h>

#include "tests/data/small_dataset.h"
#include "tests/support/expect_error.h"
#include "voxarena/data/raw_dataset.h"

namespace voxarena {
namespace {

std::string hash(const test::SmallDataset& data, int threads = 1) {
  RunContext context;
  context.threads = threads;
  return dataset_hash(open_raw_dataset("7", Roots{data.root(), {}, {}}), context);
}

TEST(DatasetHash, same_content_same_hash_for_any_folder_and_number_of_threads) {
  const test::SmallDataset data, elsewhere;
  EXPECT_EQ(hash(data), hash(elsewhere));
  EXPECT_EQ(hash(data), hash(data, 4));
}

TEST(DatasetHash, white_space_in_dataset_json_does_not_count) {
  const test::SmallDataset data;
  const std::string before = hash(data);
  test::write_text(data.json(), std::string(test::kDatasetJson) + "\n\n");
  EXPECT_EQ(hash(data), before);
}

TEST(DatasetHash, every_file_counts) {
  const test::SmallDataset data;
  const std::string before = hash(data);
  LabelImage label = test::small_label();
  label.voxels.values[3] = 2;
  write_label(data.label("p_2"), label);
  const std::string after = hash(data);
  EXPECT_NE(after, before);
  std::filesystem::rename(data.image("p_2"), data.root() / "kept");
  std::filesystem::rename(data.image("p_3"), data.image("p_2"));
  std::filesystem::rename(data.root() / "kept", data.image("p_3"));
  EXPECT_EQ(hash(data), after) << "equal images were exchanged";
}

}  // namespace
}  // namespace voxarena
