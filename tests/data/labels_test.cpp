#include "voxarena/data/labels.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/expect_error.h"

namespace voxarena {
namespace {

Labels parse(const std::string& text) {
  return Labels::from_dataset_json(parse_json(text, "x"), "dataset.json");
}

TEST(Labels, plain_labels) {
  const Labels labels = parse(R"({"labels": {"background": 0, "liver": 1, "tumour": 2}})");
  EXPECT_EQ(labels.heads(), 3);
  EXPECT_EQ(labels.all_values(), (std::vector<int>{0, 1, 2}));
  EXPECT_FALSE(labels.has_regions());
  EXPECT_FALSE(labels.ignore());
  EXPECT_EQ(labels.foreground().at(1).name, "tumour");
  EXPECT_TRUE(labels.is_declared(2));
  EXPECT_FALSE(labels.is_declared(3));
}

TEST(Labels, declaration_order_need_not_be_numeric) {
  const Labels labels = parse(R"({"labels": {"b": 2, "background": 0, "a": 1}})");
  EXPECT_EQ(labels.foreground().front().name, "b");
  EXPECT_EQ(labels.all_values(), (std::vector<int>{0, 1, 2}));
}

TEST(Labels, regions_keep_declaration_order) {
  const Labels labels =
      parse(R"({"labels": {"background": 0, "whole": [1, 2, 3], "core": [2, 3], "active": [3]},
                                  "regions_class_order": [1, 2, 3]})");
  EXPECT_TRUE(labels.has_regions());
  EXPECT_EQ(labels.heads(), 3);
  EXPECT_EQ(labels.foreground().front().values, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(labels.foreground().back().values, (std::vector<int>{3}));
  EXPECT_EQ(labels.regions_class_order(), (std::vector<int>{1, 2, 3}));
}

TEST(Labels, a_list_of_one_value_makes_no_region) {
  const Labels labels = parse(R"({"labels": {"background": 0, "a": [1], "b": [2]}})");
  EXPECT_FALSE(labels.has_regions());
  EXPECT_TRUE(labels.foreground().at(0).is_list);
  EXPECT_EQ(labels.heads(), 3);
}

TEST(Labels, ignore_is_declared_but_no_class) {
  const Labels labels = parse(R"({"labels": {"background": 0, "a": 1, "ignore": 2}})");
  EXPECT_EQ(labels.ignore(), 2);
  EXPECT_EQ(labels.heads(), 2);
  EXPECT_TRUE(labels.is_declared(2));
  EXPECT_EQ(labels.all_values(), (std::vector<int>{0, 1}));
}

TEST(Labels, broken_declarations) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"({})", "'labels' is missing"},
      {R"({"labels": [0, 1]})", "'labels' is missing or not an object"},
      {R"({"labels": {"a": 1}})", "labels.background must be declared as 0"},
      {R"({"labels": {"background": [0], "a": 1}})", "labels.background must be declared as 0"},
      {R"({"labels": {"background": 1, "a": 2}})", "labels.background must be declared as 0"},
      {R"({"labels": {"background": 0}})", "declares no foreground"},
      {R"({"labels": {"background": 0, "a": "1"}})", "labels.a: \"1\" is not an integer"},
      {R"({"labels": {"background": 0, "a": 1.5}})", "labels.a: 1.5 is not an integer"},
      {R"({"labels": {"background": 0, "a": -1}})", "labels.a: -1 is out of range"},
      {R"({"labels": {"background": 0, "a": 40000}})", "labels.a: 40000 is out of range"},
      {R"({"labels": {"background": 0, "a": []}})", "labels.a: the list of values is empty"},
      {R"({"labels": {"background": 0, "a": 1, "b": 3}})", "value 2 is missing"},
      {R"({"labels": {"background": 0, "a": 1, "ignore": 5}})", "labels.ignore is 5 but must be 2"},
      {R"({"labels": {"background": 0, "a": 1, "ignore": [2]}})",
       "labels.ignore: [2] is not an integer"},
      {R"({"labels": {"background": 0, "a": [1, 2]}})",
       "'regions_class_order' must be a list with one label per region"},
      {R"({"labels": {"background": 0, "a": [1, 2]}, "regions_class_order": [1, 2]})",
       "per region (1)"},
  };
  for (const auto& [text, message] : table) EXPECT_INPUT_ERROR(parse(text), message);
}

}  // namespace
}  // namespace voxarena
