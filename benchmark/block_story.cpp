#include "benchmark/block_story.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "benchmark/run_folder.h"
#include "evaluation/report/overlay.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/parallel.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kCurvePoints = 200;
constexpr double kPixelsOfAllCases = 2.0e6;  // keeps a page of ten methods below 5 MB
constexpr std::int64_t kSmallestSide = 96, kLargestSide = 256;
constexpr std::uint8_t kAreaAlpha = 120;

// Runs of one block by method and fold.
using RunsOfBlock = std::map<std::pair<std::string, int>, const FinishedRun*>;

RunsOfBlock select_runs(const LeaderboardBlock& block, const std::vector<FinishedRun>& runs) {
  RunsOfBlock selected;
  for (const FinishedRun& run : runs) {
    const Json& manifest = run.manifest;
    if (manifest.at("dataset") != block.dataset || manifest.at("protocol_id") != block.protocol)
      continue;
    selected[{manifest.at("name").get<std::string>(), manifest.at("fold").get<int>()}] = &run;
  }
  return selected;
}

// The log of a run that was killed and went on may hold an epoch twice (the later counts) and a
// line that was cut short (left out).
TrainingCurve read_curve(const FinishedRun& run, const std::string& method, int fold) {
  TrainingCurve curve{.method = method, .fold = fold, .epochs = {}, .loss = {}, .dice = {}};
  const fs::path file = run.folder / "log.jsonl";
  if (!fs::exists(file)) return curve;
  std::map<std::int64_t, std::pair<double, double>> epochs;
  std::istringstream lines(read_file(file));
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("epoch")) continue;
    const auto number = [&](const char* key) {
      return json.contains(key) && json[key].is_number() ? json[key].get<double>() : std::nan("");
    };
    epochs[json["epoch"].get<std::int64_t>()] = {number("loss"), number("mean_dice")};
  }
  const std::size_t step = epochs.size() / kCurvePoints + 1;
  std::size_t i = 0;
  for (const auto& [epoch, values] : epochs) {
    if (i++ % step != 0 && i != epochs.size()) continue;  // the last point is always there
    curve.epochs.push_back(epoch);
    curve.loss.push_back(values.first);
    curve.dice.push_back(values.second);
  }
  return curve;
}

// One picture of the page: a case, and the predictions that are shown on it.
struct CasePictures {
  PicturedCase pictured;
  std::vector<std::size_t> examples;  // places in BlockStory::examples
};

struct Painter {
  const RawDataset& raw;
  EvaluationTask task;
  std::int64_t side = kLargestSide;

  // Draws the case and the predictions of `examples`, whose files are `predictions`.
  void paint(CasePictures& target, std::vector<ExampleCase>& examples,
             const std::vector<fs::path>& predictions) const;
};

void Painter::paint(CasePictures& target, std::vector<ExampleCase>& examples,
                    const std::vector<fs::path>& predictions) const {
  const RawCase& files = raw.find(target.pictured.case_id);
  const Image image = read_image({files.images.front()});
  LabelImage reference = read_label(files.label);
  if (reference.voxels.size != image.voxels.size) return;
  if (task.ignore)
    std::replace(reference.voxels.values.begin(), reference.voxels.values.end(),
                 static_cast<std::int16_t>(*task.ignore), std::int16_t{0});
  const std::vector<Cut> cuts = central_cuts(reference, side);
  for (const Cut& cut : cuts) {
    target.pictured.views.push_back(
        {.plane = cut.plane,
         .slice = cut.slice,
         .width = cut.width,
         .height = cut.height,
         .image = encode_png(image_raster(image.voxels, cut)),
         .reference = class_png(outlines(class_raster(reference, task.classes, cut)),
                                task.classes.size(), 255)});
  }
  for (const std::size_t i : target.examples) {
    std::optional<LabelImage> prediction;
    try {
      prediction = read_label(predictions[i]);
    } catch (const Error&) {
    }
    if (!prediction || prediction->voxels.size != reference.voxels.size) {
      examples[i].problem = "No usable prediction: it counts as the worst value.";
      continue;
    }
    for (const Cut& cut : cuts) {
      examples[i].predictions.push_back(
          class_png(class_raster(*prediction, task.classes, cut), task.classes.size(), kAreaAlpha));
    }
  }
}

void add_pictures(BlockStory& story, const RawDataset& raw,
                  const std::vector<fs::path>& predictions, const RunContext& context) {
  std::map<std::string, CasePictures> cases;
  for (std::size_t i = 0; i < story.examples.size(); ++i) {
    CasePictures& entry = cases[story.examples[i].case_id];
    entry.pictured.case_id = story.examples[i].case_id;
    entry.examples.push_back(i);
  }
  std::vector<CasePictures*> order;
  for (auto& [id, entry] : cases) order.push_back(&entry);
  const double pixels =
      kPixelsOfAllCases / (3 * static_cast<double>(std::max<std::size_t>(1, order.size())));
  const Painter painter{.raw = raw,
                        .task = EvaluationTask::from(raw.labels),
                        .side = std::clamp<std::int64_t>(std::llround(std::sqrt(pixels)),
                                                         kSmallestSide, kLargestSide)};
  parallel_for(static_cast<std::int64_t>(order.size()), context.threads, [&](std::int64_t i) {
    painter.paint(*order[static_cast<std::size_t>(i)], story.examples, predictions);
  });
  for (const CasePictures* entry : order) story.cases.push_back(entry->pictured);
}

}  // namespace

BlockStory tell_block(const LeaderboardBlock& block, const BlockNumbers& numbers,
                      const std::vector<FinishedRun>& runs, const Roots& roots, bool pictures,
                      const RunContext& context) {
  BlockStory story;
  const RunsOfBlock selected = select_runs(block, runs);
  if (!selected.empty())
    story.protocol_json = json_text(selected.begin()->second->manifest.at("protocol"));
  for (const std::string& method : numbers.statistics.methods) {
    for (const auto& [key, run] : selected) {
      if (key.first == method) story.curves.push_back(read_curve(*run, method, key.second));
    }
  }
  const ScoreTable& table = numbers.tables.front();
  std::vector<fs::path> predictions;  // without the ending
  for (std::size_t m = 0; m < table.methods.size(); ++m) {
    const std::vector<double> means = table.case_means(m);
    for (const auto& [kind, place] : choose_examples(table, m)) {
      const std::string& id = table.names_of_cases[place];
      story.examples.push_back({.method = table.methods[m],
                                .case_id = id,
                                .kind = kind,
                                .value = means[place],
                                .predictions = {},
                                .problem = {}});
      const auto run = selected.find({table.methods[m], table.fold_of_case[place]});
      predictions.push_back(
          run == selected.end() ? fs::path() : RunFolder{run->second->folder}.predictions() / id);
    }
  }
  if (!pictures) {
    story.images_note = "Pictures were left out of this page.";
    return story;
  }
  std::optional<RawDataset> raw;
  try {
    raw = open_raw_dataset(block.dataset, roots);
  } catch (const Error&) {
    story.images_note =
        "No pictures: the raw data set was not found (name its root with --raw or nnUNet_raw).";
    return story;
  }
  for (fs::path& file : predictions) file += raw->file_ending;
  try {
    add_pictures(story, *raw, predictions, context);
  } catch (const Error& error) {
    story.cases.clear();
    for (ExampleCase& example : story.examples) example.predictions.clear();
    story.images_note = fmt::format("No pictures: {}", error.what());
  }
  return story;
}

}  // namespace voxarena
