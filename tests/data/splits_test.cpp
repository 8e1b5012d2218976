#include "voxarena/data/splits.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/hash.h"

namespace voxarena {
namespace {

using Indices = std::vector<int>;

std::vector<std::string> case_ids(int count) {
  std::vector<std::string> cases;
  for (int i = 0; i < count; ++i) cases.push_back(fmt::format("case_{:03}", i));
  return cases;
}

std::vector<std::string> pick(const std::vector<std::string>& cases, const Indices& indices) {
  std::vector<std::string> out;
  for (const int i : indices) out.push_back(cases.at(static_cast<std::size_t>(i)));
  return out;
}

// Validation sets of sklearn's KFold(5, shuffle=True, random_state=12345):
// tests/golden/splits/make.py
const std::map<int, std::vector<Indices>> kNumpySplits = {
    {5, {{0}, {4}, {3}, {1}, {2}}},
    {10, {{0, 7}, {3, 9}, {4, 6}, {1, 8}, {2, 5}}},
    {17, {{0, 10, 11, 12}, {3, 6, 7, 8}, {14, 15, 16}, {1, 4, 9}, {2, 5, 13}}},
    {20, {{3, 8, 13, 16}, {0, 10, 12, 15}, {6, 7, 11, 17}, {9, 14, 18, 19}, {1, 2, 4, 5}}},
    {32,
     {{0, 3, 8, 12, 15, 18, 27},
      {6, 7, 20, 21, 23, 24, 25},
      {10, 11, 13, 16, 19, 26},
      {14, 17, 22, 28, 30, 31},
      {1, 2, 4, 5, 9, 29}}},
};

TEST(Splits, five_folds_equal_nnunet) {
  for (const auto& [count, folds] : kNumpySplits) {
    const auto cases = case_ids(count);
    const auto splits = five_fold_splits({cases.rbegin(), cases.rend()});  // any order goes in
    ASSERT_EQ(splits.size(), 5U);
    for (std::size_t fold = 0; fold < 5; ++fold) {
      EXPECT_EQ(splits[fold].val, pick(cases, folds[fold])) << count << " cases, fold " << fold;
      EXPECT_EQ(splits[fold].train.size() + splits[fold].val.size(), cases.size());
      EXPECT_TRUE(std::is_sorted(splits[fold].train.begin(), splits[fold].train.end()));
    }
  }
}

// The same for every number of cases, as hashes of hundreds: "5: 0;4;3;1;2\n6: ...".
const std::vector<std::string> kHashesOfHundreds = {
    "205fdf65c4dbbb2a9291ad332a5a29a8781d64e1156fbff0cd80a7a813e781af",
    "1a90688e5d108dfd7b79a57c45b5105d887446cc1d4e19987dadf0a4ba51922e",
    "385beae5de1ca993c5033435e43a88066811db0ef8fdd682e67a18910e111649",
    "171359a1f50cb078afab23b131a3c16384d6afaa93c1798155bdf027f962d345",
    "eba834b65d8e6370e94530049a83ee3bc072d83933fdb80e9405d6af2ef6f187",
    "4985c10bbb8fdae2ab1f3b6845a148fb4e0eb1ce87fbba39250593ff87f49d1f",
    "5075332b9195c116a9cd2a86d5c4f52d781989d8545b25ac14af322d43e5b766",
    "a8fdf3eb30308ef3287e2e5425eca50f497c7019b6814a6e906ce6bc859b2e8b",
    "143b801b4679a928b853ac90c517270ca2538531d4cfab313c06d0ed1beae1a6",
    "513004091fbda861a54a5a9b4eda49abdf8a9c1293df780144d69781ff48f870"};

std::string line_of_folds(int count) {
  std::vector<std::string> folds;
  for (const Split& split : five_fold_splits(case_ids(count))) {
    std::vector<int> indices;
    for (const std::string& id : split.val) indices.push_back(std::stoi(id.substr(5)));
    folds.push_back(fmt::format("{}", fmt::join(indices, ",")));
  }
  return fmt::format("{}: {}\n", count, fmt::join(folds, ";"));
}

TEST(Splits, five_folds_equal_nnunet_for_5_to_1000_cases) {
  for (int hundred = 0; hundred < 10; ++hundred) {
    std::string lines;
    for (int count = std::max(100 * hundred + 1, 5); count <= 100 * hundred + 100; ++count)
      lines += line_of_folds(count);
    EXPECT_EQ(sha256(lines), kHashesOfHundreds[static_cast<std::size_t>(hundred)]) << hundred;
  }
}

TEST(Splits, fewer_than_five_cases_need_a_file) {
  EXPECT_INPUT_ERROR(five_fold_splits(case_ids(4)), "4 cases cannot be split into 5 folds");
}

TEST(Splits, a_fold_beyond_the_last_is_a_random_80_20_split) {
  const auto cases = case_ids(10);
  const Split split = select_fold(five_fold_splits(cases), 5, cases);
  EXPECT_EQ(split.train, pick(cases, {0, 8, 4, 5, 3, 9, 7, 6}));
  EXPECT_EQ(split.val, pick(cases, {1, 2}));
}

TEST(Splits, fold_all_has_every_case_in_both_halves) {
  const auto cases = case_ids(10);
  const Split all = select_fold(five_fold_splits(cases), parse_fold("all"), cases);
  EXPECT_EQ(all.train, cases);
  EXPECT_EQ(all.val, cases);
  EXPECT_EQ(fold_name(kAllCases), "all");
  EXPECT_EQ(fold_name(parse_fold("3")), "3");
  test::expect_error([] { parse_fold("-1"); }, Error::Kind::usage, "'-1' is not a fold");
}

TEST(Splits, a_fold_of_the_list_is_taken_as_it_is) {
  const auto cases = case_ids(10);
  EXPECT_EQ(select_fold(five_fold_splits(cases), 1, cases).val, pick(cases, {3, 9}));
  test::expect_error([&] { select_fold({}, -2, cases); }, Error::Kind::usage, "fold -2");
  EXPECT_INPUT_ERROR(select_fold({}, 0, {"only"}), "1 case(s)");
}

TEST(Splits, the_file_is_written_as_python_does) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "splits_final.json", splits_text({{{"b", "c"}, {"a"}}}));
  EXPECT_EQ(test::read_text(folder / "splits_final.json"), R"([
    {
        "train": [
            "b",
            "c"
        ],
        "val": [
            "a"
        ]
    }
])");
  const auto splits = read_splits(folder / "splits_final.json", {"a", "b", "c"});
  ASSERT_EQ(splits.size(), 1U);
  EXPECT_EQ(splits[0].train, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(splits[0].val, (std::vector<std::string>{"a"}));
}

