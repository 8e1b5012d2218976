#include "evaluation/text_table.h"

#include <gtest/gtest.h>

namespace voxarena {
namespace {

TEST(TextTable, AlignsColumnsByWhatIsSeen) {
  const TextTable table{.columns = {{"Rank"}, {"Method", true}},
                        .rows = {{"1", "A ¹"}, {"–", "long name"}}};
  EXPECT_EQ(table.markdown(),
            "| Rank | Method    |\n"
            "|-----:|:----------|\n"
            "|    1 | A ¹       |\n"
            "|    – | long name |\n");
}

TEST(TextTable, EscapesMarkup) {
  EXPECT_EQ(markdown_text("a|b <i> *c*"), R"(a\|b \<i> \*c\*)");
  EXPECT_EQ(markdown_text("plain_unet"), "plain_unet");
  EXPECT_EQ(markdown_text("_a_ __b__ a_"), R"(\_a\_ \_\_b\_\_ a\_)");
  EXPECT_EQ(markdown_text("$x$ ~y~ &lt;"), R"(\$x\$ \~y\~ \&lt;)");
  EXPECT_EQ(markdown_text("two\nlines"), "two lines");
  EXPECT_EQ(percent_text(0.998), "99 %") << "below 100 %";
  EXPECT_EQ(percent_text(1.804), "180 %");
}

TEST(TextTable, RoundsQuantities) {
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(820'400), "820 k");
  EXPECT_EQ(count_text(999'900), "1.00 M");
  EXPECT_EQ(count_text(31'195'594), "31.2 M");
  EXPECT_EQ(count_text(146'600'000), "147 M");
  EXPECT_EQ(seconds_text(0.4217), "0.42 s");
  EXPECT_EQ(seconds_text(12.34), "12.3 s");
  EXPECT_EQ(seconds_text(200), "3 min 20 s");
  EXPECT_EQ(memory_text(820.2), "820 MiB");
  EXPECT_EQ(memory_text(7885), "7.7 GiB");
}

TEST(TextTable, ListsNumbers) {
  EXPECT_EQ(list_text({0}), "0");
  EXPECT_EQ(list_text({0, 1}), "0, 1");
  EXPECT_EQ(list_text({0, 1, 2, 4}), "0–2, 4");
  EXPECT_EQ(superscript(12), "¹²");
}

}  // namespace
}  // namespace voxarena
