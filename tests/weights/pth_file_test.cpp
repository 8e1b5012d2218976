#include "voxarena/weights/pth_file.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "tests/weights/archive.h"
#include "voxarena/weights/weights_file.h"

namespace voxarena {
namespace {

const std::filesystem::path kGolden =
    std::filesystem::path(VOXARENA_SOURCE_DIR) / "tests/golden/weights";

TEST(PthFile, ReadsAStateDictOfEveryType) {
  const TensorMap tensors = read_weights(kGolden / "state_dict.pth");
  EXPECT_EQ(tensors.size(), 14U);
  for (const auto type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt,
                          at::kShort, at::kChar, at::kByte, at::kBool}) {
    const at::Tensor& tensor = tensors.at(std::string("type.") + c10::toString(type));
    EXPECT_EQ(tensor.scalar_type(), type);
    EXPECT_TRUE(torch::equal(tensor, torch::arange(6).reshape({2, 3}).to(type)));
  }
  EXPECT_TRUE(torch::equal(tensors.at("parameter"), torch::full({3}, 0.5)));
  EXPECT_TRUE(torch::equal(tensors.at("transposed"), torch::arange(12.).reshape({3, 4}).t()));
  EXPECT_TRUE(tensors.at("transposed").is_contiguous());
  EXPECT_TRUE(torch::equal(tensors.at("slice"), torch::arange(12.).reshape({3, 4})[1]));
  EXPECT_EQ(tensors.at("scalar").dim(), 0);
}

// As nnU-Net 2.8 writes them: the state dict beside optimiser, log and arguments.
TEST(PthFile, FindsTheStateDictInACheckpoint) {
  const TensorMap tensors = read_weights(kGolden / "checkpoint.pth");
  EXPECT_EQ(tensors.size(), 2U);  // "_orig_mod." is gone
  EXPECT_TRUE(torch::equal(tensors.at("weight"), torch::arange(6.).reshape({2, 3})));
}

TEST(PthFile, GivesPlainValues) {
  const PthFile file(kGolden / "checkpoint.pth");
  const auto get = [&](const char* key) { return pickle::find(file.root(), key); };
  EXPECT_EQ(*get("current_epoch")->get<std::int64_t>(), 7);
  EXPECT_EQ(*get("trainer_name")->get<std::string>(), "nnUNetTrainer");
  EXPECT_EQ(*get("_best_ema")->get<double>(), 0.3);  // numpy.float64
  EXPECT_TRUE(get("grad_scaler_state")->get<std::monostate>());
  EXPECT_EQ(get("inference_allowed_mirroring_axes")->get<pickle::Tuple>()->items.size(), 3U);
  const pickle::Value& log = *get("logging");
  const pickle::Values& dice = pickle::find(log, "mean_fg_dice")->get<pickle::List>()->items;
  EXPECT_EQ(*dice[0]->get<double>(), 0.5);
  EXPECT_EQ(*dice[1]->get<double>(), 0.25);      // numpy.float32
  EXPECT_EQ(*dice[2]->get<std::int64_t>(), -3);  // numpy.int64
  const pickle::Value& arguments = *get("init_args");
  EXPECT_EQ(*pickle::find(arguments, "device")->get<std::string>(), "cuda:0");
  EXPECT_EQ(*pickle::find(arguments, "unpack")->get<bool>(), true);
  EXPECT_EQ(pickle::find(arguments, "set")->get<pickle::Set>()->items.size(), 2U);
  EXPECT_EQ(pickle::find(arguments, "bytes")->get<pickle::Bytes>()->data, "a\xe9\xff");
  EXPECT_EQ(pickle::find(arguments, "absent"), nullptr);
}

TEST(PthFile, ReadsProtocolFive) {
  const TensorMap tensors = read_weights(kGolden / "protocol5.pth");
  EXPECT_TRUE(torch::equal(tensors.at("a"), torch::ones({2})));
}

TEST(PthFile, ReadsDeflatedArchives) {
  const test::TemporaryFolder folder;
  const std::string pickle =
      test::dict(test::tensor(test::storage(300), 0, {test::number(300)}, {test::number(1)}));
  test::write_text(folder / "m.pth",
                   test::archive({{"any name/data.pkl", pickle, true},
                                  {"any name/data/0", std::string(1200, '\0'), true}}));
  EXPECT_TRUE(torch::equal(read_weights(folder / "m.pth").at("x"), torch::zeros({300})));
}

TEST(ReadWeights, TellsTheFormsApart) {
  const TensorMap tensors = read_weights(kGolden / "reference.safetensors");
  EXPECT_TRUE(tensors.contains("encoder.weight"));
  EXPECT_INPUT_ERROR(read_weights(kGolden / "absent.pth"), "absent.pth: cannot be read");
  EXPECT_INPUT_ERROR(read_weights(kGolden / "make.py"), "make.py");
}

TEST(KnownWeights, AreNamedByTheirHash) {
  EXPECT_EQ(known_weights("ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912"),
            "SAM ViT-B (sam_vit_b_01ec64.pth)");
  EXPECT_EQ(known_weights(std::string(64, '0')), "");
}

}  // namespace
}  // namespace voxarena
