#include "benchmark/tables.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "benchmark/fairness.h"
#include "benchmark/predictions_run.h"
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

template <class Value>
std::optional<Value> fact(const Json& json, const char* key) {
  if (!json.contains(key) || json.at(key).is_null()) return std::nullopt;
  return json.at(key).get<Value>();
}

// Facts of folds, summed up. A sum is unknown as soon as one fold does not know it: times and
// memory of predictions made elsewhere.
struct FactSums {
  int folds = 0;
  std::size_t cases = 0;
  std::optional<double> train = 0, predict = 0, memory = 0;
  Json first = {};  // manifest
};

void add(std::optional<double>& sum, const std::optional<double>& value) {
  if (sum && value) *sum += *value;
  if (!value) sum.reset();
}

// One row is one method: its folds must not differ in what was given to it.
void require_same_row(const Json& first, const Json& manifest, const fs::path& folder) {
  for (const char* key : {"method", "predictions", "classes"}) {
    if (canonical_json(first.value(key, Json())) == canonical_json(manifest.value(key, Json())))
      continue;
    throw Error::input(
        fmt::format("{}: '{}' differs from that of another fold of '{}'",
                    (folder / "manifest.json").string(), key,
                    manifest.at("name").get<std::string>()),
        "the folds of a row are runs of one method with the same options: run them again, or give "
        "one of them another name");
  }
  if (block_name(find_factors(first)) == block_name(find_factors(manifest))) return;
  throw Error::input(
      fmt::format("{}: 'information' differs from that of another fold of '{}' ({} instead of {})",
                  (folder / "manifest.json").string(), manifest.at("name").get<std::string>(),
                  block_name(find_factors(manifest)), block_name(find_factors(first))),
      "all folds of a row must belong into the same block");
}

void add_fold(const Json& manifest, const fs::path& folder, LeaderboardRow& row, FactSums& sums) {
  FoldRecords fold;
  fold.fold = manifest.at("fold").get<int>();
  fold.cases = manifest.at("cases").get<std::vector<std::string>>();
  fold.file = (folder / "records.csv").string();
  fold.records = read_records(fold.file, {{row.dataset}, fold.cases, row.classes, fold.fold});
  const Json& seconds = manifest.at("seconds");
  ++sums.folds;
  sums.cases += manifest.value("timed_cases", fold.cases.size());
  add(sums.train, fact<double>(seconds, "train"));
  add(sums.predict, fact<double>(seconds, "predict"));
  const auto memory = fact<double>(manifest.at("peak_memory_mib"), "train");
  if (sums.memory && memory) *sums.memory = std::max(*sums.memory, *memory);
  if (!memory) sums.memory.reset();
  row.folds.push_back(std::move(fold));
}

// What sets the row apart from those that had only the protocol: its block, footnotes and a mark.
void add_factors(const Json& manifest, LeaderboardRow& row) {
  const std::vector<Factor> factors = find_factors(manifest);
  row.extra_information = block_name(factors);
  for (const Factor& factor : factors)
    if (!factor.note.empty()) row.deviations.push_back(factor.note);
  for (const Json& note : information_of(manifest).value("notes", Json::array()))
    row.deviations.push_back(note.get<std::string>());
  if (starts_from_scratch(manifest)) {
    row.mark = mark_of_start_from_scratch(manifest);
    row.deviations.push_back(describe_start_from_scratch(manifest));
  }
  row.configures_itself = configures_itself(manifest);
  if (manifest.contains("predictions")) {
    row.mark = "made elsewhere";
    row.deviations.push_back(describe_predictions(manifest));
  }
}

// Rows of one protocol that saw other supports than the rest.
void require_same_supports(const Json& manifest, const fs::path& folder,
                           std::map<std::string, Json>& supports) {
  if (!manifest.contains("supports")) return;
  const std::string key =
      fmt::format("{}\n{}\n{}", manifest.at("dataset").get<std::string>(),
                  manifest.at("protocol_id").get<std::string>(), manifest.at("fold").get<int>());
  const auto [known, fresh] = supports.try_emplace(key, manifest.at("supports"));
  if (known->second == manifest.at("supports")) return;
  throw Error::input(fmt::format("{}: supports are {}, those of another row {}",
                                 (folder / "manifest.json").string(),
                                 json_text(manifest.at("supports")), json_text(known->second)),
                     "all rows of one protocol see the same supports: the manifest was edited, or "
                     "the split has changed; remove the run folder and start again");
}

LeaderboardRow begin_row(const Json& manifest) {
  LeaderboardRow row;
  row.method = manifest.at("name").get<std::string>();
  row.dataset = manifest.at("dataset").get<std::string>();
  row.protocol = manifest.at("protocol_id").get<std::string>();
  row.seed = manifest.at("protocol").at("seed").get<std::int64_t>();
  Json apart_from_seed = manifest.at("protocol");
  apart_from_seed.erase("seed");
  row.apart_from_seed = protocol_id(apart_from_seed);
  row.protocol_summary = summarise_protocol(manifest.at("protocol"));
  row.supports = manifest.at("protocol").value("supports", std::int64_t{0});
  row.evaluation = evaluation_settings_from_json(
      manifest.at("protocol").value("metrics", Json::object()), "protocol of the manifest");
  row.deviations = manifest.at("deviations").get<std::vector<std::string>>();
  add_factors(manifest, row);
  row.classes = manifest.at("classes").get<std::vector<std::string>>();
  const Json& parameters = manifest.at("parameters");
  row.facts.parameters = fact<std::int64_t>(parameters, "total");
  row.facts.trained_parameters = fact<std::int64_t>(parameters, "trained");
  row.facts.gflop_per_patch = fact<double>(manifest, "gflop_per_patch");
  return row;
}

