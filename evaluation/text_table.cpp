#include "evaluation/text_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "voxarena/core/progress.h"

namespace voxarena {
namespace {

// Code points: continuation bytes of UTF-8 have no width.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string padded(const std::string& text, std::size_t to, bool left) {
  const std::string space(to - std::min(to, width(text)), ' ');
  return left ? text + space : space + text;
}

}  // namespace

std::string TextTable::markdown() const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    widths.push_back(std::max<std::size_t>(3, width(columns[c].title)));
    for (const std::vector<std::string>& row : rows) widths[c] = std::max(widths[c], width(row[c]));
  }
  std::string header = "|";
  std::string rule = "|";
  for (std::size_t c = 0; c < columns.size(); ++c) {
    header += ' ' + padded(columns[c].title, widths[c], columns[c].left) + " |";
    const std::string dashes(widths[c], '-');
    rule += columns[c].left ? ":" + dashes + "-|" : "-" + dashes + ":|";
  }
  std::string text = header + '\n' + rule + '\n';
  for (const std::vector<std::string>& row : rows) {
    text += '|';
    for (std::size_t c = 0; c < columns.size(); ++c)
      text += ' ' + padded(row[c], widths[c], columns[c].left) + " |";
    text += '\n';
  }
  return text;
}

std::string markdown_text(std::string_view text) {
  const auto is_word = [&](std::size_t i) {  // 0 - 1 is beyond the end
    const auto c = i < text.size() ? static_cast<unsigned char>(text[i]) : ' ';
    return !std::ispunct(c) && !std::isspace(c);
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' || c == '\r') {
      out += ' ';
      continue;
    }
    const bool within_word = c == '_' && is_word(i - 1) && is_word(i + 1);
    if (!within_word && std::string_view("|*_<&$~`[]\\").find(c) != std::string_view::npos)
      out += '\\';
    out += c;
  }
  return out;
}

std::string superscript(std::size_t number) {
  constexpr std::array<std::string_view, 10> digits = {"⁰", "¹", "²", "³", "⁴",
                                                       "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text;
  for (const char c : std::to_string(number)) text += digits[static_cast<std::size_t>(c - '0')];
  return text;
}

std::string percent_text(double share) {
  const double rounded = std::round(100 * share);
  return fmt::format("{:.0f} %", share < 1 ? std::min(rounded, 99.0) : rounded);
}

std::string metric_title(const std::string& metric, const std::string& flavour,
                         const std::string& unit) {
  return fmt::format("{} ({}{})", metric, flavour, unit == "1" ? "" : ", " + unit);
}

std::string count_text(std::int64_t count) {
  const auto value = static_cast<double>(count);
  if (value >= 99.95e6) return fmt::format("{:.0f} M", value / 1e6);
  if (value >= 9.995e6) return fmt::format("{:.1f} M", value / 1e6);
  if (value >= 0.9995e6) return fmt::format("{:.2f} M", value / 1e6);
  if (value >= 1e3) return fmt::format("{:.0f} k", value / 1e3);
  return std::to_string(count);
}

std::string seconds_text(double seconds) {
  if (seconds < 9.995) return fmt::format("{:.2f} s", seconds);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  return format_duration(seconds);
}

std::string memory_text(double mib) {
  return mib < 1023.5 ? fmt::format("{:.0f} MiB", mib) : fmt::format("{:.1f} GiB", mib / 1024);
}

std::string list_text(const std::vector<int>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    if (!text.empty()) text += ", ";
    text += std::to_string(numbers[i]);
    if (end - i == 2) text += ", " + std::to_string(numbers[end - 1]);
    if (end - i > 2) text += "–" + std::to_string(numbers[end - 1]);
    i = end;
  }
  return text;
}

}  // namespace voxarena