TEST(Splits, broken_files) {
  const test::TemporaryFolder folder;
  const auto file = folder / "splits_final.json";
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"({})", "not a list of folds"},
      {R"([])", "not a list of folds"},
      {R"(["a"])", "fold 0: 'train' is missing"},
      {R"([{"train": ["a"]}])", "fold 0: 'val' is missing"},
      {R"([{"train": ["a"], "val": []}])", "fold 0: 'val' is missing, empty"},
      {R"([{"train": ["a"], "val": ["b"]}, {"train": ["a"], "val": ["zz"]}])",
       "fold 1: 'val' names the unknown case \"zz\""},
      {R"([{"train": ["a", 3], "val": ["b"]}])", "unknown case 3"},
      {R"([{"train": ["a", "b"], "val": ["b"]}])", "fold 0: case 'b' is in 'train' and in 'val'"},
      {R"([{"train": ["a", "a"], "val": ["b"]}])", "names case 'a' twice"},
  };
  for (const auto& [text, message] : table) {
    test::write_text(file, text);
    EXPECT_INPUT_ERROR(read_splits(file, {"a", "b", "c"}), message);
    EXPECT_INPUT_ERROR(read_splits(file, {"a", "b", "c"}), "splits_final.json");
  }
  EXPECT_INPUT_ERROR(read_splits(folder / "absent.json", {"a"}), "absent.json");
}

TEST(Splits, hash_depends_on_both_halves) {
  const Split split{{"a", "b"}, {"c"}};
  EXPECT_EQ(split_hash(split), split_hash({{"a", "b"}, {"c"}}));
  EXPECT_NE(split_hash(split), split_hash({{"a", "c"}, {"b"}}));
}

}  // namespace
}  // namespace voxarena
