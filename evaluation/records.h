// records.csv: one value of one metric for one class of one case a line. Every table is computed
// from these files alone.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace voxarena {

struct Record {
  std::string dataset;
  int fold = 0;
  std::string case_id;
  std::string cls;  // name of the class in dataset.json
  std::string metric;
  std::string flavour;
  double value = 0;  // NaN: undefined
};

// By dataset, fold, case, class, metric, flavour: the order of the file.
void sort_records(std::vector<Record>& records);

// Header and sorted rows; the same records give the same bytes.
std::string records_text(std::vector<Record> records);
void write_records(const std::filesystem::path& file, std::vector<Record> records);  // atomic

// Names that a reader accepts; an empty list accepts all.
struct KnownNames {
  std::vector<std::string> datasets, cases, classes;
  std::optional<int> fold = {};
};

// Errors (input) name file, line and column: wrong header, missing field, a fold or value that is
// not a number, a value outside of the metric's range, a count that is not whole, an unknown name,
// the same row twice.
std::vector<Record> read_records(const std::filesystem::path& file, const KnownNames& known = {});
std::vector<Record> parse_records(std::string_view text, std::string_view source,
                                  const KnownNames& known = {});

}  // namespace voxarena
