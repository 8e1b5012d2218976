// Files of torch.save that somebody broke or armed: each is refused with a reason.
#include <gtest/gtest.h>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "tests/weights/archive.h"
#include "voxarena/weights/weights_file.h"

namespace voxarena {
namespace {

using test::archive;
using test::call;
using test::dict;
using test::name;
using test::number;
using test::pth;
using test::raw;
using test::storage;
using test::tensor;
using test::text;
using test::tuple;
using namespace std::string_literals;

struct Hostile {
  const char* title;
  std::string pickle;
  const char* message;
};

class HostilePickle : public testing::TestWithParam<Hostile> {};

TEST_P(HostilePickle, IsRefused) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "m.pth", pth(GetParam().pickle, std::string(16, '\0')));
  EXPECT_INPUT_ERROR(read_weights(folder / "m.pth"), GetParam().message);
}

const std::string kFloats = storage(4);  // as many as the file has
const std::string kNumpyType = call(name("numpy", "dtype"), {text("f8"), "\x89", "\x88"});

const Hostile kCode[] = {
    {"OsSystem", dict(call(name("os", "system"), {text("true")})), "asks for os.system"},
    {"PosixSystem", dict(call(name("posix", "system"), {text("true")})), "asks for posix.system"},
    {"Eval", dict(call(name("builtins", "eval"), {text("1")})), "asks for builtins.eval"},
    {"OldExec", dict(call(name("__builtin__", "exec"), {text("1")})), "asks for __builtin__.exec"},
    {"Getattr", dict(call(name("builtins", "getattr"), {text("x"), text("y")})),
     "asks for builtins.getattr"},
    {"Popen", dict(call(name("subprocess", "Popen"), {text("sh")})), "asks for subprocess.Popen"},
    {"Import", dict(call(name("importlib", "import_module"), {text("os")})), "asks for importlib"},
    {"UnpicklesMore", dict(call(name("torch.storage", "_load_from_bytes"), {text("")})),
     "asks for torch.storage._load_from_bytes"},
    {"WholeModule", dict(name("torch.nn.modules.linear", "Linear") + ")\x81}b"),
     "asks for torch.nn.modules.linear.Linear"},
    {"UnknownClass", dict(name("my.project", "Config")), "asks for my.project.Config"},
    {"NumpyFromAFile", dict(call(name("numpy", "fromfile"), {text("/etc/passwd")})),
     "asks for numpy.fromfile"},
    {"NumpyLoad", dict(call(name("numpy", "load"), {text("x.npy")})), "asks for numpy.load"},
    {"NumpyArrayCalled", dict(call(name("numpy", "ndarray"), {tuple({number(3)})})),
     "numpy.ndarray is not called by any file"},
    {"NumpyUfunc", dict(call(name("numpy.core", "_ufunc_reconstruct"), {text("os"), text("x")})),
     "asks for numpy.core._ufunc_reconstruct"},
    {"BytesMadeOfSomething", dict(call(name("builtins", "bytes"), {number(1 << 30)})),
     "bytes made of something"},
    {"Bytearray", dict(call(name("builtins", "bytearray"), {number(1 << 30)})),
     "asks for builtins.bytearray"},
    {"Path", dict(call(name("pathlib", "PosixPath"), {text("/")})), "asks for pathlib.PosixPath"},
    {"TrainersClass", dict(name("nnunetv2.training.nnUNetTrainer.nnUNetTrainer", "nnUNetTrainer")),
     "asks for nnunetv2.training.nnUNetTrainer.nnUNetTrainer.nnUNetTrainer"},
    {"NameFromTheStack", dict("\x8c\x02os\x8c\x06system\x93"), "asks for os.system"},
    {"NameThatIsNoText", dict("K\x01K\x02\x93"), "a name that is no text"},
    {"NewObject", dict(name("collections", "OrderedDict") + ")\x81"), "instruction NEWOBJ"},
    {"Instance", dict("(ios\nsystem\n"), "instruction INST"},
    {"OldObject", dict("(" + name("collections", "OrderedDict") + "o"), "instruction OBJ"},
    {"Extension", dict("\x82\x01"), "instruction EXT1"},
    {"TextId", dict("Psomething\n"), "instruction PERSID"},
    {"OldNumber", dict("I5\n"), "instruction INT"},
    {"UnknownInstruction", dict("\xff"), "unknown instruction 0xff"},
    {"NewerProtocol", "\x80\x4dN.", "a protocol newer than 5"},
    {"CallsAText", dict(text("os.system") + ")R"), "a text is called"},
    {"CallsAType", dict(call(name("torch", "FloatStorage"), {})), "is not called by any"},
    {"ArgumentsThatAreNoTuple", dict(name("collections", "OrderedDict") + "]R"), "no tuple"},
    {"StateOfAList", dict("]}b"), "a state set on a list"},
};

