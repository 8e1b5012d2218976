#include "voxarena/data/block_shape.h"

#include <gtest/gtest.h>

namespace voxarena {
namespace {

using Shape = std::array<std::int64_t, 4>;

struct Golden {
  Shape image;
  Extent patch;
  std::int64_t bytes;
  Shape block, chunk;
};

// tests/golden/store/make.py
const Golden kGolden[] = {
    {{1, 300, 400, 400}, {128, 128, 128}, 4, {1, 32, 32, 32}, {1, 96, 128, 128}},
    {{1, 300, 400, 400}, {128, 128, 128}, 2, {1, 64, 32, 32}, {1, 128, 192, 128}},
    {{4, 138, 169, 138}, {128, 128, 128}, 4, {1, 32, 32, 32}, {1, 128, 128, 96}},
    {{1, 36, 50, 35}, {40, 56, 40}, 4, {1, 32, 32, 32}, {1, 36, 50, 35}},
    {{2, 20, 320, 319}, {1, 320, 320}, 4, {1, 1, 256, 128}, {1, 1, 320, 319}},
    {{1, 123, 423, 645}, {28, 256, 256}, 4, {1, 8, 64, 64}, {1, 24, 256, 256}},
    {{1, 36, 50, 35}, {40, 56, 40}, 2, {1, 36, 50, 35}, {1, 36, 50, 35}},
    {{1, 10, 256, 216}, {10, 256, 224}, 4, {1, 4, 128, 64}, {1, 10, 256, 216}},
    {{1, 10, 256, 216}, {10, 256, 224}, 2, {1, 4, 128, 128}, {1, 10, 256, 216}},
    {{3, 7, 9, 1000}, {16, 16, 16}, 4, {1, 7, 9, 16}, {1, 7, 9, 24}},
};

TEST(BlockShape, equals_nnunet) {
  for (const Golden& golden : kGolden) {
    const BlockShape shape = choose_blocks(golden.image, golden.patch, golden.bytes);
    EXPECT_EQ(shape.block, golden.block) << golden.image[1];
    EXPECT_EQ(shape.chunk, golden.chunk) << golden.image[1];
  }
}

TEST(BlockShape, any_shape_is_legal) {
  for (const Extent& size : {Extent{1, 1, 1}, {1, 7, 1}, {3, 500, 2}, {1000, 1, 1000}}) {
    for (const Extent& patch : {Extent{1, 1, 1}, {1, 512, 512}, {64, 1, 9}, {300, 300, 300}}) {
      const BlockShape shape = choose_blocks({2, size[0], size[1], size[2]}, patch, 4);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        EXPECT_GE(shape.block[axis + 1], 1);
        EXPECT_LE(shape.block[axis + 1], shape.chunk[axis + 1]);
        EXPECT_LE(shape.chunk[axis + 1], size[axis]);
      }
      EXPECT_LE(shape.block[1] * shape.block[2] * shape.block[3] * 4, 128 << 10);
    }
  }
}

}  // namespace
}  // namespace voxarena
