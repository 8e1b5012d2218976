#include "voxarena/data/store.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/parallel.h"
#include "voxarena/core/random.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

PreprocessedCase make_case(const Extent& size = {9, 20, 31}) {
  PreprocessedCase out;
  out.data = Volume<float>(2, size);
  out.seg = Volume<std::int16_t>(1, size);
  CounterRandom random(5, {});
  for (float& value : out.data.values) value = static_cast<float>(random.normal());
  for (std::int16_t& value : out.seg.values)
    value = static_cast<std::int16_t>(random.integer(-1, 3));
  CaseProperties& properties = out.properties;
  properties.geometry.spacing = {2, 0.7, 1.0 / 3};
  properties.geometry.origin = {-1e-9, 1.5, 12345.678};
  properties.geometry.direction = {0, -1, 0, 1, 0, 0, 0, 0, 1};
  properties.shape_before_cropping = {12, 22, 33};
  properties.crop = {{1, 2, 0}, {11, 20, 33}};
  properties.shape_after_cropping = {10, 18, 33};
  properties.class_locations = {{1, {{0, 0, 0}, {8, 19, 30}}}, {2, {}}, {3, {{4, 5, 6}}}};
  return out;
}

// What a window must hold, voxel by voxel.
template <class T>
void expect_window(const Volume<T>& got, const Volume<T>& whole, const Box& window, T outside) {
  ASSERT_EQ(got.size, window.size());
  ASSERT_EQ(got.channels, whole.channels);
  for (std::int64_t c = 0; c < whole.channels; ++c) {
    for (std::int64_t z = window.lo[0]; z < window.hi[0]; ++z) {
      for (std::int64_t y = window.lo[1]; y < window.hi[1]; ++y) {
        for (std::int64_t x = window.lo[2]; x < window.hi[2]; ++x) {
          const bool inside = z >= 0 && y >= 0 && x >= 0 && z < whole.size[0] &&
                              y < whole.size[1] && x < whole.size[2];
          ASSERT_EQ(got.at(c, z - window.lo[0], y - window.lo[1], x - window.lo[2]),
                    inside ? whole.at(c, z, y, x) : outside)
              << c << ", " << z << ", " << y << ", " << x;
        }
      }
    }
  }
}

TEST(CaseStore, a_case_comes_back_as_it_was) {
  const TemporaryFolder folder;
  const CaseStore store(folder.path(), {8, 16, 16});
  const PreprocessedCase written = make_case();
  EXPECT_FALSE(store.has("a"));
  store.write("a", written);
  EXPECT_TRUE(store.has("a"));
  const PreprocessedCase read = store.read("a");
  EXPECT_EQ(read.data.values, written.data.values);
  EXPECT_EQ(read.data.size, written.data.size);
  EXPECT_EQ(read.seg.values, written.seg.values);
  EXPECT_EQ(read.properties.geometry.file_dimension, 3);
  EXPECT_EQ(read.properties.geometry.spacing, written.properties.geometry.spacing);
  EXPECT_EQ(read.properties.geometry.origin, written.properties.geometry.origin);
  EXPECT_EQ(read.properties.geometry.direction, written.properties.geometry.direction);
  EXPECT_EQ(read.properties.shape_before_cropping, written.properties.shape_before_cropping);
  EXPECT_EQ(read.properties.crop, written.properties.crop);
  EXPECT_EQ(read.properties.shape_after_cropping, written.properties.shape_after_cropping);
  EXPECT_EQ(read.properties.class_locations, written.properties.class_locations);
}

TEST(CaseStore, lists_complete_cases_only) {
  const TemporaryFolder folder;
  const CaseStore store(folder.path(), {1, 16, 16});
  for (const char* id : {"b.2", "a_1", "c"}) store.write(id, make_case({1, 20, 31}));
  fs::remove(folder / "c_seg.b2nd");
  test::write_text(folder / "dataset.json", "{}");
  EXPECT_EQ(store.cases(), (std::vector<std::string>{"a_1", "b.2"}));
  store.remove("a_1");
  EXPECT_EQ(store.cases(), (std::vector<std::string>{"b.2"}));
  EXPECT_TRUE(CaseStore(folder / "absent", {1, 1, 1}).cases().empty());
}

