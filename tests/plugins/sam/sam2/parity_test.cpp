// SAM 2 against the package sam2 (tests/golden/sam2): the micro model, every step.
#include <ATen/core/grad_mode.h>
#include <torch/nn.h>

#include "tests/plugins/sam/sam2/golden.h"

namespace voxarena {
namespace {

using testing::sam2_golden;

TEST(Sam2Parity, EveryStepOf20) { testing::expect_sam2(sam2_golden()["micro"][0]); }
TEST(Sam2Parity, EveryStepOf21) { testing::expect_sam2(sam2_golden()["micro"][1]); }

}  // namespace
}  // namespace voxarena
