#include "benchmark/reports.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "benchmark/evidence.h"
#include "evaluation/records.h"
#include "tests/benchmark/manifests.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

const std::string kDataset = "Dataset900_Phantom";
const std::vector<std::string> kCases = {"a", "b", "c"};
const std::string kProtocol =
    test::made_up_manifest("net", 0, kCases, kDataset).at("protocol_id").get<std::string>();

LabelImage box(std::int64_t edge) {
  LabelImage label{.voxels = Volume<std::int16_t>(1, {8, 8, 8}), .geometry = {}};
  for (std::int64_t z = 0; z < edge; ++z)
    for (std::int64_t y = 0; y < edge; ++y)
      for (std::int64_t x = 0; x < edge; ++x) label.voxels.at(0, z, y, x) = 1;
  return label;
}

// Two methods, three cases, raw images and predictions: all that a page can show.
struct Workshop {
  test::TemporaryFolder folder;
  fs::path runs = folder / "results";
  ReportOptions options;
  RunContext context;

  Workshop() {
    options.bootstrap.samples = 100;
    options.roots.raw = folder / "raw";
    const fs::path raw = options.roots.raw / kDataset;
    write_json(raw / "dataset.json", {{"channel_names", {{"0", "MRI"}}},
                                      {"labels", {{"background", 0}, {"liver", 1}}},
                                      {"numTraining", 3},
                                      {"file_ending", ".nii.gz"}});
    for (const std::string& id : kCases) {
      Image image{.voxels = Volume<float>(1, {8, 8, 8}), .geometry = {}};
      for (std::size_t i = 0; i < image.voxels.values.size(); ++i)
        image.voxels.values[i] = static_cast<float>(i % 37);
      make_folder(raw / "imagesTr");
      make_folder(raw / "labelsTr");
      write_image(raw / "imagesTr" / (id + "_0000.nii.gz"), image);
      write_label(raw / "labelsTr" / (id + ".nii.gz"), box(5));
    }
    add_run("net", {0.9, 0.8, 0.7});
    add_run("other", {0.6, 0.7, 0.65});
    fs::remove(run("other") / "predictions" / "a.nii.gz");
  }

  fs::path run(const std::string& method) const {
    return runs / kDataset / kProtocol / method / "fold_0";
  }

  void add_run(const std::string& method, const std::vector<double>& dice) {
    write_json(run(method) / "manifest.json", test::made_up_manifest(method, 0, kCases, kDataset));
    std::vector<Record> records;
    for (std::size_t c = 0; c < kCases.size(); ++c) {
      records.push_back({kDataset, 0, kCases[c], "liver", "Dice", "voxel", dice[c]});
      make_folder(run(method) / "predictions");
      write_label(run(method) / "predictions" / (kCases[c] + ".nii.gz"), box(4));
    }
    write_records(run(method) / "records.csv", records);
    write_file(run(method) / "log.jsonl",
               "{\"epoch\":0,\"loss\":1.5,\"mean_dice\":0.25}\n"
               "{\"epoch\":1,\"loss\":0.5,\"mean_dice\":NaN}\n"
               "{\"epoch\":1,\"loss\":0.25,\"mean_dice\":0.5}\n{\"epoch\":2,\"lo");
  }

  void write(const fs::path& to) {
    write_reports(find_finished_runs({runs}, {}), to, options, context);
  }
};

Json page_data_of(const fs::path& tables) {
  const std::string page = read_file(tables / "leaderboard.html");
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const std::size_t from = page.find(begin) + begin.size();
  return Json::parse(page.substr(from, page.find("</script>", from) - from));
}

TEST(WriteReports, AllFormats) {
  Workshop workshop;
  workshop.write(workshop.folder / "tables");
  for (const char* name :
       {"leaderboard.md", "leaderboard.csv", "leaderboard.json", "leaderboard.tex",
        "leaderboard.html", "statistics.md", "statistics.json", "challenge.csv", "cases.csv"}) {
    EXPECT_NE(read_file(workshop.folder / "tables" / name).find("net"), std::string::npos) << name;
  }
  workshop.options.formats = {"docx"};
  EXPECT_THROW(workshop.write(workshop.folder / "other"), Error);
  EXPECT_FALSE(fs::exists(workshop.folder / "other"));
}

