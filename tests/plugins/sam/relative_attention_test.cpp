#include "plugins/sam/relative_attention.h"

#include <gtest/gtest.h>
#include <torch/nn.h>

#include "tests/plugins/sam/noise.h"

namespace voxarena {
namespace {

using testing::noise;
using testing::worst_difference;

constexpr std::int64_t kGroups = 3, kHeight = 5, kWidth = 7, kHead = 4;
constexpr std::int64_t kTokens = kHeight * kWidth;
constexpr double kScale = 0.5;

// q, k, v, row, column
std::vector<at::Tensor> inputs() {
  std::vector<at::Tensor> out;
  for (const std::int64_t width : {kHead, kHead, kHead, kHeight, kWidth}) {
    out.push_back((3 * noise({kGroups, kTokens, width}, static_cast<std::int64_t>(out.size())))
                      .requires_grad_());
  }
  return out;
}

at::Tensor by_definition(const std::vector<at::Tensor>& in) {
  const at::Tensor bias = (in[3].unsqueeze(3) + in[4].unsqueeze(2)).flatten(2);
  return at::matmul(at::softmax(at::matmul(in[0] * kScale, in[1].transpose(1, 2)) + bias, -1),
                    in[2]);
}

TEST(GridAttention, BothWaysFollowTheDefinition) {
  const auto in = inputs();
  const at::Tensor expected = by_definition(in);
  EXPECT_LE(worst_difference(
                sam::grid_attention_in_chunks(in[0], in[1], in[2], in[3], in[4], kScale), expected),
            1e-6);
  EXPECT_LE(worst_difference(sam::grid_attention_fused(in[0], in[1], in[2], in[3], in[4], kScale),
                             expected),
            1e-6);
}

TEST(GridAttention, GradientsFollowTheDefinition) {
  const auto expected = inputs(), chunked = inputs();
  const at::Tensor weights = noise({kGroups, kTokens, kHead}, 9);
  (by_definition(expected) * weights).sum().backward();
  (sam::grid_attention_in_chunks(chunked[0], chunked[1], chunked[2], chunked[3], chunked[4],
                                 kScale) *
   weights)
      .sum()
      .backward();
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_LE(worst_difference(chunked[i].grad(), expected[i].grad()), 1e-6) << "input " << i;
}

// Large enough that rows of one group, and groups of one row, come in several chunks.
TEST(GridAttention, ChunksFitTogether) {
  for (const auto& [groups, side] : {std::pair{2, 40}, std::pair{900, 8}}) {
    const std::int64_t tokens = side * side;
    const at::Tensor q = noise({groups, tokens, 2}, 0), k = noise({groups, tokens, 2}, 1),
                     v = noise({groups, tokens, 2}, 2), row = noise({groups, tokens, side}, 3),
                     column = noise({groups, tokens, side}, 4);
    EXPECT_LE(worst_difference(sam::grid_attention_in_chunks(q, k, v, row, column, 1),
                               sam::grid_attention_fused(q, k, v, row, column, 1)),
              1e-6);
  }
}

TEST(RelativeRows, AreIndexedByDistance) {
  const at::Tensor table = at::arange(5).to(at::kFloat).unsqueeze(1);  // distances -2 ... 2
  const at::Tensor rows = sam::relative_rows(table, 3).squeeze(2);
  EXPECT_TRUE(at::equal(rows, torch::tensor({{2.F, 1.F, 0.F}, {3.F, 2.F, 1.F}, {4.F, 3.F, 2.F}})));
}

}  // namespace
}  // namespace voxarena
