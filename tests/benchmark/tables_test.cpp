#include "benchmark/tables.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/benchmark/manifests.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

Json manifest(const std::string& name, int fold) {
  return test::made_up_manifest(name, fold, {fold == 0 ? "a" : "b"});
}

void write_run(const fs::path& folder, const std::string& name, int fold, double dice) {
  write_json(folder / "manifest.json", manifest(name, fold));
  write_records(folder / "records.csv", {{"Dataset900_Phantom", fold, fold == 0 ? "a" : "b",
                                          "liver", "Dice", "voxel", dice}});
}

TEST(CollectRows, JoinsTheFoldsOfAMethod) {
  const test::TemporaryFolder folder;
  write_run(folder.path() / "x" / "fold_0", "net", 0, 0.5);
  write_run(folder.path() / "x" / "fold_1", "net", 1, 0.7);
  const std::vector<LeaderboardRow> rows = collect_rows({folder.path()}, {});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].method, "net");
  ASSERT_EQ(rows[0].folds.size(), 2U);
  EXPECT_EQ(rows[0].facts.trained_parameters, 8);
  EXPECT_DOUBLE_EQ(*rows[0].facts.train_seconds, 10.5);
  EXPECT_DOUBLE_EQ(*rows[0].facts.predict_seconds_per_case, 4.0);
  EXPECT_DOUBLE_EQ(*rows[0].facts.peak_memory_mib, 101.0);
  EXPECT_DOUBLE_EQ(make_leaderboard(rows).blocks.at(0).rows.at(0).overall.mean, 0.6);
}

// A killed start left one of two predictions, the next one was timed with the other.
TEST(CollectRows, SecondsAreThoseOfTheCasesThatWereTimed) {
  const test::TemporaryFolder folder;
  Json run = test::made_up_manifest("net", 0, {"a", "b"});
  run["timed_cases"] = 1;
  test::write_made_up_run(folder / "run", run, {0.5, 0.6});
  EXPECT_DOUBLE_EQ(*collect_rows({folder.path()}, {}).at(0).facts.predict_seconds_per_case, 4.0);
}

TEST(CollectRows, RowsThatSawOtherSupportsAreRefused) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a", "b"}) {
    write_run(folder.path() / name, name, 0, 0.5);
    Json shown = manifest(name, 0);
    shown["supports"] = {std::string("case_") + name};
    write_json(folder.path() / name / "manifest.json", shown);
  }
  EXPECT_INPUT_ERROR(collect_rows({folder.path()}, {}), R"(supports are ["case_b"], those of)");
}

TEST(CollectRows, UnfinishedRunsAreNotInTheTable) {
  const test::TemporaryFolder folder;
  write_run(folder.path() / "x" / "fold_0", "net", 0, 0.5);
  Json started = manifest("other", 0);
  started["status"] = "started";
  write_json(folder.path() / "y" / "fold_0" / "manifest.json", started);
  EXPECT_EQ(collect_rows({folder.path()}, {}).size(), 1U);
}

TEST(CollectRows, UnfinishedRunsAreSaid) {
  const test::TemporaryFolder folder;
  write_run(folder.path() / "x" / "fold_0", "net", 0, 0.5);
  Json running = manifest("other", 0);
  running["status"] = "running";
  write_json(folder.path() / "y" / "fold_0" / "manifest.json", running);
  testing::internal::CaptureStderr();
  collect_rows({folder.path()}, {});
  EXPECT_NE(testing::internal::GetCapturedStderr().find("1 run is not finished and left out"),
            std::string::npos);
}

struct BrokenManifest {
  const char* name;
  const char* pointer;  // what is replaced
  const char* value;    // JSON
  const char* message;
};

class ManifestTest : public testing::TestWithParam<BrokenManifest> {};