const Hostile kShape[] = {
    {"Empty", "", "ends in the middle"},
    {"NoStop", "\x80\x02}", "ends in the middle"},
    {"TruncatedText", "\x80\x02X\x10\0\0"s + "\0abc"s, "ends in the middle"},
    {"TruncatedNumber", "\x80\x02J\x01\x02", "ends in the middle"},
    {"TruncatedName",
     "\x80\x02"
     "cos",
     "ends in the middle of a name"},
    {"TextOfFourGigabytes", "\x80\x02X\xff\xff\xff\xff"s, "ends in the middle"},
    {"TextOfExabytes", "\x80\x04\x8d" + raw<std::uint64_t>(1ULL << 63), "ends in the middle"},
    {"BytesOfExabytes", "\x80\x04\x8e" + raw<std::uint64_t>(~0ULL), "ends in the middle"},
    {"NumberOf200Bytes", dict("\x8a\xc8" + std::string(200, '\1')), "an integer of 200 bytes"},
    {"StopOnNothing", "\x80\x02.", "an empty stack"},
    {"CallOnNothing", "\x80\x02R.", "an empty stack"},
    {"TupleOfTooFew", "\x80\x02K\x01\x87.", "an empty stack"},
    {"PopBelowTheMark", "\x80\x02K\x01(\x85.", "an empty stack"},
    {"NoMark", "\x80\x02K\x01t.", "no mark on the stack"},
    {"LeftOver", "\x80\x02K\x01K\x02.", "values left over"},
    {"KeyWithoutValue", "\x80\x02}(K\x01u.", "a key without a value"},
    {"AppendToADict",
     "\x80\x02}K\x01"
     "a.",
     "put into a dict"},
    {"ItemOfAList", "\x80\x02]K\x01K\x02s.", "put into a list"},
    {"MemoHole", "\x80\x02h\x07.", "memo entry 7 was never set"},
    {"FarMemoHole", "\x80\x02j\xff\xff\xff\x7f.", "was never set"},
    {"DeepLists", "\x80\x02" + std::string(100'000, ']') + std::string(99'999, 'a') + ".",
     "nested deeper than 100"},
    {"DeepTuples", "\x80\x02N" + std::string(100'000, '\x85') + ".", "nested deeper than 100"},
    {"DeepMarks", "\x80\x02" + std::string(100'000, '(') + ".", "nested deeper than 100"},
    {"MillionsOfValues", "\x80\x02(" + std::string(3'000'000, 'N') + "t.",
     "more than 2000000 values"},
};

const Hostile kTensors[] = {
    {"IdThatIsNoTuple", dict("K\x05Q"), "an integer as the id of a storage"},
    {"IdOfAModule",
     dict(
         tuple({text("module"), name("torch", "FloatStorage"), text("0"), text("cpu"), number(4)}) +
         "Q"),
     "something but storages"},
    {"StorageOfAFunction",
     dict(tuple({text("storage"), name("torch", "device"), text("0"), text("cpu"), number(4)}) +
          "Q"),
     "no type of storages"},
    {"QuantisedStorage", dict(storage(4, "QInt8Storage")), "asks for torch.QInt8Storage"},
    {"NegativeStorage", dict(storage(-1)), "impossible size"},
    {"StorageThatIsMissing",
     dict(tensor(storage(4, "FloatStorage", "7"), 0, {number(4)}, {number(1)})),
     "has no entry 'm/data/7'"},
    {"StorageOutsideTheFolder",
     dict(tensor(storage(4, "FloatStorage", "../../etc/passwd"), 0, {number(4)}, {number(1)})),
     "has no entry"},
    {"StorageOfAnotherSize", dict(tensor(storage(1000), 0, {number(4)}, {number(1)})),
     "has 16 bytes and should have 4000"},
    {"BeyondTheStorage", dict(tensor(kFloats, 0, {number(5)}, {number(1)})), "beyond its storage"},
    {"OffsetBeyondTheStorage", dict(tensor(kFloats, 4, {number(1)}, {number(1)})),
     "beyond its storage"},
    {"StrideBeyondTheStorage", dict(tensor(kFloats, 0, {number(2)}, {number(2'000'000'000)})),
     "beyond its storage"},
    {"TerabytesOfOneNumber",
     dict(tensor(kFloats, 0, {number(1 << 30), number(1 << 30)}, {number(0), number(0)})),
     "repeats parts"},
    {"SizesThatOverflow",
     dict(tensor(kFloats, 0, {number(1 << 30), number(1 << 30), number(1 << 30)},
                 {number(1), number(1), number(1)})),
     "beyond its storage"},
    {"NegativeSize", dict(tensor(kFloats, 0, {number(-1)}, {number(1)})), "size is no number"},
    {"NegativeStride", dict(tensor(kFloats, 0, {number(2)}, {number(-1)})), "stride is no number"},
    {"NegativeOffset", dict(tensor(kFloats, -1, {number(1)}, {number(1)})), "offset is no place"},
    {"MoreSizesThanStrides", dict(tensor(kFloats, 0, {number(1), number(1)}, {number(1)})),
     "beyond its storage"},
    {"SeventyAxes",
     dict(tensor(kFloats, 0, std::vector<std::string>(70, number(1)),
                 std::vector<std::string>(70, number(1)))),
     "a tensor of 70 axes"},
    {"TensorOfANumber", dict(tensor(number(4), 0, {number(1)}, {number(1)})),
     "argument 1 is an integer"},
    {"TensorOfNothing", dict(call(name("torch._utils", "_rebuild_tensor_v2"), {})),
     "argument 1 is missing"},
    {"NumpyObject", dict(call(name("numpy", "dtype"), {text("O8"), "\x89", "\x88"})),
     "NumPy's type 'O8' is not read"},
    {"NumpyBigEndian", dict(kNumpyType + tuple({number(3), text(">")}) + "b"), "not little-endian"},
    {"NumpyTooShort",
     dict(call(name("numpy.core.multiarray", "scalar"), {kNumpyType,
                                                         "C\x03"
                                                         "abc"})),
     "of another length"},
    {"OtherEncoding", dict(call(name("_codecs", "encode"), {text("a"), text("rot13")})),
     "an encoding but latin1"},
    {"NoStateDict", dict("K\x05"), "holds no state dict but a dict of x"},
    {"ListThatHoldsItself",
     "\x80\x02]q\x01h\x01"
     "a.",
     "holds no state dict but a list"},
};

std::string title(const testing::TestParamInfo<Hostile>& info) { return info.param.title; }
INSTANTIATE_TEST_SUITE_P(Code, HostilePickle, testing::ValuesIn(kCode), title);
INSTANTIATE_TEST_SUITE_P(Shape, HostilePickle, testing::ValuesIn(kShape), title);
INSTANTIATE_TEST_SUITE_P(Tensors, HostilePickle, testing::ValuesIn(kTensors), title);

TEST(HostilePth, RunsNothing) {
  const test::TemporaryFolder folder;
  const std::string command = "touch " + (folder / "was_run").string();
  test::write_text(folder / "m.pth", pth(dict(call(name("os", "system"), {text(command)}))));
  EXPECT_INPUT_ERROR(read_weights(folder / "m.pth"), "os.system");
  EXPECT_FALSE(std::filesystem::exists(folder / "was_run"));
}

struct Broken {
  const char* title;
  std::string (*file)();
  const char* message;
};

class BrokenArchive : public testing::TestWithParam<Broken> {};

TEST_P(BrokenArchive, IsRefused) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "m.pth", GetParam().file());
  EXPECT_INPUT_ERROR(read_weights(folder / "m.pth"), GetParam().message);
}

const std::string kPickle = dict(tensor(kFloats, 0, {number(4)}, {number(1)}));
const std::string kNumbers(16, '\0');

// The end record's fields: 10 entries, 12 bytes of the directory, 16 its offset.
std::string with_end_field(std::size_t field, const std::string& bytes) {
  std::string file = pth(kPickle, kNumbers);
  return file.replace(file.size() - 22 + field, bytes.size(), bytes);
}

const Broken kArchives[] = {
    {"BeforeZip", [] { return "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9."s; }, "zip form"},
    {"WebPage", [] { return "<html>404</html>"s; }, "zip form"},
    {"NoDirectory", [] { return "PK\x03\x04" + std::string(100, 'x'); }, "no directory"},
    {"NoPickle",
     [] {
       return archive({{"m/data/0", kNumbers}});
     },
     "without a data.pkl"},
    {"TorchScript",
     [] {
       return archive({{"m/constants.pkl", "x"}, {"m/code/a.py", "x"}});
     },
     "TorchScript"},
    {"BigEndian",
     [] {
       return archive({{"m/data.pkl", kPickle}, {"m/byteorder", "big"}});
     },
     "big-endian"},
    {"Bomb",
     [] {
       return archive({{"m/data.pkl", std::string(80'000'000, '('), true}});
     },
     "at most 67108864"},
    {"InflatesToMore",
     [] {
       return archive({{"m/data.pkl", std::string(1'000'000, '('), true, 5000}});
     },
     "does not inflate to the size it declares"},
    {"InflatesToLess",
     [] {
       return archive({{"m/data.pkl", kPickle, true, 10'000}});
     },
     "does not inflate to the size it declares"},
    {"DeclaresTheImpossible",
     [] {
       return archive({{"m/data.pkl", kPickle, true, 4'000'000'000U}});
     },
     "more bytes than compression can hide"},
    {"StoredWithTwoSizes",
     [] {
       return archive({{"m/data.pkl", kPickle, false, 4'000'000'000U}});
     },
     "has two sizes"},
    {"SameNameTwice",
     [] {
       return archive({{"m/data.pkl", kPickle}, {"m/data.pkl", "N."}});
     },
     "two entries"},
    {"Encrypted",
     [] {
       return archive({{"m/data.pkl", kPickle, false, 0, 1}});
     },
     "is encrypted"},
    {"MoreEntriesThanBytes", [] { return with_end_field(10, "\xff\xff"); }, "impossible directory"},
    {"DirectoryBeyondTheFile", [] { return with_end_field(12, "\xff\xff\xff\x7f"); },
     "impossible directory"},
    {"DirectoryElsewhere", [] { return with_end_field(16, "\xff\xff\xff\x7f"); }, "ends too early"},
};
INSTANTIATE_TEST_SUITE_P(Archives, BrokenArchive, testing::ValuesIn(kArchives),
                         [](const auto& info) { return info.param.title; });

TEST(HostilePth, EveryTruncationIsNoticed) {
  const test::TemporaryFolder folder;
  const std::string good = pth(kPickle, kNumbers);
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes) {
    test::write_text(folder / "m.pth", good.substr(0, bytes));
    EXPECT_THROW(read_weights(folder / "m.pth"), Error) << bytes << " bytes";
  }
}

TEST(HostilePth, NoDamagedByteChangesANumber) {
  const test::TemporaryFolder folder;
  const std::string good = pth(kPickle, kNumbers);
  int refused = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x11);
    test::write_text(folder / "m.pth", bad);
    try {
      const TensorMap read = read_weights(folder / "m.pth");
      EXPECT_EQ(read.at("x").count_nonzero().item<std::int64_t>(), 0) << "byte " << i;
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, static_cast<int>(kPickle.size() + kNumbers.size()));
}

}  // namespace
}  // namespace voxarena