TEST(CaseStore, the_same_case_gives_the_same_bytes) {
  const TemporaryFolder folder;
  const CaseStore store(folder.path(), {8, 16, 16});
  store.write("a", make_case());
  store.write("b", make_case());
  for (const char* ending : {".pkl", ".b2nd", "_seg.b2nd"}) {
    EXPECT_EQ(test::read_text(folder.path() / (std::string("a") + ending)),
              test::read_text(folder.path() / (std::string("b") + ending)))
        << ending;
  }
}

TEST(StoredCase, windows_inside_across_and_outside_the_volume) {
  const TemporaryFolder folder;
  const PreprocessedCase written = make_case();
  CaseStore(folder.path(), {8, 16, 16}).write("a", written);
  const StoredCase stored(folder.path(), "a");
  EXPECT_EQ(stored.size(), (Extent{9, 20, 31}));
  EXPECT_EQ(stored.channels(), 2);
  for (const Box& window :
       {Box{{0, 0, 0}, {9, 20, 31}}, Box{{2, 3, 4}, {5, 17, 30}}, Box{{4, 4, 4}, {5, 5, 5}},
        Box{{-3, -2, -1}, {4, 25, 8}}, Box{{7, 18, 29}, {12, 22, 40}},
        Box{{-20, 0, 0}, {-10, 5, 5}}, Box{{0, 30, 0}, {2, 35, 2}}}) {
    expect_window(stored.read_data(window), written.data, window, 0.0F);
    expect_window(stored.read_seg(window), written.seg, window, std::int16_t{-1});
  }
}

TEST(StoredCase, threads_read_at_once) {
  const TemporaryFolder folder;
  const PreprocessedCase written = make_case({30, 40, 50});
  CaseStore(folder.path(), {16, 16, 16}).write("a", written);
  const StoredCase stored(folder.path(), "a");
  std::atomic<int> wrong{0};
  parallel_for(200, 4, [&](std::int64_t i) {
    CounterRandom random(1, {static_cast<std::uint64_t>(i)});
    const Extent lo{random.integer(0, 14), random.integer(0, 24), random.integer(0, 34)};
    const Volume<float> got = stored.read_data({lo, {lo[0] + 16, lo[1] + 16, lo[2] + 16}});
    for (std::int64_t z = 0; z < 16; ++z) {
      for (std::int64_t y = 0; y < 16; ++y) {
        if (got.at(1, z, y, 9) != written.data.at(1, lo[0] + z, lo[1] + y, lo[2] + 9)) ++wrong;
      }
    }
    if (stored.class_locations().size() != 3) ++wrong;
  });
  EXPECT_EQ(wrong, 0);
}

TEST(StoredCase, damaged_cases_name_the_file) {
  const TemporaryFolder folder;
  const CaseStore store(folder.path(), {8, 16, 16});
  const auto open = [&] { return StoredCase(folder.path(), "a").class_locations(); };
  EXPECT_INPUT_ERROR(open(), "a.pkl");
  for (const char* name : {"a.b2nd", "a_seg.b2nd"}) {
    store.write("a", make_case());
    test::truncate_file(folder / name, 150);
    EXPECT_INPUT_ERROR(open(), std::string(name) + ": is truncated");
    fs::remove(folder / name);
    EXPECT_INPUT_ERROR(open(), name);
  }
  store.write("a", make_case());
  store.write("other", make_case({9, 20, 32}));
  fs::copy_file(folder / "other_seg.b2nd", folder / "a_seg.b2nd",
                fs::copy_options::overwrite_existing);
  EXPECT_INPUT_ERROR(open(), "a_seg.b2nd: does not have the size of the image");
  PreprocessedCase beyond = make_case();
  beyond.properties.class_locations[3].push_back({9, 0, 0});
  store.write("a", beyond);
  EXPECT_INPUT_ERROR(open(), "a.pkl: names a voxel outside the image");
}

}  // namespace
}  // namespace voxarena