// What was asked for says nothing: the records do. Empty if every row of the block has some.
std::string caution_of_boundary(const LeaderboardBlock& block,
                                const std::vector<LeaderboardRow>& rows) {
  std::vector<std::string> without;
  std::size_t count = 0;
  for (const LeaderboardRow& row : rows) {
    if (row.dataset != block.dataset || row.protocol != block.protocol ||
        row.extra_information != block.extra_information || row.supports != block.supports)
      continue;
    ++count;
    const std::set<std::string> metrics = recorded_metrics(row);
    if (std::none_of(metrics.begin(), metrics.end(), is_boundary_metric))
      without.push_back(row.method);
  }
  if (without.empty()) return {};
  const std::string text = "no boundary metric was evaluated beside the overlap";
  if (without.size() == count) return text + ".";
  return fmt::format("{} of {}.", text, fmt::join(without, ", "));
}

}  // namespace

std::vector<LeaderboardRow> collect_rows(const std::vector<FinishedRun>& runs) {
  struct Entry {
    LeaderboardRow row;
    FactSums sums;
  };
  std::map<std::string, Entry> rows;  // by data set, protocol and name
  std::map<std::string, Json> supports;
  for (const auto& [folder, manifest] : runs) {
    try {
      const std::string key = fmt::format("{}\n{}\n{}", manifest.at("dataset").get<std::string>(),
                                          manifest.at("protocol_id").get<std::string>(),
                                          manifest.at("name").get<std::string>());
      auto [entry, fresh] = rows.try_emplace(key);
      require_own_protocol(manifest, folder / "manifest.json");
      require_same_supports(manifest, folder, supports);
      if (fresh) {
        entry->second.row = begin_row(manifest);
        entry->second.sums.first = manifest;
      }
      require_same_row(entry->second.sums.first, manifest, folder);
      add_fold(manifest, folder, entry->second.row, entry->second.sums);
    } catch (const nlohmann::json::exception& error) {
      throw Error::input(fmt::format("{}: {}", (folder / "manifest.json").string(), error.what()),
                         "the manifest is not one of this version; remove the run folder and start "
                         "the benchmark again");
    }
  }
  std::vector<LeaderboardRow> out;
  for (auto& [key, entry] : rows) {
    const FactSums& sums = entry.sums;
    if (sums.train) entry.row.facts.train_seconds = *sums.train / sums.folds;
    if (sums.predict && sums.cases > 0)
      entry.row.facts.predict_seconds_per_case = *sums.predict / static_cast<double>(sums.cases);
    entry.row.facts.peak_memory_mib = sums.memory;
    out.push_back(std::move(entry.row));
  }
  return out;
}

std::vector<LeaderboardRow> collect_rows(const std::vector<fs::path>& folders,
                                         const RunContext& context) {
  return collect_rows(require_finished_runs(folders, context));
}

Leaderboard make_table(const std::vector<LeaderboardRow>& rows, const std::string& metric) {
  if (rows.empty()) throw Error::internal("a table without rows");
  Leaderboard board = make_leaderboard(rows, rows.front().evaluation, metric);
  for (LeaderboardBlock& block : board.blocks) {
    const auto of_protocol = [&](const LeaderboardRow& row) {
      return row.dataset == block.dataset && row.protocol == block.protocol;
    };
    const auto own = std::find_if(rows.begin(), rows.end(), of_protocol);
    const bool baseline = std::any_of(rows.begin(), rows.end(), [&](const LeaderboardRow& row) {
      return of_protocol(row) && row.configures_itself;
    });
    if (!baseline) {
      block.cautions.emplace_back(
          "no baseline that configures itself (plain_unet, resenc_unet, nnU-Net) was run under "
          "this "
          "protocol: the ranks say nothing about the state of the art.");
    }
    if (const std::string caution = caution_of_boundary(block, rows); !caution.empty())
      block.cautions.push_back(caution);
    if (!(own->evaluation == board.settings))
      block.cautions.push_back("other metric settings than below: " + describe(own->evaluation));
  }
  return board;
}

void write_tables(const Leaderboard& board, const std::vector<LeaderboardRow>& rows,
                  const fs::path& folder, const std::vector<std::string>& formats,
                  const TableOptions& options) {
  for (const std::string& format : formats) {
    const fs::path file = folder / ("leaderboard." + format);
    if (format == "md") {
      write_file(file, to_markdown(board, options));
    } else if (format == "csv") {
      write_file(file, to_csv(board, options));
      write_file(folder / "cases.csv", cases_to_csv(rows));
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
    const std::string csv = challenge_csv(block, one.tables, name_among_blocks(board, block));
    challenge += challenge.empty() ? csv : csv.substr(csv.find('\n') + 1);
  }
  write_file(folder / "statistics.md", text);
  write_json(folder / "statistics.json", json);
  write_file(folder / "challenge.csv", challenge);
}

}  // namespace voxarena
