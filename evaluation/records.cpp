#include "evaluation/records.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

#include "evaluation/csv.h"
#include "evaluation/metric.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {

constexpr std::string_view kHeader = "dataset,fold,case,class,metric,flavour,value";
constexpr std::size_t kColumns = 7;

auto key(const Record& r) {
  return std::tie(r.dataset, r.fold, r.case_id, r.cls, r.metric, r.flavour);
}

[[noreturn]] void fail(std::string_view place, std::string_view column, const std::string& what) {
  throw Error::input(
      fmt::format("{}: column '{}': {}", place, column, what),
      "records are written by `voxarena evaluate` and `voxarena benchmark`; run it again");
}

int parse_fold(const std::string& text, std::string_view place) {
  int fold = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fold);
  if (error != std::errc() || end != text.data() + text.size() || fold < 0) {
    fail(place, "fold", fmt::format("'{}' is not a fold number", text));
  }
  return fold;
}

double parse_value(const std::string& text, std::string_view place) {
  if (text == "NaN" || text == "nan") return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() ||
      !std::isfinite(value)) {
    fail(place, "value", fmt::format("'{}' is not a number", text));
  }
  return value;
}

void check_name(const std::string& name, const std::vector<std::string>& known,
                std::string_view place, std::string_view column) {
  if (name.empty()) fail(place, column, "is empty");
  if (known.empty() || std::find(known.begin(), known.end(), name) != known.end()) return;
  if (known.size() > 12) fail(place, column, fmt::format("'{}' is unknown", name));
  fail(place, column, fmt::format("'{}' is unknown (known are: {})", name, fmt::join(known, ", ")));
}

// Metrics of another version or of an add-on are kept as they are; those known here must be in
// their range.
void check_range(const Record& record, std::string_view place) {
  for (const Metric& metric : metrics()) {
    if (metric.name != record.metric || metric.flavour != record.flavour) continue;
    if (record.value < metric.lowest || record.value > metric.highest) {
      fail(place, "value",
           fmt::format("{} is outside of the range of {}, [{}, {}]", record.value, metric.name,
                       metric.lowest, metric.highest));
    }
    if (metric.direction == Direction::count && record.value != std::floor(record.value) &&
        !std::isnan(record.value)) {
      fail(place, "value",
           fmt::format("{} is not a whole number, which {} counts", record.value, metric.name));
    }
  }
}

Record parse_record(std::string_view line, std::string_view place, const KnownNames& known) {
  const std::vector<std::string> fields = parse_csv_line(line, place);
  if (fields.size() != kColumns) {
    throw Error::input(
        fmt::format("{}: {} columns instead of {} ({})", place, fields.size(), kColumns, kHeader),
        "an unfinished or edited file? run the evaluation again");
  }
  check_name(fields[0], known.datasets, place, "dataset");
  const int fold = parse_fold(fields[1], place);
  if (fold != known.fold.value_or(fold))
    fail(place, "fold", fmt::format("is {} in the records of fold {}", fold, *known.fold));
  check_name(fields[2], known.cases, place, "case");
  check_name(fields[3], known.classes, place, "class");
  check_name(fields[4], {}, place, "metric");
  Record record{
      fields[0], fold, fields[2], fields[3], fields[4], fields[5], parse_value(fields[6], place)};
  check_range(record, place);
  return record;
}

}  // namespace

void sort_records(std::vector<Record>& records) {
  std::sort(records.begin(), records.end(),
            [](const Record& a, const Record& b) { return key(a) < key(b); });
}

std::string records_text(std::vector<Record> records) {
  sort_records(records);
  std::string text = std::string(kHeader) + '\n';
  for (const Record& r : records) {
    text += csv_line({r.dataset, std::to_string(r.fold), r.case_id, r.cls, r.metric, r.flavour,
                      number_text(r.value)}) +
            '\n';
  }
  return text;
}

void write_records(const std::filesystem::path& file, std::vector<Record> records) {
  write_file(file, records_text(std::move(records)));
}

std::vector<Record> parse_records(std::string_view text, std::string_view source,
                                  const KnownNames& known) {
  std::vector<Record> records;
  std::set<std::tuple<std::string, int, std::string, std::string, std::string, std::string>> seen;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string place = fmt::format("{}:{}", source, ++number);
    if (number == 1) {
      if (line != kHeader) {
        throw Error::input(
            fmt::format("{}: the header is '{}' instead of '{}'", place, line, kHeader),
            "is this a records.csv? if so, run the evaluation again");
      }
      continue;
    }
    if (line.empty()) continue;
    const Record record = parse_record(line, place, known);
    if (!seen.insert(key(record)).second) {
      throw Error::input(
          fmt::format("{}: fold {}, case '{}', class '{}', metric '{}' stands there twice", place,
                      record.fold, record.case_id, record.cls, record.metric),
          "remove the file and run the evaluation again");
    }
    records.push_back(record);
  }
  if (number == 0)
    throw Error::input(fmt::format("{}: is empty", source), "run the evaluation again");
  sort_records(records);
  return records;
}

std::vector<Record> read_records(const std::filesystem::path& file, const KnownNames& known) {
  return parse_records(read_file(file), file.string(), known);
}

}  // namespace voxarena
