#include "voxarena/plan/plans.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/expect_error.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {

// Written by nnunetv2: 2d, 3d_lowres, 3d_fullres and the cascade that inherits from it.
const std::string kPlansFile =
    std::string(VOXARENA_SOURCE_DIR) + "/tests/golden/nnunet/nnUNetPlans.json";

std::string message_of(const Json& json) {
  try {
    const Plans plans = plans_from_json(json, "plans.json");
    for (const auto& [name, ignored] : json["configurations"].items()) plans.configuration(name);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Plans, ReadsNnunetsFile) {
  const Plans plans = plans_from_json(read_json(kPlansFile), kPlansFile);
  EXPECT_EQ(plans.plans_name, "nnUNetPlans");
  EXPECT_EQ(plans.configurations.size(), 4u);
  const Configuration& fullres = plans.configuration("3d_fullres");
  EXPECT_EQ(fullres.patch_extent(), (Extent{128, 128, 128}));
  EXPECT_EQ(fullres.architecture.network_class, "PlainConvUNet");
  EXPECT_EQ(fullres.architecture.stages(), 6);
  EXPECT_EQ(fullres.architecture.blocks_per_stage, std::vector<int>(6, 2));
  EXPECT_EQ(fullres.data.order, 3);
  EXPECT_EQ(fullres.seg.order, 1);
  EXPECT_EQ(plans.configuration("2d").patch_extent(), (Extent{1, 512, 512}));
}

TEST(Plans, IsWrittenByteForByteAsNnunetDoes) {
  const std::string text = read_file(kPlansFile);
  std::string ours =
      dump_json(to_json(plans_from_json(parse_json(text, kPlansFile), kPlansFile))) + "\n";
  // nnU-Net writes the median of the coarse configuration as whole numbers.
  const std::string key = "\"median_image_size_in_voxels\"";
  EXPECT_EQ(parse_json(ours, "ours"), parse_json(text, kPlansFile));
  EXPECT_EQ(ours.substr(0, ours.find(key)), text.substr(0, text.find(key)));
  EXPECT_EQ(ours.substr(ours.find("\"3d_cascade_fullres\"")),
            text.substr(text.find("\"3d_cascade_fullres\"")));
}

TEST(Plans, CascadeInheritsAndOverrides) {
  const Plans plans = plans_from_json(read_json(kPlansFile), kPlansFile);
  const Configuration& cascade = plans.configuration("3d_cascade_fullres");
  EXPECT_EQ(cascade.inherits_from, "3d_fullres");
  EXPECT_EQ(cascade.previous_stage, "3d_lowres");
  EXPECT_EQ(cascade.patch_size, plans.configuration("3d_fullres").patch_size);
  EXPECT_EQ(plans.configuration("3d_lowres").next_stages,
            (std::vector<std::string>{"3d_cascade_fullres"}));
}

TEST(Plans, ChildOverridesOneKeyOfAChain) {
  Json json = read_json(kPlansFile);
  json["configurations"]["mine"] = {{"inherits_from", "3d_cascade_fullres"}, {"batch_size", 7}};
  const Plans plans = plans_from_json(json, "plans.json");
  EXPECT_EQ(plans.configuration("mine").batch_size, 7);
  EXPECT_EQ(plans.configuration("mine").patch_size, plans.configuration("3d_fullres").patch_size);
  EXPECT_EQ(to_json(plans)["configurations"]["mine"], json["configurations"]["mine"]);
}

// As nnU-Net's documentation suggests for settings that several configurations share.
TEST(Plans, AParentMayLeaveKeysToItsChildren) {
  Json json = read_json(kPlansFile);
  Json& all = json["configurations"];
  all["base"] = all["3d_fullres"];
  all["base"].erase("patch_size");
  all["middle"] = {{"inherits_from", "base"}, {"batch_size", 5}};
  all["mine"] = {{"inherits_from", "middle"}, {"patch_size", {64, 64, 32}}};
  const Plans plans = plans_from_json(json, "plans.json");
  EXPECT_EQ(plans.configuration("mine").batch_size, 5);
  EXPECT_EQ(plans.configuration("mine").patch_extent(), (Extent{64, 64, 32}));
  EXPECT_TRUE(plans.has("base"));
  EXPECT_INPUT_ERROR(plans.configuration("base"), "'configurations.base.patch_size' is missing");
  EXPECT_INPUT_ERROR(plans.configuration("middle"), "configurations.middle.patch_size");
  const Json written = to_json(plans)["configurations"];
  for (const char* name : {"base", "middle", "mine"}) EXPECT_EQ(written[name], all[name]) << name;
}

TEST(Plans, ConvertsTheFormBefore2_4) {
  Json json = read_json(kPlansFile);
  Json& c = json["configurations"]["2d"];
  c.erase("architecture");
  c["UNet_class_name"] = "ResidualEncoderUNet";
  c["UNet_base_num_features"] = 32;
  c["unet_max_num_features"] = 100;
  c["n_conv_per_stage_encoder"] = {1, 3, 4};
  c["n_conv_per_stage_decoder"] = {1, 1};
  c["num_pool_per_axis"] = {2, 2};
  c["pool_op_kernel_sizes"] = {{1, 1}, {2, 2}, {2, 2}};
  c["conv_kernel_sizes"] = {{3, 3}, {3, 3}, {3, 3}};
  const Architecture a = plans_from_json(json, "plans.json").configuration("2d").architecture;
  EXPECT_EQ(a.network_class, "ResidualEncoderUNet");
  EXPECT_EQ(a.features, (std::vector<std::int64_t>{32, 64, 100}));
  EXPECT_EQ(a.blocks_per_stage, (std::vector<int>{1, 3, 4}));
  EXPECT_EQ(a.strides[0], (std::vector<std::int64_t>{1, 1}));
}

TEST(Plans, OlderNamesAndShorthandAreRead) {
  Json json = read_json(kPlansFile);
  const Plans plain = plans_from_json(json, "plans.json");
  json["foreground_intensity_properties_by_modality"] =
      json["foreground_intensity_properties_per_channel"];
  json.erase("foreground_intensity_properties_per_channel");
  json["configurations"]["3d_lowres"]["next_stage"] = {"3d_cascade_fullres", "mine"};
  Json& kwargs = json["configurations"]["2d"]["architecture"]["arch_kwargs"];
  kwargs["kernel_sizes"] = 3;
  kwargs["strides"] = {1, 2, 2, 2, 2, 2, 2, 2};
  kwargs["n_conv_per_stage"] = 2;
  const Plans plans = plans_from_json(json, "plans.json");
  EXPECT_EQ(plans.configuration("2d").architecture.strides,
            plain.configuration("2d").architecture.strides);
  EXPECT_EQ(plans.configuration("2d").architecture.kernel_sizes,
            plain.configuration("2d").architecture.kernel_sizes);
  EXPECT_EQ(plans.configuration("2d").architecture.blocks_per_stage,
            plain.configuration("2d").architecture.blocks_per_stage);
  EXPECT_EQ(plans.configuration("3d_lowres").next_stages,
            (std::vector<std::string>{"3d_cascade_fullres", "mine"}));
  EXPECT_EQ(to_json(plans)["configurations"]["3d_lowres"]["next_stage"],
            json["configurations"]["3d_lowres"]["next_stage"]);
  EXPECT_EQ(plans.intensities.size(), plain.intensities.size());
}

TEST(Plans, AddedConfigurationsSurvivePlanningAnew) {
  const Json fresh = read_json(kPlansFile);
  Json old = fresh;
  old["configurations"]["mine"] = {{"inherits_from", "3d_fullres"}, {"batch_size", 7}};
  old["configurations"]["2d"]["batch_size"] = 99;
  const Json kept = keep_configurations(fresh, old);
  EXPECT_EQ(kept["configurations"]["mine"], old["configurations"]["mine"]);
  EXPECT_EQ(kept["configurations"]["2d"], fresh["configurations"]["2d"]);
  EXPECT_EQ(keep_configurations(fresh, Json::array()), fresh);
}

TEST(Plans, AConfigurationAloneIsWrittenWhole) {
  Plans plans = plans_from_json(read_json(kPlansFile), kPlansFile);
  plans.configurations = {plans.configuration("3d_cascade_fullres")};
  const Json json = to_json(plans)["configurations"]["3d_cascade_fullres"];
  EXPECT_FALSE(json.contains("inherits_from"));
  EXPECT_TRUE(json.contains("architecture"));
}

TEST(Plans, RefusesLayersThatNoNetworkHas) {
  const Json good = read_json(kPlansFile);
  const auto message_with = [&](const std::string& key, const Json& value) {
    Json json = good;
    json["configurations"]["2d"]["architecture"]["arch_kwargs"][key] = value;
    return message_of(json);
  };
  EXPECT_EQ(message_with("norm_op", "torch.nn.modules.instancenorm.InstanceNorm2d"), "no error");
  const Json refused = parse_json(R"([["norm_op", "torch.nn.modules.batchnorm.BatchNorm2d"],
                                      ["nonlin", "torch.nn.ReLU"],
                                      ["dropout_op", "torch.nn.Dropout2d"],
                                      ["conv_bias", false],
                                      ["norm_op_kwargs", {"eps": 1e-3, "affine": true}],
                                      ["norm_op_kwargs", {"affine": false}],
                                      ["nonlin_kwargs", {"negative_slope": 0.2}]])",
                                  "test");
  for (const Json& one : refused) {
    const auto key = one[0].get<std::string>();
    EXPECT_NE(message_with(key, one[1]).find(key), std::string::npos) << key;
  }
  Json json = good;
  json["configurations"]["2d"]["preprocessor_name"] = "MyPreprocessor";
  EXPECT_NE(message_of(json).find("configurations.2d.preprocessor_name"), std::string::npos);
}

