#include "plugins/sam/predictor.h"

#include <gtest/gtest.h>

#include "tests/support/expect_error.h"

namespace voxarena {
namespace {

TEST(OpenPredictor, NamesADeviceThatCannotBeUsed) {
  for (const char* device : {"bogus", "cuda:99"}) {
    EXPECT_INPUT_ERROR(sam::open_predictor("sam.pth", device),
                       std::string("--device ") + device + ": this LibTorch cannot use it");
  }
}

}  // namespace
}  // namespace voxarena
