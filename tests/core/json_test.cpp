#include "voxarena/core/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace voxarena {
namespace {

TEST(Json, keeps_the_order_of_keys) {
  EXPECT_EQ(parse_json(R"({"b": 1, "a": 2})", "x").dump(), R"({"b":1,"a":2})");
}

TEST(Json, reads_the_bare_nan_of_python) {
  const Json json =
      parse_json(R"({"a": NaN, "b": [-Infinity, Infinity, 1], "NaN": "say \"NaN\" \\"})", "x");
  EXPECT_TRUE(json.at("a").is_null());
  EXPECT_TRUE(json.at("b").at(0).is_null());
  EXPECT_EQ(json.at("b").at(2), 1);
  EXPECT_EQ(json.at("NaN"), "say \"NaN\" \\");
}

TEST(Json, an_escaped_backslash_ends_a_string) {
  EXPECT_EQ(parse_json(R"(["\\", NaN])", "x").size(), 2U);
}

TEST(Json, writes_like_python) {
  Json json = Json::object();
  json["mean"] = std::numeric_limits<double>::quiet_NaN();
  json["range"] = {1, 2.5, -std::numeric_limits<double>::infinity()};
  json["empty"] = Json::object();
  json["text"] = "\u00e4\"";
  EXPECT_EQ(dump_json(json), R"({
    "mean": NaN,
    "range": [
        1,
        2.5,
        -Infinity
    ],
    "empty": {},
    "text": "\u00e4\""
})");
}

TEST(Json, canonical_form_ignores_order_and_white_space) {
  const Json a = parse_json(R"({"b": {"y": 1, "x": [2, 1]}, "a": null})", "x");
  const Json b = parse_json(R"({"a":null,"b":{"x":[2,1],"y":1}})", "x");
  EXPECT_EQ(canonical_json(a), R"({"a":null,"b":{"x":[2,1],"y":1}})");
  EXPECT_EQ(canonical_json(a), canonical_json(b));
}

TEST(Json, errors_name_file_line_and_column) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "dataset.json", "{\n  \"a\": 1,\n  oops\n}");
  EXPECT_INPUT_ERROR(read_json(folder / "dataset.json"),
                     "dataset.json: not valid JSON at line 3, column 3");
  test::write_text(folder / "empty.json", "");
  EXPECT_INPUT_ERROR(read_json(folder / "empty.json"), "empty.json: not valid JSON");
  EXPECT_INPUT_ERROR(read_json(folder / "absent.json"), "absent.json");
}

TEST(Json, a_key_twice_in_one_object_is_an_error) {
  EXPECT_INPUT_ERROR(parse_json(R"({"a": {"case": 1, "case": 2}})", "dataset.json"),
                     R"(dataset.json: key "case")");
  EXPECT_NO_THROW(parse_json(R"({"a": {"case": 1}, "b": {"case": 2}})", "x"));
}

TEST(Json, write_and_read_back) {
  const test::TemporaryFolder folder;
  const Json json = {{"spacing", {1.5, 0.1, 1e-7}}, {"n", 3}};
  write_json(folder / "a.json", json);
  EXPECT_EQ(read_json(folder / "a.json"), json);
  EXPECT_TRUE(test::read_text(folder / "a.json").ends_with("}\n"));
}

}  // namespace
}  // namespace voxarena
