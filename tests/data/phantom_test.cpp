#include "voxarena/data/phantom.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/hash.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/raw_dataset.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

PhantomOptions small() {
  PhantomOptions options;
  options.cases = 5;
  options.size = {20, 32, 32};
  options.spacing = {4, 2, 2};
  return options;
}

struct Region {
  std::int64_t voxels = 0;
  double mean = 0;
};

std::map<int, Region> regions(const Phantom& phantom) {
  std::map<int, Region> out;
  const auto& labels = phantom.label.voxels.values;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    Region& region = out[labels[i]];
    ++region.voxels;
    region.mean += phantom.image.voxels.values[i];
  }
  for (auto& [label, region] : out) region.mean /= static_cast<double>(region.voxels);
  return out;
}

TEST(Phantom, every_organ_is_in_every_case) {
  for (std::int64_t index = 0; index < 10; ++index) {
    const auto found = regions(make_phantom({}, index));
    ASSERT_EQ(found.size(), 5U) << "case " << index;
    for (const auto& [label, region] : found)
      EXPECT_GT(region.voxels, 150) << "label " << label << ", case " << index;
  }
}

TEST(Phantom, twelve_organs_fit) {
  PhantomOptions options;
  options.classes = 12;
  EXPECT_EQ(regions(make_phantom(options, 0)).size(), 13U);
}

// The tumour (2) lies inside the liver (1): darker, and every neighbour that is not tumour is
// liver.
TEST(Phantom, the_tumour_lies_in_the_liver) {
  const Phantom phantom = make_phantom({}, 3);
  const auto found = regions(phantom);
  EXPECT_GT(found.at(2).mean, 1.3 * found.at(1).mean);
  EXPECT_LT(found.at(2).voxels, found.at(1).voxels / 2);
  const Volume<std::int16_t>& label = phantom.label.voxels;
  std::int64_t to_liver = 0, to_others = 0;
  for (std::int64_t z = 0; z < label.size[0]; ++z) {
    for (std::int64_t y = 0; y < label.size[1]; ++y) {
      for (std::int64_t x = 1; x < label.size[2]; ++x) {
        const int a = label.at(0, z, y, x - 1), b = label.at(0, z, y, x);
        if (a == b || (a != 2 && b != 2)) continue;
        (a + b == 3 ? to_liver : to_others) += 1;
      }
    }
  }
  EXPECT_GT(to_liver, 50);
  EXPECT_LT(to_others, to_liver / 4);
}

TEST(Phantom, air_is_zero_and_body_is_not) {
  const Phantom phantom = make_phantom({}, 0);
  const auto& values = phantom.image.voxels.values;
  const auto zeros = std::count(values.begin(), values.end(), 0.0F);
  EXPECT_GT(zeros, static_cast<std::ptrdiff_t>(values.size() / 5));
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_TRUE(std::isfinite(values[i]) && values[i] >= 0);
    ASSERT_TRUE(phantom.label.voxels.values[i] == 0 || values[i] > 0);
  }
}

TEST(Phantom, cases_vary_in_size_spacing_and_brightness) {
  const Phantom a = make_phantom({}, 0), b = make_phantom({}, 1);
  EXPECT_NE(a.image.voxels.size, b.image.voxels.size);
  EXPECT_NE(a.image.geometry.spacing, b.image.geometry.spacing);
  EXPECT_NE(std::lround(regions(a).at(1).mean), std::lround(regions(b).at(1).mean));
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double typical = static_cast<double>(PhantomOptions{}.size[axis]);
    EXPECT_NEAR(static_cast<double>(a.image.voxels.size[axis]), typical, 0.15 * typical + 1);
  }
}

TEST(Phantom, seed_and_index_decide_everything) {
  EXPECT_EQ(make_phantom(small(), 2).image.voxels.values,
            make_phantom(small(), 2).image.voxels.values);
  PhantomOptions other = small();
  other.seed = 2;
  EXPECT_NE(make_phantom(small(), 2).image.voxels.values,
            make_phantom(other, 2).image.voxels.values);
}

TEST(Phantom, the_folder_is_a_valid_data_set_for_any_number_of_threads) {
  const test::TemporaryFolder root;
  RunContext context;
  context.quiet = true;
  std::string hashes[2];
  for (const int threads : {1, 2}) {
    const std::filesystem::path folder = root / (threads == 1 ? "Dataset001_A" : "Dataset001_B");
    context.threads = threads;
    write_phantom_dataset(folder, small(), context);
    const RawDataset dataset = open_raw_dataset(folder, {});
    EXPECT_EQ(dataset.cases.size(), 5U);
    EXPECT_EQ(dataset.labels.heads(), 5);
    EXPECT_NO_THROW(verify_dataset(dataset, context));
    hashes[threads - 1] = dataset_hash(dataset, context);
  }
  EXPECT_EQ(hashes[0], hashes[1]);
}

TEST(Phantom, goes_on_after_an_interruption) {
  const test::TemporaryFolder whole, interrupted;
  RunContext context;
  context.quiet = true;
  const std::filesystem::path folder = interrupted / "Dataset900_Phantom";
  write_phantom_dataset(whole / "Dataset900_Phantom", small(), context);
  *context.stop = true;
  EXPECT_THROW(write_phantom_dataset(folder, small(), context), Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "dataset.json"));
  *context.stop = false;
  PhantomOptions others = small();
  others.spacing[0] *= 2;
  EXPECT_INPUT_ERROR(write_phantom_dataset(folder, others, context), "is not an empty folder");
  write_phantom_dataset(folder, small(), context);
  EXPECT_EQ(dataset_hash(open_raw_dataset(folder, {}), context),
            dataset_hash(open_raw_dataset(whole / "Dataset900_Phantom", {}), context));
  EXPECT_FALSE(std::filesystem::exists(folder / "unfinished_phantom.json"));
}

TEST(Phantom, impossible_wishes) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "kept", "x");
  EXPECT_INPUT_ERROR(write_phantom_dataset(folder.path(), small(), {}), "is not an empty folder");
  for (const auto& change : std::vector<void (*)(PhantomOptions&)>{
           [](PhantomOptions& o) { o.classes = 0; }, [](PhantomOptions& o) { o.classes = 13; },
           [](PhantomOptions& o) { o.cases = 0; }, [](PhantomOptions& o) { o.size[1] = 0; },
           [](PhantomOptions& o) { o.spacing[2] = 0; }}) {
    PhantomOptions options = small();
    change(options);
    EXPECT_THROW(write_phantom_dataset(folder / "new", options, {}), Error);
    EXPECT_FALSE(std::filesystem::exists(folder / "new"));
  }
}

}  // namespace
}  // namespace voxarena
