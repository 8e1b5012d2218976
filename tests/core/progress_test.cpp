#include "voxarena/core/progress.h"

#include <gtest/gtest.h>

namespace voxarena {
namespace {

TEST(Progress, durations_as_people_say_them) {
  EXPECT_EQ(format_duration(0.2), "0 s");
  EXPECT_EQ(format_duration(59.4), "59 s");
  EXPECT_EQ(format_duration(200), "3 min 20 s");
  EXPECT_EQ(format_duration(7500), "2 h 05 min");
}

TEST(Progress, ends_with_one_line) {
  testing::internal::CaptureStderr();
  {
    Progress progress("preprocess", 3, false);
    progress.advance();
    progress.set(3, "case_3");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "preprocess: 3/3 in 0 s, case_3\n");
}

TEST(Progress, quiet_says_nothing) {
  testing::internal::CaptureStderr();
  { Progress("preprocess", 3, true).advance(3); }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace voxarena