TEST(Plans, ErrorsNameFileAndField) {
  const Json good = read_json(kPlansFile);
  Json json = good;
  json["configurations"]["2d"].erase("patch_size");
  EXPECT_EQ(message_of(json), "plans.json: key 'configurations.2d.patch_size' is missing");
  json = good;
  json["configurations"]["2d"]["spacing"][0] = -1;
  EXPECT_NE(message_of(json).find("plans.json: 'configurations.2d.spacing' must be positive"),
            std::string::npos);
  json = good;
  json["configurations"]["3d_fullres"]["inherits_from"] = "3d_cascade_fullres";
  EXPECT_NE(message_of(json).find("inherits from itself"), std::string::npos);
  json = good;
  json["configurations"]["2d"]["resampling_fn_data"] = "no_resampling_hack";
  EXPECT_NE(message_of(json).find("configurations.2d.resampling_fn_data"), std::string::npos);
  json = good;
  json["transpose_forward"] = {0, 0, 2};
  EXPECT_NE(message_of(json).find("transpose_forward"), std::string::npos);
}

TEST(Plans, UnknownConfigurationListsTheExistingOnes) {
  const Plans plans = plans_from_json(read_json(kPlansFile), kPlansFile);
  EXPECT_TRUE(plans.has("2d"));
  EXPECT_FALSE(plans.has("4d"));
  try {
    plans.configuration("4d");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.hint().find("2d, 3d_lowres, 3d_fullres"), std::string::npos) << error.hint();
  }
}

}  // namespace
}  // namespace voxarena