TEST_P(ManifestTest, IsAnErrorThatNamesFileAndKey) {
  const test::TemporaryFolder folder;
  write_run(folder.path(), "net", 0, 0.5);
  Json broken = manifest("net", 0);
  broken[nlohmann::ordered_json::json_pointer(GetParam().pointer)] =
      parse_json(GetParam().value, "value");
  const fs::path file = folder.path() / "manifest.json";
  write_json(file, broken);
  EXPECT_INPUT_ERROR(collect_rows({folder.path()}, {}), file.string() + ": " + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    , ManifestTest,
    testing::Values(
        BrokenManifest{"List", "", "[]", "is no manifest of a run"},
        BrokenManifest{"NoStatus", "/status", "null", "status is null instead of a text"},
        BrokenManifest{"Statuses", "/status", R"(["finished"])", R"(status is ["finished"])"},
        BrokenManifest{"Fold", "/fold", R"("0")", "fold is \"0\" instead of a number"},
        BrokenManifest{"NegativeTime", "/seconds/train", "-5", "seconds.train is -5"},
        BrokenManifest{"NoTime", "/seconds/predict", "NaN",
                       "seconds.predict is null instead of a finite"},
        BrokenManifest{"Memory", "/peak_memory_mib/train", "Infinity", "peak_memory_mib.train is"},
        BrokenManifest{"NoInformation", "/information", "null", "information is null"},
        BrokenManifest{"Axes", "/information/mirror_axes", R"("all")",
                       "information.mirror_axes is \"all\""},
        BrokenManifest{"Ensemble", "/information/ensemble", R"("1")", "information.ensemble is"},
        BrokenManifest{"EmptyEnsemble", "/information/ensemble", "0", "information.ensemble is 0"},
        BrokenManifest{"NoWords", "/information/pretraining", R"("")",
                       "information.pretraining is \"\" instead of a text that is not empty"},
        BrokenManifest{"NoName", "/name", R"("")", "name is \"\" instead of a text"},
        BrokenManifest{"TunedOn", "/information/tuned_on", R"("900")", "information.tuned_on is"},
        BrokenManifest{"Cases", "/cases", R"([1])", "cases is [1] instead of a list of texts"}),
    [](const auto& info) { return info.param.name; });

TEST(CollectRows, PreTrainedRowsHaveABlockOfTheirOwn) {
  const test::TemporaryFolder folder;
  write_run(folder.path() / "x" / "fold_0", "net", 0, 0.5);
  for (const char* name : {"sam", "sam without"}) {
    write_run(folder.path() / name / "fold_0", name, 0, 0.6);
    Json changed = manifest(name, 0);
    changed.erase("information");  // as older versions wrote it
    changed["weights"] = {{"random", true}};
    if (std::string(name) == "sam") {
      changed["weights"] = {
          {"file", "/a/net.pth"}, {"sha256", "0123456789abcdef"}, {"known_as", ""}};
    }
    write_json(folder.path() / name / "fold_0" / "manifest.json", changed);
  }
  const std::vector<LeaderboardRow> rows = collect_rows({folder.path()}, {});
  ASSERT_EQ(rows.size(), 3U);  // by name: net, sam, sam without
  EXPECT_EQ(rows[0].mark + rows[0].extra_information, "");
  EXPECT_EQ(rows[1].extra_information, "pre-trained weights");
  EXPECT_EQ(rows[1].deviations.back(), "pre-trained weights: net.pth, SHA-256 0123456789ab");
  EXPECT_EQ(rows[2].extra_information, "");
  EXPECT_EQ(rows[2].mark, "from scratch");
}

// Whether the user said "random" or nothing, and whoever wrote the manifest.
TEST(CollectRows, FromScratchIsSaidInOneWay) {
  const test::TemporaryFolder folder;
  write_run(folder.path() / "plain" / "fold_0", "a plain net", 0, 0.5);
  struct Made {
    const char* name;
    const char* option;
    Json weights;
  };
  for (const Made& made :
       {Made{"empty", "", {{"from_scratch", true}}},
        Made{"random", "random", {{"from_scratch", true}}}, Made{"older, empty", "", Json()},
        Made{"older, random", "random", {{"random", true}}}}) {
    write_run(folder.path() / made.name / "fold_0", made.name, 0, 0.6);
    Json changed = manifest(made.name, 0);
    changed["weights"] = made.weights;
    changed["method"]["options"] = {{"preset", "mini"}, {"weights", made.option}};
    write_json(folder.path() / made.name / "fold_0" / "manifest.json", changed);
  }
  const std::vector<LeaderboardRow> rows = collect_rows({folder.path()}, {});
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0].mark, "");
  for (std::size_t i = 1; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].mark, "from scratch") << rows[i].method;
    EXPECT_EQ(rows[i].deviations,
              std::vector<std::string>{
                  "trained from scratch, without the pre-trained weights that the method can start "
                  "from (preset = mini)"});
    EXPECT_EQ(rows[i].extra_information, "") << rows[i].method;
  }
  EXPECT_EQ(make_leaderboard(rows).blocks.size(), 1U);  // ranked with the plain row
}

