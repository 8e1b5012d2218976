#include "training/nnunet_checkpoint.h"

#include <gtest/gtest.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/pickle/pieces.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "tests/weights/archive.h"
#include "voxarena/weights/pth_file.h"
#include "voxarena/weights/weights_file.h"

namespace voxarena {
namespace {

const std::filesystem::path kGolden =
    std::filesystem::path(VOXARENA_SOURCE_DIR) / "tests/golden/nnunet_files";

// Two layers of a unit, the encoder's and the decoder's.
Checkpoint checkpoint() {
  Checkpoint out;
  out.epoch = 2;
  out.ema = out.best_ema = 0.5;
  for (const char* name : {"encoder.a.conv.weight", "encoder.a.norm.weight", "decoder.b.weight"}) {
    const auto value = static_cast<double>(out.network.size());
    out.network[name] = torch::full({3}, value);
    out.optimizer[std::string("momentum.") + name] = torch::full({3}, 10 + value);
  }
  return out;
}

NnunetTraining training() {
  NnunetTraining out;
  out.configuration = "3d_fullres";
  out.fold = "3";
  out.mirror_axes = {0, 2};
  out.plans = {{"plans_name", "nnUNetPlans"}};
  out.dataset = {{"labels", {{"background", 0}, {"a", 1}}}};
  out.parameters = {"encoder.a.conv.weight", "encoder.a.norm.weight", "decoder.b.weight"};
  for (int epoch = 0; epoch < 2; ++epoch) {
    EpochRecord record;
    record.epoch = epoch;
    record.learning_rate = 0.01 - 0.001 * epoch;
    record.loss = 1.0 / (epoch + 1);
    record.dice = {0.25, 0.75};
    record.mean_dice = record.ema.emplace(0.5);
    record.seconds = 10;
    out.log.push_back(record);
  }
  return out;
}

TEST(NnunetCheckpoint, OfTheTrainerIsRead) {
  // Every form of it is tested on the model folder; this file has what older versions and wrappers
  // left: prefixes, and no axes for mirroring.
  const NnunetCheckpoint read = read_nnunet_checkpoint(kGolden / "old_names.pth");
  EXPECT_EQ(read.trainer, "nnUNetTrainer");
  EXPECT_EQ(read.configuration, "3d_fullres");
  EXPECT_EQ(read.mirror_axes, std::nullopt);
  EXPECT_TRUE(read.network.contains("encoder.stages.0.0.convs.0.conv.weight"));
  for (const auto& [name, tensor] : read.network) {
    EXPECT_EQ(name.find("all_modules"), std::string::npos) << name;
    EXPECT_FALSE(name.starts_with("decoder.encoder.")) << name;
  }
}

TEST(NnunetCheckpoint, ComesBack) {
  const test::TemporaryFolder folder;
  write_nnunet_checkpoint(folder / "checkpoint_final.pth", checkpoint(), training());
  const NnunetCheckpoint read = read_nnunet_checkpoint(folder / "checkpoint_final.pth");
  EXPECT_EQ(read.configuration, "3d_fullres");
  EXPECT_EQ(read.mirror_axes, (std::vector<int>{0, 2}));
  ASSERT_EQ(read.network.size(), 3U);
  EXPECT_TRUE(torch::equal(read.network.at("encoder.a.norm.weight"),
                           checkpoint().network.at("encoder.a.norm.weight")));
}

TEST(NnunetCheckpoint, ATrainingGoesOnFromIt) {
  const test::TemporaryFolder folder;
  NnunetTraining given = training();
  given.log[1].validation_loss = -0.5;
  write_nnunet_checkpoint(folder / "checkpoint_latest.pth", checkpoint(), given);
  const NnunetProgress read =
      read_nnunet_progress(folder / "checkpoint_latest.pth", training().parameters);
  EXPECT_EQ(read.checkpoint.epoch, 2);
  EXPECT_EQ(read.checkpoint.best_ema, 0.5);
  EXPECT_TRUE(torch::equal(read.checkpoint.optimizer.at("momentum.decoder.b.weight"),
                           checkpoint().optimizer.at("momentum.decoder.b.weight")));
  ASSERT_EQ(read.log.size(), 2U);
  EXPECT_EQ(read.log[1].loss, 0.5);
  EXPECT_EQ(read.log[1].validation_loss, -0.5);
  EXPECT_TRUE(std::isnan(read.log[0].validation_loss));
  EXPECT_EQ(read.log[0].dice, (std::vector<double>{0.25, 0.75}));
  EXPECT_EQ(read.log[1].seconds, 10);
  EXPECT_INPUT_ERROR(read_nnunet_progress(folder / "checkpoint_latest.pth", {"a", "b"}),
                     "'optimizer_state' is of another network");
}

TEST(NnunetCheckpoint, GivesANewTrainingAllButTheSegmentationLayers) {
  struct Network : torch::nn::Module {
    at::Tensor body = register_parameter("body", torch::zeros({2, 3}));
    explicit Network(std::int64_t classes) {
      auto head = std::make_shared<torch::nn::Module>(), layers = head;
      head->register_module("seg_layers", layers = std::make_shared<torch::nn::Module>());
      layers->register_parameter("weight", torch::zeros({classes}));
      register_module("decoder", head);
    }
  };
  const test::TemporaryFolder folder;
  TensorFile file;
  file.tensors = {{"body", torch::ones({2, 3})}, {"decoder.seg_layers.weight", torch::ones({4})}};
  write_safetensors(folder / "weights", file);
  for (const std::int64_t classes : {4, 7}) {
    Network network(classes);
    load_pretrained_weights(folder / "weights", network);
    EXPECT_EQ(network.body.sum().item<float>(), 6);
    EXPECT_EQ(network.named_parameters()["decoder.seg_layers.weight"].sum().item<float>(), 0);
  }
  file.tensors["body"] = torch::ones({3, 3});
  write_safetensors(folder / "weights", file);
  Network network(4);
  EXPECT_INPUT_ERROR(load_pretrained_weights(folder / "weights", network),
                     "'body' is 3 x 3, but the network's is 2 x 3");
}

TEST(NnunetCheckpoint, HasWhatTheTrainerGoesOnFrom) {
  const test::TemporaryFolder folder;
  write_nnunet_checkpoint(folder / "m.pth", checkpoint(), training());
  PthFile file(folder / "m.pth");
  const auto get = [&](const char* key) -> const pickle::Value& {
    return *pickle::find(file.root(), key);
  };
  EXPECT_EQ(*get("current_epoch").get<std::int64_t>(), 2);
  EXPECT_EQ(*get("_best_ema").get<double>(), 0.5);
  EXPECT_EQ(*pickle::find(get("init_args"), "fold")->get<std::int64_t>(), 3);
  EXPECT_EQ(get("network_weights").get<pickle::Dict>()->items.size(), 9U) << "with second names";
  for (const char* list :
       {"mean_fg_dice", "ema_fg_dice", "dice_per_class_or_region", "train_losses", "val_losses",
        "lrs", "epoch_start_timestamps", "epoch_end_timestamps"})
    EXPECT_EQ(pickle::items_of(*pickle::find(get("logging"), list))->size(), 2U) << list;

  const pickle::Value& optimizer = get("optimizer_state");
  const auto& state = pickle::find(optimizer, "state")->get<pickle::Dict>()->items;
  ASSERT_EQ(state.size(), 3U);
  EXPECT_EQ(*state[1].first->get<std::int64_t>(), 1);
  const TensorMap buffers = file.tensors(*state[2].second);
  EXPECT_TRUE(torch::equal(buffers.at("momentum_buffer"),
                           checkpoint().optimizer.at("momentum.decoder.b.weight")));
  const pickle::Values& groups = *pickle::items_of(*pickle::find(optimizer, "param_groups"));
  EXPECT_DOUBLE_EQ(*pickle::find(*groups[0], "lr")->get<double>(), 0.009);
  EXPECT_EQ(pickle::items_of(*pickle::find(*groups[0], "params"))->size(), 3U);
}

TEST(NnunetCheckpoint, AParameterThatIsMissingIsNamed) {
  const test::TemporaryFolder folder;
  Checkpoint lacking = checkpoint();
  lacking.network.erase("decoder.b.weight");
  EXPECT_INPUT_ERROR(write_nnunet_checkpoint(folder / "m.pth", lacking, training()),
                     "holds no 'decoder.b.weight'");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(NnunetCheckpoint, OtherFilesAreRefused) {
  const test::TemporaryFolder folder;
  const auto expect_refusal = [&](const std::string& pickle, const std::string& message) {
    test::write_text(folder / "m.pth", test::pth(pickle, std::string(16, '\0')));
    EXPECT_INPUT_ERROR(read_nnunet_checkpoint(folder / "m.pth"), message);
  };
  const std::string weights =
      "}" + test::text("w") +
      test::tensor(test::storage(4), 0, {test::number(4)}, {test::number(1)}) + "s";
  const auto checkpoint = [&](const std::string& network, const std::string& arguments) {
    return "\x80\x02}(" + test::text("network_weights") + network + test::text("trainer_name") +
           test::text("T") + test::text("init_args") + arguments + "u.";
  };
  expect_refusal("\x80\x02}.", "has no 'network_weights'");
  expect_refusal(checkpoint("]", "}"), "'network_weights' is no state dict");
  expect_refusal(checkpoint(weights, "}"), "has no 'configuration'");
  expect_refusal(checkpoint(weights, "}" + test::text("configuration") + "K\x02s"),
                 "'configuration' is no text");
  expect_refusal(checkpoint(weights, test::name("nnunetv2.paths", "nnUNet_raw")),
                 "asks for nnunetv2.paths.nnUNet_raw");
}

}  // namespace
}  // namespace voxarena
