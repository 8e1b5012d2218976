#include "voxarena/core/error.h"

#include <gtest/gtest.h>

namespace voxarena {
namespace {

TEST(Error, carries_message_hint_and_exit_code) {
  const Error error = Error::input("a.nii.gz: truncated", "copy it again");
  EXPECT_STREQ(error.what(), "a.nii.gz: truncated");
  EXPECT_EQ(error.hint(), "copy it again");
  EXPECT_EQ(error.exit_code(), 1);
}

TEST(Error, has_an_exit_code_for_each_kind) {
  EXPECT_EQ(Error::usage("x").exit_code(), 2);
  EXPECT_EQ(Error::internal("x").exit_code(), 3);
  EXPECT_EQ(Error::interrupted().exit_code(), 130);
  EXPECT_FALSE(Error::interrupted().hint().empty());
}

}  // namespace
}  // namespace voxarena