TEST(CollectRows, RandomWeightsOfWhatIsNotTrainedAreNoTraining) {
  const test::TemporaryFolder folder;
  write_run(folder.path() / "shown" / "fold_0", "shown", 0, 0.6);
  Json changed = manifest("shown", 0);
  changed["training_free"] = true;
  changed["weights"] = {{"from_scratch", true}};
  write_json(folder.path() / "shown" / "fold_0" / "manifest.json", changed);
  const LeaderboardRow row = collect_rows({folder.path()}, {}).at(0);
  EXPECT_EQ(row.mark, "random weights");
  EXPECT_EQ(row.deviations.back(), "random weights instead of pre-trained ones");
}

TEST(CollectRows, AManifestOfAnotherVersionIsNamed) {
  const test::TemporaryFolder folder;
  write_json(folder.path() / "manifest.json", {{"status", "finished"}, {"dataset", "d"}});
  try {
    collect_rows({folder.path()}, {});
    FAIL() << "was accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("manifest.json"), std::string::npos);
    EXPECT_NE(error.hint().find("start the benchmark again"), std::string::npos);
  }
}

TEST(CollectRows, AFolderWithoutRunsIsAnError) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(collect_rows({folder.path()}, {}), Error);
  EXPECT_THROW(collect_rows({folder.path() / "nowhere"}, {}), Error);
}

TEST(WriteTables, OneFileAFormat) {
  const test::TemporaryFolder folder;
  write_run(folder.path() / "fold_0", "net", 0, 0.5);
  const std::vector<LeaderboardRow> rows = collect_rows({folder.path()}, {});
  EXPECT_EQ(rows[0].seed, 1);
  const Leaderboard board = make_leaderboard(rows);
  write_tables(board, rows, folder.path() / "tables", {"md", "csv", "json"}, {});
  for (const char* name : {"leaderboard.md", "leaderboard.csv", "leaderboard.json", "cases.csv"}) {
    EXPECT_NE(read_file(folder.path() / "tables" / name).find("net"), std::string::npos) << name;
  }
  EXPECT_THROW(write_tables(board, rows, folder.path(), {"docx"}, {}), Error);
}

TEST(WriteStatistics, ComeFromTheRecordsAlone) {
  const test::TemporaryFolder folder;
  for (const int fold : {0, 1}) {
    write_run(folder.path() / "x" / fmt::format("fold_{}", fold), "net", fold, 0.5 + 0.1 * fold);
    write_run(folder.path() / "y" / fmt::format("fold_{}", fold), "other", fold, 0.7);
  }
  const std::vector<LeaderboardRow> rows = collect_rows({folder.path()}, {});
  const Leaderboard board = make_leaderboard(rows);
  const fs::path tables = folder.path() / "tables";
  write_statistics(board, block_numbers(board, rows, {"Dice", "NSD"}, {.samples = 100}), tables,
                   {.samples = 100});
  EXPECT_NE(read_file(tables / "statistics.md").find("other > net"), std::string::npos);
  const Json json = read_json(tables / "statistics.json");
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["metrics"].size(), 1U) << "no record holds NSD";
  EXPECT_EQ(json[0]["rankings"]["aggregate_then_rank"], (Json{1.0, 2.0}));
  EXPECT_EQ(json[0]["metrics"][0]["methods"][0]["p_places"].size(), 2U);
  EXPECT_NE(
      read_file(tables / "challenge.csv").find("Dataset900_Phantom liver Dice (voxel),a,net,0.5\n"),
      std::string::npos);
  EXPECT_THROW(block_numbers(board, rows, {"TP"}, {}), Error);
}

}  // namespace
}  // namespace voxarena
