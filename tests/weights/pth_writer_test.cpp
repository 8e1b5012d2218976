#include "voxarena/weights/pth_writer.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/weights/pth_file.h"
#include "voxarena/weights/weights_file.h"

namespace voxarena {
namespace {

TEST(WritePth, TensorsOfEveryTypeComeBack) {
  const test::TemporaryFolder folder;
  NamedTensors written;
  for (const auto type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt,
                          at::kShort, at::kChar, at::kByte, at::kBool})
    written.emplace_back(c10::toString(type), torch::arange(6).reshape({2, 3}).to(type));
  written.emplace_back("transposed", torch::arange(12.).reshape({3, 4}).t());
  written.emplace_back("slice", torch::arange(12.).reshape({3, 4})[1]);
  written.emplace_back("scalar", torch::scalar_tensor(7));
  written.emplace_back("empty", torch::zeros({0, 3}));
  write_pth(folder / "m.pth", written);
  const TensorMap read = read_weights(folder / "m.pth");
  ASSERT_EQ(read.size(), written.size());
  for (const auto& [name, tensor] : written) {
    EXPECT_EQ(read.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(torch::equal(read.at(name), tensor)) << name;
  }
}

TEST(WritePth, SharedMemoryIsWrittenOnce) {
  const test::TemporaryFolder folder;
  const at::Tensor tensor = torch::arange(10'000.);
  write_pth(folder / "one.pth", {{"a", tensor}});
  write_pth(folder / "two.pth", {{"a", tensor}, {"b", tensor.reshape({100, 100})}});
  EXPECT_LT(std::filesystem::file_size(folder / "two.pth"),
            std::filesystem::file_size(folder / "one.pth") + 1000);
  EXPECT_TRUE(torch::equal(read_weights(folder / "two.pth").at("b"), tensor.reshape({100, 100})));
}

TEST(WritePth, TheSameTensorsGiveTheSameBytes) {
  const test::TemporaryFolder a, b;
  for (const auto* folder : {&a, &b})
    write_pth(*folder / "m.pth", {{"w", torch::ones({3})}, {"b", torch::zeros({2})}});
  EXPECT_EQ(test::read_text(a / "m.pth"), test::read_text(b / "m.pth"));
}

TEST(WritePth, ContentIsAligned) {
  const test::TemporaryFolder folder;
  write_pth(folder / "m.pth", {{"w", torch::full({4}, 0.5)}});
  const std::string file = test::read_text(folder / "m.pth");
  const at::Tensor half = torch::full({4}, 0.5);
  const std::string content(static_cast<const char*>(half.const_data_ptr()), half.nbytes());
  EXPECT_EQ(file.find(content) % 64, 0U);
}

TEST(PthWriter, NestsTensorsInOtherValues) {
  const test::TemporaryFolder folder;
  PthWriter file(folder / "m.pth");
  file.pickle().begin_dict();
  file.pickle().text("device");
  file.device("cpu");
  file.pickle().text("state");
  file.pickle().begin_list();
  file.tensor(torch::ones({2}));
  file.pickle().end_list();
  file.pickle().end_dict();
  file.commit();
  const PthFile read(folder / "m.pth");
  EXPECT_EQ(*pickle::find(read.root(), "device")->get<std::string>(), "cpu");
  const pickle::Values& state = *pickle::items_of(*pickle::find(read.root(), "state"));
  EXPECT_EQ(state[0]->get<pickle::Tensor>()->sizes, (std::vector<std::int64_t>{2}));
}

TEST(PthWriter, WithoutCommitNothingAppears) {
  const test::TemporaryFolder folder;
  {
    PthWriter file(folder / "m.pth");
    file.tensor(torch::ones({2}));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(WithoutWrappers, PrefixesOfAllNamesGo) {
  const at::Tensor one = torch::ones({1});
  for (const char* prefix : {"module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module."}) {
    const TensorMap tensors = without_wrappers(
        {{std::string(prefix) + "a", one}, {std::string(prefix) + "b.module.c", one}});
    EXPECT_EQ(tensors.size(), 2U);
    EXPECT_TRUE(tensors.contains("a") && tensors.contains("b.module.c")) << prefix;
  }
  EXPECT_TRUE(without_wrappers({{"module.a", one}, {"b", one}}).contains("module.a"));
}

}  // namespace
}  // namespace voxarena
