#include "voxarena/core/run_context.h"

#include <gtest/gtest.h>

#include "tests/support/expect_error.h"

namespace voxarena {
namespace {

TEST(RunContext, default_uses_at_least_one_thread) { EXPECT_GE(default_context().threads, 1); }

TEST(RunContext, a_stop_reaches_all_copies) {
  const RunContext context;
  const RunContext copy = context;
  EXPECT_NO_THROW(copy.check_interrupt());
  context.stop->store(true);
  test::expect_error([&] { copy.check_interrupt(); }, Error::Kind::interrupted, "interrupted");
}

TEST(RunContext, two_contexts_do_not_share_their_stop) {
  const RunContext first, second;
  first.stop->store(true);
  EXPECT_NO_THROW(second.check_interrupt());
}

}  // namespace
}  // namespace voxarena
