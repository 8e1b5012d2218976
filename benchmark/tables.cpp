#include "benchmark/tables.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "benchmark/pretrained_weights.h"
#include "evaluation/metric.h"
#include "evaluation/statistics_writers.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

std::string summarise_protocol(const Json& protocol) {
  const Json& budget = protocol.at("budget");
  std::string axes;
  for (const Json& axis : protocol.at("mirror_axes"))
    axes += fmt::format("{}{}", axes.empty() ? "" : ", ", axis.get<int>());
  return fmt::format("{}, budget {}: {} iterations; mirror axes: {}; seed {}",
                     protocol.at("configuration").get<std::string>(),
                     budget.at("name").get<std::string>(),
                     budget.at("iterations").get<std::int64_t>(), axes.empty() ? "none" : axes,
                     protocol.at("seed").get<std::int64_t>());
}

// Facts of one fold, summed up over folds and divided by their number in finish().
struct FactSums {
  int folds = 0;
  std::size_t cases = 0;
  double train = 0, predict = 0, memory = 0;
};

void add_fold(const Json& manifest, const fs::path& folder, LeaderboardRow& row, FactSums& sums) {
  FoldRecords fold;
  fold.fold = manifest.at("fold").get<int>();
  fold.cases = manifest.at("cases").get<std::vector<std::string>>();
  fold.records = read_records(folder / "records.csv", {{row.dataset}, fold.cases, row.classes});
  const Json& seconds = manifest.at("seconds");
  ++sums.folds;
  sums.cases += fold.cases.size();
  sums.train += seconds.value("train", 0.0);
  sums.predict += seconds.value("predict", 0.0);
  sums.memory = std::max(sums.memory, manifest.at("peak_memory_mib").value("train", 0.0));
  row.folds.push_back(std::move(fold));
}

// Pre-training is information that other rows do not have; leaving it out is said beside the name.
void add_weights(const Json& manifest, LeaderboardRow& row) {
  const Json weights = manifest.value("weights", Json());
  if (weights.contains("file")) {
    row.extra_information = "pre-trained weights";
    row.deviations.push_back("pre-trained weights: " + describe_pretrained_weights(weights));
  } else if (weights.contains("random")) {
    row.mark = "random weights";
    row.deviations.emplace_back(
        "random weights: the method was made for pre-trained ones and runs here without them");
  }
}

LeaderboardRow begin_row(const Json& manifest) {
  LeaderboardRow row;
  row.method = manifest.at("name").get<std::string>();
  row.dataset = manifest.at("dataset").get<std::string>();
  row.protocol = manifest.at("protocol_id").get<std::string>();
  row.protocol_summary = summarise_protocol(manifest.at("protocol"));
  row.evaluation = evaluation_settings_from_json(
      manifest.at("protocol").value("metrics", Json::object()), "protocol of the manifest");
  row.deviations = manifest.at("deviations").get<std::vector<std::string>>();
  add_weights(manifest, row);
  row.classes = manifest.at("classes").get<std::vector<std::string>>();
  row.facts.parameters = manifest.at("parameters").at("total").get<std::int64_t>();
  row.facts.trained_parameters = manifest.at("parameters").at("trained").get<std::int64_t>();
  row.facts.gflop_per_patch = manifest.at("gflop_per_patch").get<double>();
  return row;
}

}  // namespace

std::vector<LeaderboardRow> collect_rows(const std::vector<FinishedRun>& runs) {
  struct Entry {
    LeaderboardRow row;
    FactSums sums;
  };
  std::map<std::string, Entry> rows;  // by data set, protocol and name
  for (const auto& [folder, manifest] : runs) {
    try {
      const std::string key = fmt::format("{}\n{}\n{}", manifest.at("dataset").get<std::string>(),
                                          manifest.at("protocol_id").get<std::string>(),
                                          manifest.at("name").get<std::string>());
      auto [entry, fresh] = rows.try_emplace(key);
      if (fresh) entry->second.row = begin_row(manifest);
      add_fold(manifest, folder, entry->second.row, entry->second.sums);
    } catch (const nlohmann::json::exception& error) {
      throw Error::input(fmt::format("{}: {}", (folder / "manifest.json").string(), error.what()),
                         "the manifest is not one of this version; remove the run folder and start "
                         "the benchmark again");
    }
  }
  std::vector<LeaderboardRow> out;
  for (auto& [key, entry] : rows) {
    entry.row.facts.train_seconds = entry.sums.train / entry.sums.folds;
    if (entry.sums.cases > 0) {
      entry.row.facts.predict_seconds_per_case =
          entry.sums.predict / static_cast<double>(entry.sums.cases);
    }
    entry.row.facts.peak_memory_mib = entry.sums.memory;
    out.push_back(std::move(entry.row));
  }
  return out;
}

std::vector<LeaderboardRow> collect_rows(const std::vector<fs::path>& folders) {
  return collect_rows(require_finished_runs(folders));
}

void write_tables(const Leaderboard& board, const fs::path& folder,
                  const std::vector<std::string>& formats, const TableOptions& options) {
  for (const std::string& format : formats) {
    const fs::path file = folder / ("leaderboard." + format);
    if (format == "md") {
      write_file(file, to_markdown(board, options));
    } else if (format == "csv") {
      write_file(file, to_csv(board, options));
    } else if (format == "json") {
      write_json(file, to_json(board, options));
    } else {
      throw Error::usage(fmt::format("--format: '{}' is not a format", format),
                         "formats are md, csv and json");
    }
  }
}

void write_statistics(const Leaderboard& board, const std::vector<BlockNumbers>& numbers,
                      const fs::path& folder, const StatisticsOptions& options) {
  std::string text = "# Statistics\n\n", challenge;
  Json json = Json::array();
  for (const BlockNumbers& one : numbers) {
    const LeaderboardBlock& block = board.blocks[one.block];
    text += statistics_markdown(block, one.statistics, options) + '\n';
    json.push_back(statistics_json(block, one.statistics, options));
    const std::string csv = challenge_csv(block, one.tables);
    challenge += challenge.empty() ? csv : csv.substr(csv.find('\n') + 1);
  }
  write_file(folder / "statistics.md", text);
  write_json(folder / "statistics.json", json);
  write_file(folder / "challenge.csv", challenge);
}

}  // namespace voxarena
