// Pieces of tables for people: aligned Markdown columns and rounded quantities.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace voxarena {

struct TextTable {
  struct Column {
    std::string title;
    bool left = false;  // else aligned to the right
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;

  std::string markdown() const;
};

// Characters that Markdown or HTML would take as markup are escaped.
std::string markdown_text(std::string_view text);
std::string superscript(std::size_t number);  // "¹²"

// "HD95 (subvoxel, mm)"; a metric without a unit ("1") has none there.
std::string metric_title(const std::string& metric, const std::string& flavour,
                         const std::string& unit);

std::string percent_text(double share);                  // "83 %"; below 1 never "100 %"
std::string count_text(std::int64_t count);              // "31.2 M", "820 k", "12"
std::string seconds_text(double seconds);                // "0.42 s", "12.3 s", "3 min 20 s"
std::string memory_text(double mib);                     // "820 MiB", "7.7 GiB"
std::string list_text(const std::vector<int>& numbers);  // "0–4", "0, 2"

}  // namespace voxarena
