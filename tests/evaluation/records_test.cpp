#include "evaluation/records.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace voxarena {
namespace {

const std::string kHeader = "dataset,fold,case,class,metric,flavour,value\n";

Record record(const std::string& id, const std::string& cls, double value) {
  return {"Dataset001_Toy", 0, id, cls, "Dice", "voxel", value};
}

TEST(Records, AreWrittenSortedAndShort) {
  EXPECT_EQ(records_text({record("b", "liver", 0.25), record("a", "tumour, core", 1),
                          record("a", "liver", std::nan(""))}),
            kHeader +
                "Dataset001_Toy,0,a,liver,Dice,voxel,NaN\n"
                "Dataset001_Toy,0,a,\"tumour, core\",Dice,voxel,1\n"
                "Dataset001_Toy,0,b,liver,Dice,voxel,0.25\n");
}

TEST(Records, FileRoundTripKeepsEveryBit) {
  const test::TemporaryFolder folder;
  const double third = 1.0 / 3.0;
  write_records(folder / "records.csv",
                {record("b", "x", third), record("a", "x", std::nextafter(third, 1))});
  const std::vector<Record> read = read_records(folder / "records.csv");
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].case_id, "a");
  EXPECT_EQ(read[0].value, std::nextafter(third, 1));
  EXPECT_EQ(read[1].value, third);
}

TEST(Records, ReadsOtherLineEndsAndAnotherOrder) {
  const auto read = parse_records(
      "dataset,fold,case,class,metric,flavour,value\r\nD,2,b,x,Dice,voxel,0.5\r\nD,1,b,x,Dice,"
      "voxel,nan",
      "r");
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].fold, 1);
  EXPECT_TRUE(std::isnan(read[0].value));
  EXPECT_EQ(read[1].value, 0.5);
}

TEST(Records, KeepsMetricsItDoesNotKnow) {
  const auto read = parse_records(kHeader + "D,0,a,x,HD95,medpy,17.5\n", "r");
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].metric, "HD95");
  EXPECT_EQ(read[0].value, 17.5);
}

struct Broken {
  const char* what;
  std::string text;
  const char* message;
};

class BrokenRecords : public testing::TestWithParam<Broken> {};

TEST_P(BrokenRecords, NamesFileLineAndColumn) {
  const KnownNames known{
      .datasets = {"D"}, .cases = {"a", "b"}, .classes = {"liver", "spleen"}, .fold = 0};
  EXPECT_INPUT_ERROR(parse_records(GetParam().text, "runs/records.csv", known), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Records, BrokenRecords,
    testing::Values(
        Broken{"empty", "", "runs/records.csv: is empty"},
        Broken{"header", "dataset,fold,case,class,metric,value\n",
               "runs/records.csv:1: the header is"},
        Broken{"missing_column", kHeader + "D,0,a,liver,Dice,voxel,1\nD,0,a,spleen,Dice,1\n",
               "runs/records.csv:3: 6 columns instead of 7"},
        Broken{"cut_off", kHeader + "D,0,a,liver,Dice,voxel,1\nD,0,a",
               "runs/records.csv:3: 3 columns instead of 7"},
        Broken{"value", kHeader + "D,0,a,liver,Dice,voxel,high\n",
               "runs/records.csv:2: column 'value': 'high'"},
        Broken{"no_value", kHeader + "D,0,a,liver,Dice,voxel,\n",
               "runs/records.csv:2: column 'value': ''"},
        Broken{"trailing", kHeader + "D,0,a,liver,Dice,voxel,0.5x\n",
               "column 'value': '0.5x' is not a number"},
        Broken{"range", kHeader + "D,0,a,liver,Dice,voxel,1.5\n",
               "column 'value': 1.5 is outside of the range of Dice, [0, 1]"},
        Broken{"infinite", kHeader + "D,0,a,liver,HD95,subvoxel,inf\n",
               "column 'value': 'inf' is not a number"},
        Broken{"negative_count", kHeader + "D,0,a,liver,TP,voxel,-1\n",
               "outside of the range of TP"},
        Broken{"half_count", kHeader + "D,0,a,liver,FP,voxel,1.7\n",
               "column 'value': 1.7 is not a whole number, which FP counts"},
        Broken{"other_fold", kHeader + "D,1,a,liver,TP,voxel,1\n",
               "column 'fold': is 1 in the records of fold 0"},
        Broken{"fold", kHeader + "D,first,a,liver,Dice,voxel,1\n",
               "runs/records.csv:2: column 'fold': 'first'"},
        Broken{"negative_fold", kHeader + "D,-1,a,liver,Dice,voxel,1\n", "column 'fold': '-1'"},
        Broken{"dataset", kHeader + "E,0,a,liver,Dice,voxel,1\n",
               "column 'dataset': 'E' is unknown"},
        Broken{"case_name", kHeader + "D,0,c,liver,Dice,voxel,1\n",
               "column 'case': 'c' is unknown (known are: a, b)"},
        Broken{"cls", kHeader + "D,0,a,heart,Dice,voxel,1\n",
               "runs/records.csv:2: column 'class': 'heart' is unknown (known are: liver, spleen)"},
        Broken{"no_class", kHeader + "D,0,a,,Dice,voxel,1\n", "column 'class': is empty"},
        Broken{"no_metric", kHeader + "D,0,a,liver,,voxel,1\n", "column 'metric': is empty"},
        Broken{"duplicate", kHeader + "D,0,a,liver,Dice,voxel,1\nD,0,a,liver,Dice,voxel,0.9\n",
               "runs/records.csv:3: fold 0, case 'a', class 'liver', metric 'Dice' stands there "
               "twice"},
        Broken{"quote", kHeader + "D,0,a,\"liver,Dice,voxel,1\n", "runs/records.csv:2: a quote"}),
    [](const auto& info) { return info.param.what; });

TEST(Records, MissingFileIsNamed) {
  EXPECT_INPUT_ERROR(read_records("/nowhere/records.csv"), "/nowhere/records.csv");
}

}  // namespace
}  // namespace voxarena
