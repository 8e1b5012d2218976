#include "benchmark/nnunet_archive.h"

#include <gtest/gtest.h>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/files.h"
#include "voxarena/weights/zip_writer.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;
using test::write_text;

class NnunetArchiveTest : public testing::Test {
 protected:
  NnunetArchiveTest() {
    request_ = {.results = folder_ / "results",
                .dataset = "Dataset900_Row",
                .models = {{.configuration = "3d_fullres"}},
                .folds = {"0"}};
    for (const char* name :
         {"plans.json", "dataset.json", "fold_0/checkpoint_final.pth",
          "fold_0/checkpoint_latest.pth", "fold_0/validation/a.nii.gz", "fold_0/validation/a.npz",
          "fold_0/validation/summary.json", "crossval_results_folds_0/postprocessing.pkl"})
      write_text(model() / name, std::string("content of ") + name);
  }
  fs::path model() const {
    return request_.results / request_.dataset / request_.models.front().folder();
  }

  test::TemporaryFolder folder_;
  ArchiveRequest request_;
};

TEST_F(NnunetArchiveTest, ArrivesWhereItCameFrom) {
  write_text(folder_ / "results/Dataset900_Row/inference_instructions.txt", "not nnU-Net's");
  EXPECT_EQ(write_model_archive(folder_ / "model.zip", request_), 5U);
  install_model_archive(folder_ / "model.zip", folder_ / "other");
  const fs::path installed =
      folder_ / "other/Dataset900_Row/nnUNetTrainer__nnUNetPlans__3d_fullres";
  EXPECT_EQ(read_file(installed / "fold_0/checkpoint_final.pth"),
            "content of fold_0/checkpoint_final.pth");
  EXPECT_TRUE(fs::exists(installed / "plans.json"));
  EXPECT_TRUE(fs::exists(installed / "fold_0/validation/summary.json"));
  EXPECT_TRUE(fs::exists(installed / "crossval_results_folds_0/postprocessing.pkl"));
  EXPECT_FALSE(fs::exists(installed / "fold_0/checkpoint_latest.pth"));
  EXPECT_FALSE(fs::exists(installed / "fold_0/validation/a.nii.gz"));
}

TEST_F(NnunetArchiveTest, PredictionsComeOnRequestProbabilitiesNever) {
  request_.predictions = true;
  write_model_archive(folder_ / "model.zip", request_);
  install_model_archive(folder_ / "model.zip", folder_ / "other");
  const fs::path validation =
      folder_ / "other/Dataset900_Row/nnUNetTrainer__nnUNetPlans__3d_fullres/fold_0/validation";
  EXPECT_TRUE(fs::exists(validation / "a.nii.gz"));
  EXPECT_FALSE(fs::exists(validation / "a.npz"));
}

TEST_F(NnunetArchiveTest, WhatIsMissingIsNamedAndNothingIsWritten) {
  request_.folds = {"0", "1"};
  EXPECT_INPUT_ERROR(write_model_archive(folder_ / "model.zip", request_),
                     "fold_1/checkpoint_final.pth");
  request_.folds = {"0"};
  request_.models.push_back({.configuration = "2d"});
  EXPECT_INPUT_ERROR(write_model_archive(folder_ / "model.zip", request_), "2d: is not there");
  EXPECT_FALSE(fs::exists(folder_ / "model.zip"));
  request_.strict = false;
  EXPECT_EQ(write_model_archive(folder_ / "model.zip", request_), 5U);
}

TEST_F(NnunetArchiveTest, NamesThatLeadOutOfTheFolderAreRefused) {
  ZipWriter zip(folder_ / "evil.zip");
  zip.add("Dataset900_Row/plans.json", "{}");
  zip.add("../../outside", "x");
  zip.commit();
  EXPECT_INPUT_ERROR(install_model_archive(folder_ / "evil.zip", folder_ / "other"), "outside");
  EXPECT_FALSE(fs::exists(folder_ / "other/Dataset900_Row"));
}

}  // namespace
}  // namespace voxarena
