#include "evaluation/csv.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/expect_error.h"

namespace voxarena {
namespace {

TEST(Csv, QuotesOnlyWhereNeeded) {
  EXPECT_EQ(csv_line({"a", "b c", "", "1"}), "a,b c,,1");
  EXPECT_EQ(csv_line({"(1, 2)", "say \"x\""}), "\"(1, 2)\",\"say \"\"x\"\"\"");
}

TEST(Csv, ReadsWhatItWrites) {
  const std::vector<std::string> fields = {"", "a,b", "\"", "\"\",\"", "end", ""};
  EXPECT_EQ(parse_csv_line(csv_line(fields), "here"), fields);
}

TEST(Csv, NamesThePlaceOfAnOpenQuote) {
  EXPECT_INPUT_ERROR(parse_csv_line("a,\"b", "records.csv:3"), "records.csv:3");
  EXPECT_INPUT_ERROR(csv_line({"two\nlines"}), "line break");
}

TEST(Csv, NumbersAreShortAndExact) {
  EXPECT_EQ(number_text(1), "1");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(2.0 / 3.0), "0.6666666666666666");
  EXPECT_EQ(number_text(std::nan("")), "NaN");
  EXPECT_EQ(number_text(-std::nan("")), "NaN");
  EXPECT_EQ(std::stod(number_text(1e300 / 7)), 1e300 / 7);
}

}  // namespace
}  // namespace voxarena
