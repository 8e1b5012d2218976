// Two folders of label files compared by hand.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/json.h"
#include "voxarena/data/image_io.h"

namespace voxarena::test {
namespace {

// One case of which nothing was predicted, and what the program says of it with `options`.
class EvaluateProgram : public testing::Test {
 protected:
  EvaluateProgram() {
    write_json(folder_ / "reference/dataset.json",
               {{"labels", {{"background", 0}, {"liver", 1}}}, {"file_ending", ".nii.gz"}});
    LabelImage image;
    image.voxels = Volume<std::int16_t>(1, {4, 4, 4});
    std::filesystem::create_directories(folder_ / "prediction");
    write_label(folder_ / "prediction/a.nii.gz", image);
    image.voxels.values[21] = 1;
    write_label(folder_ / "reference/a.nii.gz", image);
  }
  Outcome evaluate(const std::vector<std::string>& options) const {
    std::vector<std::string> arguments = {"evaluate", (folder_ / "reference").string(),
                                          (folder_ / "prediction").string(), "-m", "HD95"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run_voxarena(arguments);
  }

  TemporaryFolder folder_;
};

TEST_F(EvaluateProgram, EmptyMasksFollowTheOptions) {
  const Outcome standard = evaluate({});
  EXPECT_EQ(standard.exit_code, 0) << standard.err;
  EXPECT_NE(standard.out.find("0.0000   0.0000   6.9282"), std::string::npos)
      << "Dice, IoU, HD95: the diagonal of the image\n"
      << standard.out;
  const Outcome undefined = evaluate({"--empty-prediction", "undefined"});
  EXPECT_NE(undefined.out.find("0.0000   0.0000      nan"), std::string::npos) << undefined.out;
  EXPECT_NE(undefined.out.find("in the reference only: what has no value (distances) is left out"),
            std::string::npos);
  EXPECT_EQ(evaluate({"--empty-reference", "undefined"}).out.find("nan"), std::string::npos)
      << "the reference is not empty";
  const Outcome wrong = evaluate({"--empty-reference", "best"});
  EXPECT_NE(wrong.exit_code, 0);
  EXPECT_NE(wrong.err.find("--empty-reference: 'best' is not a policy"), std::string::npos);
}

}  // namespace
}  // namespace voxarena::test