TEST(WriteReports, SameRecordsGiveSameBytesOnAnyNumberOfThreads) {
  Workshop workshop;
  workshop.context.threads = 1;
  workshop.write(workshop.folder / "one");
  workshop.context.threads = 4;
  workshop.write(workshop.folder / "four");
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(workshop.folder / "one")) {
    EXPECT_EQ(read_file(entry.path()),
              read_file(workshop.folder / "four" / entry.path().filename().string()))
        << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 9U);
}

TEST(WriteReports, PageShowsBestMedianAndWorstCases) {
  Workshop workshop;
  workshop.write(workshop.folder / "tables");
  const Json block = page_data_of(workshop.folder / "tables")["blocks"][0];
  ASSERT_EQ(block["examples"].size(), 6U);
  EXPECT_EQ(block["examples"][0]["case"], "a");
  EXPECT_EQ(block["examples"][0]["kind"], "best");
  EXPECT_EQ(block["examples"][0]["predictions"].size(), 3U) << "three planes";
  EXPECT_EQ(block["examples"][5]["kind"], "worst");
  EXPECT_EQ(block["examples"][5]["case"], "a");
  EXPECT_TRUE(block["examples"][5]["predictions"].empty());
  EXPECT_NE(block["examples"][5]["problem"], "") << "its prediction is missing";
  EXPECT_EQ(block["case_views"]["b"].size(), 3U);
  EXPECT_TRUE(block["case_views"]["b"][0]["image"].get<std::string>().starts_with(
      "data:image/png;base64,"));
  EXPECT_EQ(block["images_note"], "");
}

TEST(WriteReports, PageHoldsTrainingCurves) {
  Workshop workshop;
  workshop.write(workshop.folder / "tables");
  const Json curve = page_data_of(workshop.folder / "tables")["blocks"][0]["curves"][0];
  EXPECT_EQ(curve["method"], "net");
  EXPECT_EQ(curve["epochs"], (Json{0, 1})) << "a line that was cut short is left out";
  EXPECT_EQ(curve["loss"], (Json{1.5, 0.25})) << "of an epoch that was repeated the last counts";
}

TEST(WriteReports, WithoutImagesThePageSaysSo) {
  Workshop workshop;
  workshop.options.roots.raw = workshop.folder / "nowhere";
  workshop.write(workshop.folder / "tables");
  const Json block = page_data_of(workshop.folder / "tables")["blocks"][0];
  EXPECT_TRUE(block["case_views"].empty());
  EXPECT_NE(block["images_note"].get<std::string>().find("raw data set was not found"),
            std::string::npos);
}

TEST(Evidence, HoldsNumbersButNoImages) {
  Workshop workshop;
  write_file(workshop.runs / "tables" / "my bench" / "spec.toml", "name = \"my bench\"\n");
  const fs::path bundle = workshop.folder / "bundle";
  write_evidence({workshop.runs}, find_finished_runs({workshop.runs}, {}), bundle, workshop.options,
                 workshop.context);
  const fs::path run = bundle / "runs" / "dataset900_phantom" / kProtocol / "net" / "fold_0";
  EXPECT_EQ(read_file(run / "records.csv"), read_file(workshop.run("net") / "records.csv"));
  EXPECT_EQ(read_file(bundle / "specs" / "my_bench.toml"), "name = \"my bench\"\n");
  EXPECT_TRUE(page_data_of(bundle / "tables")["blocks"][0]["case_views"].empty());
  for (const auto& entry : fs::recursive_directory_iterator(bundle))
    EXPECT_NE(entry.path().extension(), ".gz") << entry.path();
  EXPECT_THROW(write_evidence({workshop.runs}, {}, bundle, workshop.options, workshop.context),
               Error)
      << "the folder is not empty";
}

TEST(Evidence, SumsAreThoseOfItsFiles) {
  Workshop workshop;
  const fs::path bundle = workshop.folder / "bundle";
  write_evidence({workshop.runs}, find_finished_runs({workshop.runs}, {}), bundle, workshop.options,
                 workshop.context);
  const std::string check =
      "cd " + bundle.string() + " && sha256sum --check --quiet --strict SHA256SUMS 2>/dev/null";
  EXPECT_EQ(std::system(check.c_str()), 0);
  write_file(bundle / "tables" / "leaderboard.md", "better");
  EXPECT_NE(std::system(check.c_str()), 0);
}

}  // namespace
}  // namespace voxarena
