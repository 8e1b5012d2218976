#include "evaluation/folder_evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/data/case_listing.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

const std::string kEnding = ".nii.gz";

class EvaluateFolder : public testing::Test {
 protected:
  EvaluateFolder() {
    context.quiet = true;
    task.classes = {{"liver", "1", {1}}, {"spleen", "2", {2}}};
    for (const char* id : {"a", "b.1", "c"}) {
      write("reference", id, 1);
      write("prediction", id, 1);
    }
  }
  // A map of eight voxels, one of them `value`, at a place that depends on `shift`.
  void write(const std::string& part, const std::string& id, std::int16_t value,
             std::size_t shift = 0) {
    LabelImage image;
    image.voxels = Volume<std::int16_t>(1, {2, 2, 2});
    image.voxels.values[shift] = value;
    write_label(folder / part / (id + kEnding), image);
  }
  FolderEvaluation evaluate(const std::vector<std::string>& cases) {
    return evaluate_folder(folder / "reference", folder / "prediction", cases, kEnding, task,
                           context);
  }

  test::TemporaryFolder folder;
  EvaluationTask task;
  RunContext context;
};

TEST_F(EvaluateFolder, TheCaseListRules) {
  write("prediction", "stranger", 1);
  write("prediction", "b.1", 1, 5);
  std::filesystem::remove(folder / "prediction" / ("c" + kEnding));
  const FolderEvaluation evaluation = evaluate({"a", "b.1", "c"});
  ASSERT_EQ(evaluation.cases.size(), 3U);
  EXPECT_EQ(evaluation.cases[0].values[0][0], 1);
  EXPECT_EQ(evaluation.cases[1].values[0][0], 0);
  EXPECT_EQ(evaluation.cases[2].values[0][0], 0);
  ASSERT_EQ(evaluation.problems().size(), 1U);
  EXPECT_NE(evaluation.problems()[0].find("c.nii.gz"), std::string::npos);
}

TEST_F(EvaluateFolder, ThreadsDoNotChangeTheRecords) {
  const std::string one = records_text(to_records(evaluate({"a", "b.1", "c"}), "D", 0));
  context.threads = 4;
  EXPECT_EQ(records_text(to_records(evaluate({"c", "b.1", "a"}), "D", 0)), one);
}

TEST_F(EvaluateFolder, RecordsHoldEveryMetricOfEveryClass) {
  const std::vector<Record> records = to_records(evaluate({"a", "c"}), "Dataset001_Toy", 3);
  EXPECT_EQ(records.size(), 2 * 2 * selected_metrics({}).size());
  const auto spleen = std::find_if(records.begin(), records.end(), [](const Record& record) {
    return record.case_id == "c" && record.cls == "spleen" && record.metric == "Dice";
  });
  ASSERT_NE(spleen, records.end());
  EXPECT_EQ(spleen->dataset, "Dataset001_Toy");
  EXPECT_EQ(spleen->fold, 3);
  EXPECT_TRUE(std::isnan(spleen->value)) << "in neither map";
}

TEST_F(EvaluateFolder, MissingReferenceIsAnError) {
  EXPECT_INPUT_ERROR(evaluate({"a", "nobody"}), "nobody.nii.gz");
}

TEST_F(EvaluateFolder, StopsWhenAsked) {
  context.stop->store(true);
  EXPECT_THROW(evaluate({"a"}), Error);
}

TEST_F(EvaluateFolder, ListsLabelFiles) {
  test::write_text(folder / "reference" / "notes.txt", "not a label");
  EXPECT_EQ(list_label_files(folder / "reference", kEnding),
            (std::vector<std::string>{"a", "b.1", "c"}));
  EXPECT_INPUT_ERROR(list_label_files(folder / "reference", ".mha"), "no file ends with .mha");
  EXPECT_INPUT_ERROR(list_label_files(folder / "nowhere", kEnding), "nowhere");
}

}  // namespace
}  // namespace voxarena
