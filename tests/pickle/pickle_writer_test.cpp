#include "voxarena/pickle/pickle_writer.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "voxarena/pickle/pickle.h"

namespace voxarena {
namespace {

TEST(PickleWriter, PlainValuesComeBack) {
  pickle::Writer writer(2);
  writer.begin_list();
  const std::vector<std::int64_t> integers{
      0, 255, 256, -1, 1LL << 31, -(1LL << 31), std::numeric_limits<std::int64_t>::min(), 7};
  for (const std::int64_t value : integers) writer.integer(value);
  writer.real(-0.1);
  writer.text("\xc3\xa4");
  writer.boolean(true);
  writer.none();
  writer.end_list();
  const pickle::Content content = pickle::read(writer.finish(), "test");
  const pickle::Values& items = *pickle::items_of(*content.root);
  ASSERT_EQ(items.size(), integers.size() + 4);
  for (std::size_t i = 0; i < integers.size(); ++i)
    EXPECT_EQ(*items[i]->get<std::int64_t>(), integers[i]);
  const std::size_t after = integers.size();
  EXPECT_EQ(*items[after]->get<double>(), -0.1);
  EXPECT_EQ(*items[after + 1]->get<std::string>(), "\xc3\xa4");
  EXPECT_EQ(*items[after + 2]->get<bool>(), true);
  EXPECT_TRUE(items[after + 3]->get<std::monostate>());
}

TEST(PickleWriter, JsonKeepsItsKindsAndOrder) {
  const Json json = {{"b", {1, 2.5, "c", nullptr, true}}, {"a", Json::object()}};
  pickle::Writer writer(2);
  writer.json(json);
  const pickle::Content content = pickle::read(writer.finish(), "test");
  const auto* dict = content.root->get<pickle::Dict>();
  ASSERT_EQ(dict->items.size(), 2U);
  EXPECT_EQ(*dict->items[0].first->get<std::string>(), "b");
  const pickle::Values& list = dict->items[0].second->get<pickle::List>()->items;
  EXPECT_EQ(*list[0]->get<std::int64_t>(), 1);
  EXPECT_EQ(*list[1]->get<double>(), 2.5);
  EXPECT_TRUE(list[3]->get<std::monostate>());
  EXPECT_TRUE(dict->items[1].second->get<pickle::Dict>()->items.empty());
}

TEST(PickleWriter, ArraysComeBack) {
  pickle::Writer writer(4);
  writer.array(std::array<std::int64_t, 4>{1, -2, 3, 1LL << 40}, std::array<std::int64_t, 2>{2, 2});
  const pickle::Content content = pickle::read(writer.finish(), "test");
  const auto* array = content.root->get<pickle::Array>();
  ASSERT_NE(array, nullptr);
  EXPECT_EQ(array->shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(array->integer(1), -2);
  EXPECT_EQ(array->integer(3), 1LL << 40);
}

}  // namespace
}  // namespace voxarena
