// What `voxarena sam predict` refuses before it reads any weights. What it answers is tested by
// tests/plugins/sam/released_models_test.cpp.
#include <gtest/gtest.h>

#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/picture_file.h"

namespace voxarena::test {
namespace {

struct Refusal {
  const char* name;
  std::vector<std::string> arguments;
  int exit_code;
  std::vector<std::string> mentions;
};

class SamPredict : public testing::TestWithParam<Refusal> {};

// On a picture of 30 x 20 pixels, or the slices of a volume as large.
TEST_P(SamPredict, RefusesByName) {
  const TemporaryFolder folder;
  write_png(folder / "photo.png", Volume<std::uint8_t>(1, {1, 20, 30}, 7));
  write_image(folder / "volume.nii.gz", {Volume<float>(1, {3, 20, 30}, 1.0F), {}});
  write_text(folder / "photo.bmp", "BM");
  std::vector<std::string> arguments{"sam", "predict"};
  for (const std::string& argument : GetParam().arguments) {
    const bool file = argument.find('.') != std::string::npos;
    arguments.push_back(file ? (folder / argument).string() : argument);
  }
  arguments.insert(arguments.end(), {"--weights", (folder / "no.pth").string()});
  const Outcome outcome = run_voxarena(arguments);
  EXPECT_EQ(outcome.exit_code, GetParam().exit_code) << outcome.err;
  for (const std::string& part : GetParam().mentions)
    EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " in\n" << outcome.err;
  EXPECT_EQ(outcome.err.find("defect"), std::string::npos) << outcome.err;
}

INSTANTIATE_TEST_SUITE_P(
    , SamPredict,
    testing::Values(Refusal{"OtherLabel",
                            {"photo.png", "mask.png", "--points", "5,5,2"},
                            2,
                            {"--points: 5,5,2", "neither 0 nor 1", "30 x 20"}},
                    Refusal{"NegativeLabel",
                            {"photo.png", "mask.png", "--points", "1,1", "5,5,-1"},
                            2,
                            {"--points: 5,5,-1", "neither 0 nor 1"}},
                    Refusal{"PointOutside",
                            {"photo.png", "mask.png", "--points", "5,20"},
                            2,
                            {"--points: 5,20 lies outside", "30 x 20", "Y from 0 to 19"}},
                    Refusal{"ReversedBox",
                            {"photo.png", "mask.png", "--box", "10,2,5,8"},
                            2,
                            {"--box: 10,2,5,8 is empty or reversed", "30 x 20"}},
                    Refusal{"EmptyBox",
                            {"photo.png", "mask.png", "--box", "10,2,12,2"},
                            2,
                            {"--box: 10,2,12,2 is empty or reversed"}},
                    Refusal{"BoxOutside",
                            {"photo.png", "mask.png", "--box", "10,2,31,8"},
                            2,
                            {"--box: 10,2,31,8 reaches outside", "30 x 20"}},
                    Refusal{
                        "NoPrompt", {"photo.png", "mask.png"}, 2, {"neither --points nor --box"}},
                    Refusal{"OtherPicture",
                            {"photo.bmp", "mask.png", "--points", "5,5"},
                            1,
                            {"photo.bmp: unknown image format", ".png, .jpg"}},
                    Refusal{"MaskAsJpeg",
                            {"photo.png", "mask.jpg", "--points", "5,5"},
                            2,
                            {"mask.jpg", ".nii.gz", ".png for 2-D"}},
                    Refusal{"MaskOfAVolumeAsPng",
                            {"volume.nii.gz", "mask.png", "--slice", "1", "--points", "5,5"},
                            2,
                            {"mask.png", ".png for 2-D"}},
                    Refusal{"UnknownDevice",
                            {"photo.png", "mask.png", "--points", "29,19", "--device", "bogus"},
                            1,
                            {"--device bogus", "this LibTorch cannot use it"}},
                    Refusal{"WeightsThatAreNotThere",
                            {"photo.png", "mask.png", "--box", "0,0,30,20"},
                            1,
                            {"no.pth"}}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace voxarena::test
