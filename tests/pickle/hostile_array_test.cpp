// Arrays that are not what they say, and pickles that grow when they are read.
#include <gtest/gtest.h>

#include "tests/pickle/pieces.h"
#include "tests/support/expect_error.h"
#include "voxarena/pickle/pickle.h"

namespace voxarena::test {
namespace {

struct Hostile {
  const char* title;
  std::string value;
  const char* message;
};

class HostileArray : public testing::TestWithParam<Hostile> {};

TEST_P(HostileArray, IsRefused) {
  EXPECT_INPUT_ERROR(pickle::read("\x80\x04" + GetParam().value + ".", "evil.pkl"),
                     GetParam().message);
}

const std::string kReconstruct = name("numpy.core.multiarray", "_reconstruct");
const std::string kEmptyArray =
    call(kReconstruct, {name("numpy", "ndarray"), tuple({number(0)}), bytes("b")});
const std::string kEight(8, '\0');

std::string from_buffer(const std::string& buffer, const std::string& order) {
  return call(name("numpy.core.numeric", "_frombuffer"),
              {buffer, numpy_type("i4"), tuple({number(2)}), text(order)});
}

// A text of 100 kB, remembered, and encoded a thousand times.
std::string copies() {
  std::string out = text(std::string(100'000, 'x')) + "q\x01";
  for (int i = 0; i < 1000; ++i)
    out += "0" + call(name("_codecs", "encode"), {"h\x01", text("latin1")});
  return out;
}

// The same within one list, since values cannot be dropped.
std::string copies_in_a_list(const std::string& one) {
  std::string out = "](" + bytes(std::string(100'000, '\0')) + "q\x01";
  for (int i = 0; i < 1000; ++i) out += one;
  return out + "e";
}

const Hostile kHostile[] = {
    {"MoreNumbersThanBytes", numpy_array(numpy_type("i4"), {number(3)}, kEight),
     "more numbers than it has bytes"},
    {"FewerNumbersThanBytes", numpy_array(numpy_type("i4"), {number(1)}, kEight),
     "fewer numbers than it has bytes"},
    {"EmptyWithBytes", numpy_array(numpy_type("i4"), {number(0)}, kEight),
     "fewer numbers than it has bytes"},
    {"ShapeThatOverflows",
     numpy_array(numpy_type("i8"),
                 {number(1 << 30), number(1 << 30), number(1 << 30), number(1 << 30)}, kEight),
     "more numbers than it has bytes"},
    {"NegativeShape", numpy_array(numpy_type("i4"), {number(-2)}, kEight), "size is no number"},
    {"ShapeOfTexts", numpy_array(numpy_type("i4"), {text("2")}, kEight), "size is no number"},
    {"FortyAxes", numpy_array(numpy_type("i8"), std::vector<std::string>(40, number(1)), kEight),
     "more than 32 axes"},
    {"Objects", numpy_array(numpy_type("O8", "|"), {number(1)}, kEight), "type 'O8' is not read"},
    {"Records", numpy_array(numpy_type("V8", "|"), {number(1)}, kEight), "type 'V8' is not read"},
    {"BigEndian", numpy_array(numpy_type("i4", ">"), {number(2)}, kEight), "not little-endian"},
    {"NeitherTrueNorFalse", numpy_array(numpy_type("b1", "|"), {number(1)}, "\x07"),
     "neither true nor false"},
    {"AboveSixtyFourBits", numpy_array(numpy_type("u8"), {number(1)}, std::string(8, '\xff')),
     "above 64 bits"},
    {"OfAnotherClass",
     call(kReconstruct, {name("collections", "OrderedDict"), tuple({number(0)}), bytes("b")}),
     "a class but ndarray"},
    {"Memmap", call(kReconstruct, {name("numpy", "memmap"), tuple({number(0)}), bytes("b")}),
     "asks for numpy.memmap"},
    {"OfNothing", call(kReconstruct, {}), "argument 1 is missing"},
    {"StateThatIsNoTuple", kEmptyArray + "]b", "argument 4 is missing"},
    {"StateOfObjects",
     kEmptyArray + tuple({number(1), tuple({number(1)}), numpy_type("i4"), "\x89", "]"}) + "b",
     "argument 5 is a list"},
    {"StateWithoutAType",
     kEmptyArray + tuple({number(1), tuple({number(1)}), text("i4"), "\x89", bytes("1234")}) + "b",
     "argument 3 is a text"},
    {"BufferOfANumber", from_buffer(number(1 << 30), "C"), "argument 1 is an integer"},
    {"BufferOfAnotherOrder", from_buffer(bytes(kEight), "K"), "neither C's nor Fortran's order"},
    {"BytearrayOfExabytes", "\x96" + raw<std::uint64_t>(1ULL << 62), "ends in the middle"},
    {"OutOfBandBuffer", "\x97", "instruction NEXT_BUFFER"},
    {"DroppedCopies", copies(), "instruction POP"},
    {"CopiesOfBytes",
     copies_in_a_list(call(name("numpy.core.numeric", "_frombuffer"),
                           {"h\x01", numpy_type("i1", "|"), tuple({number(100'000)}), text("C")})),
     "copies far more than it holds"},
    {"CopiesByStates",
     copies_in_a_list(
         kEmptyArray +
         tuple({number(1), tuple({number(100'000)}), numpy_type("i1", "|"), "\x89", "h\x01"}) +
         "b"),
     "copies far more than it holds"},
};

INSTANTIATE_TEST_SUITE_P(Arrays, HostileArray, testing::ValuesIn(kHostile),
                         [](const auto& info) { return std::string(info.param.title); });

}  // namespace
}  // namespace voxarena::test
