#include "voxarena/weights/safetensors.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {
namespace fs = std::filesystem;

class Safetensors : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  // A file with the given header and raw bytes, as another program would write it.
  fs::path write_raw(const std::string& header, const std::string& data) {
    const std::uint64_t length = header.size();
    std::string content(reinterpret_cast<const char*>(&length), sizeof(length));
    write_file(folder_ / "raw.safetensors", content + header + data);
    return folder_ / "raw.safetensors";
  }

  std::string error_of(const fs::path& path) {
    try {
      read_safetensors(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::input);
      EXPECT_FALSE(error.hint().empty());
      EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos) << error.what();
      return error.what();
    }
    return "no error";
  }

  fs::path folder_ =
      fs::path(testing::TempDir()) / ("voxarena_safetensors_" + std::to_string(getpid()));
};

TensorFile every_type() {
  TensorFile file{.tensors = {}, .metadata = {{"epoch", "7"}, {"text", "a \"quoted\" word"}}};
  for (const auto type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt,
                          at::kShort, at::kChar, at::kByte, at::kBool}) {
    file.tensors[std::string("t.") + c10::toString(type)] =
        torch::arange(6).reshape({2, 3}).to(type);
  }
  file.tensors["scalar"] = torch::tensor(-2.5);
  file.tensors["empty"] = torch::zeros({0, 5});
  return file;
}

TEST_F(Safetensors, ReturnsWhatWasWritten) {
  const TensorFile written = every_type();
  write_safetensors(folder_ / "all.safetensors", written);
  const TensorFile read = read_safetensors(folder_ / "all.safetensors");
  EXPECT_EQ(read.metadata, written.metadata);
  ASSERT_EQ(read.tensors.size(), written.tensors.size());
  for (const auto& [name, tensor] : written.tensors) {
    EXPECT_EQ(read.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(torch::equal(read.tensors.at(name), tensor)) << name;
  }
}

TEST_F(Safetensors, SameContentGivesSameBytes) {
  const at::Tensor strided = torch::arange(12).reshape({3, 4}).t();
  write_safetensors(folder_ / "a.safetensors",
                    {.tensors = {{"x", strided}, {"y", torch::ones({3})}}, .metadata = {}});
  write_safetensors(
      folder_ / "b.safetensors",
      {.tensors = {{"y", torch::ones({3})}, {"x", strided.contiguous()}}, .metadata = {}});
  EXPECT_EQ(read_file(folder_ / "a.safetensors"), read_file(folder_ / "b.safetensors"));
}

TEST_F(Safetensors, ReadsTheReferenceLibrarysFile) {
  const TensorFile file = read_safetensors(fs::path(VOXARENA_SOURCE_DIR) /
                                           "tests/golden/weights/reference.safetensors");
  EXPECT_EQ(file.metadata.at("format"), "pt");
  EXPECT_EQ(file.tensors.size(), 7U);
  EXPECT_TRUE(torch::equal(file.tensors.at("encoder.weight"),
                           torch::arange(6).reshape({2, 3}).to(torch::kFloat) / 4));
  EXPECT_TRUE(
      torch::equal(file.tensors.at("encoder.half"), torch::tensor({1.5, -2.0}).to(torch::kHalf)));
  EXPECT_TRUE(torch::equal(file.tensors.at("encoder.brain"),
                           torch::tensor({0.5, -3.0}).to(torch::kBFloat16)));
  EXPECT_EQ(file.tensors.at("steps").item<std::int64_t>(), 1234567890123);
  EXPECT_TRUE(torch::equal(file.tensors.at("mask"), torch::tensor({1, 0, 1}).to(torch::kBool)));
  EXPECT_TRUE(torch::equal(file.tensors.at("bytes"), torch::tensor({0, 7, 255}).to(torch::kByte)));
  EXPECT_EQ(file.tensors.at("empty").sizes(), torch::IntArrayRef({0, 4}));
}

TEST_F(Safetensors, NoticesEveryDamagedByte) {
  const fs::path path = folder_ / "damaged.safetensors";
  write_safetensors(path, {.tensors = {{"x", torch::ones({4})}}, .metadata = {{"epoch", "7"}}});
  const std::string good = read_file(path);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    // Within the key's own name the file becomes one of another program: readable, and its content
    // is whole.
    if (const std::size_t key = good.find("sha256"); i >= key && i < key + 6) continue;
    write_file(path, bad);
    EXPECT_NE(error_of(path), "no error") << "byte " << i;
  }
}

TEST_F(Safetensors, NoticesEveryTruncation) {
  const fs::path path = folder_ / "short.safetensors";
  write_safetensors(path, {.tensors = {{"x", torch::ones({4})}}, .metadata = {}});
  const std::string good = read_file(path);
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes) {
    write_file(path, good.substr(0, bytes));
    EXPECT_NE(error_of(path), "no error") << bytes << " bytes";
  }
}

TEST_F(Safetensors, MalformedHeadersNameTheTensor) {
  const struct {
    std::string header, data, message;
  } cases[] = {
      {"[]", "", "not a JSON object"},
      {"{\"x\":", "", "not a JSON object"},
      {R"({"__metadata__":[1]})", "", "metadata that is not an object"},
      {R"({"__metadata__":{"a":1}})", "", "metadata 'a'"},
      {R"({"x":1})", "", "tensor 'x' is not described"},
      {R"({"x":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})", "abcd",
       "tensor 'x' has no valid 'dtype'"},
      {R"({"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "abcd",
       "tensor 'x' has no valid 'shape'"},
      {R"({"x":{"dtype":"F32","shape":[281474976710656,281474976710656],"data_offsets":[0,4]}})",
       "abcd", "tensor 'x' has no valid 'shape'"},
      {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,5]}})", "abcde",
       "tensor 'x' has no valid 'data_offsets'"},
      {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", "abcd",
       "tensor 'x' has no valid 'data_offsets'"},
      {R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "abcd",
       "ends before tensor 'x'"},
      {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "abcdefgh",
       "tensor 'x' does not follow"},
      {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
       "abcd", "tensor 'y' overlaps"},
      {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "abcde",
       "bytes that belong to no tensor"},
  };
  for (const auto& broken : cases) {
    EXPECT_NE(error_of(write_raw(broken.header, broken.data)).find(broken.message),
              std::string::npos)
        << broken.header << "\n"
        << error_of(folder_ / "raw.safetensors");
  }
}

TEST_F(Safetensors, MissingFileIsAnInputError) {
  EXPECT_NE(error_of(folder_ / "absent.safetensors").find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace voxarena
