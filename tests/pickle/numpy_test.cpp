// NumPy's numbers and arrays in pickles.
#include <gtest/gtest.h>

#include "tests/pickle/pieces.h"
#include "voxarena/core/error.h"
#include "voxarena/pickle/pickle.h"

namespace voxarena::test {
namespace {

pickle::Content read(const std::string& value) {
  return pickle::read("\x80\x04" + value + ".", "test");
}

// 0, 1, ... as int32.
std::string numbers(std::int32_t count) {
  std::string out;
  for (std::int32_t i = 0; i < count; ++i) out += raw(i);
  return out;
}

TEST(NumpyArray, HasShapeAndNumbers) {
  const auto content = read(numpy_array(numpy_type("i4"), {number(2), number(3)}, numbers(6)));
  const auto* array = content.root->get<pickle::Array>();
  ASSERT_NE(array, nullptr);
  EXPECT_EQ(array->shape, (std::vector<std::int64_t>{2, 3}));
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(array->integer(i), static_cast<std::int64_t>(i));
    EXPECT_EQ(array->real(i), static_cast<double>(i));
  }
  EXPECT_THROW(array->integer(6), Error);
}

TEST(NumpyArray, FortranOrderBecomesCOrder) {
  const auto content =
      read(numpy_array(numpy_type("i4"), {number(2), number(3)}, numbers(6), /*fortran=*/true));
  const auto* array = content.root->get<pickle::Array>();
  const std::vector<std::int64_t> expected{0, 2, 4, 1, 3, 5};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(array->integer(i), expected[i]) << i;
}

TEST(NumpyArray, ProtocolFiveHasABuffer) {
  const auto content = read(call(name("numpy._core.numeric", "_frombuffer"),
                                 {"\x96" + raw<std::uint64_t>(16) + raw(0.5) + raw(-2.25),
                                  numpy_type("f8"), tuple({number(2)}), text("C")}));
  const auto* array = content.root->get<pickle::Array>();
  ASSERT_NE(array, nullptr);
  EXPECT_EQ(array->real(0), 0.5);
  EXPECT_EQ(array->real(1), -2.25);
  EXPECT_THROW(array->integer(0), Error);
}

TEST(NumpyArray, MayBeEmpty) {
  const auto content = read(numpy_array(numpy_type("i8"), {number(0), number(4)}, ""));
  EXPECT_EQ(content.root->get<pickle::Array>()->shape, (std::vector<std::int64_t>{0, 4}));
}

TEST(NumpyArray, TruthValuesAreNumbers) {
  const auto content =
      read(numpy_array(numpy_type("b1", "|"), {number(2)}, std::string("\1\0", 2)));
  EXPECT_EQ(content.root->get<pickle::Array>()->integer(0), 1);
  EXPECT_EQ(content.root->get<pickle::Array>()->real(1), 0);
}

TEST(NumpyScalar, IsAPlainValue) {
  const auto content =
      read(call(name("numpy._core.multiarray", "scalar"), {numpy_type("f4"), bytes(raw(0.5F))}));
  EXPECT_EQ(*content.root->get<double>(), 0.5);
}

}  // namespace
}  // namespace voxarena::test
