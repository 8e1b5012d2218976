#include "evaluation/csv.h"

#include <fmt/core.h>

#include <cmath>

#include "voxarena/core/error.h"

namespace voxarena {

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string& field = fields[i];
    if (i > 0) line += ',';
    if (field.find_first_of("\r\n") != std::string::npos) {
      throw Error::input(fmt::format("'{}' holds a line break and cannot stand in a table", field),
                         "give the case, class or method a name of one line");
    }
    if (field.find_first_of(",\"") == std::string::npos) {
      line += field;
      continue;
    }
    line += '"';
    for (const char c : field) line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
  }
  return line;
}

std::vector<std::string> parse_csv_line(std::string_view line, std::string_view place) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (quoted)
    throw Error::input(fmt::format("{}: a quote is opened and never closed", place),
                       "an unfinished or edited file? write it again");
  return fields;
}

std::string number_text(double value) {
  return std::isnan(value) ? "NaN" : fmt::format("{}", value);
}

}  // namespace voxarena
