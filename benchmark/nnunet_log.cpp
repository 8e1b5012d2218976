#include "benchmark/nnunet_log.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/json.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

// What follows `word` in a line, as a number.
std::optional<double> number_after(const std::string& line, std::string_view word) {
  const std::size_t at = line.find(word);
  if (at == std::string::npos) return std::nullopt;
  double value = 0;
  const char* begin = line.data() + at + word.size();
  const auto [end, error] = std::from_chars(begin, line.data() + line.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

// "2026-11-22 09:37:01.123456: ..." → seconds, of which only differences mean anything; NaN for
// other lines.
double time_of(const std::string& line) {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0;
  double second = 0;
  if (std::sscanf(line.c_str(), "%4d-%2u-%2u %2u:%2u:%lf: ", &year, &month, &day, &hour, &minute,
                  &second) != 6)
    return std::nan("");
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return std::nan("");
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return 86400.0 * static_cast<double>(days) + 3600.0 * hour + 60.0 * minute + second;
}

// "training_log_2026_11_2_09_37_01.txt" → (2026, 11, 2, 9, 37, 1): names do not sort by time.
std::vector<int> time_in_name(const fs::path& file) {
  std::vector<int> numbers;
  std::istringstream parts(file.stem().string());
  for (std::string part; std::getline(parts, part, '_');) {
    int value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error == std::errc()) numbers.push_back(value);
  }
  return numbers;
}

// Empty where the key is not there or no whole number.
std::optional<std::int64_t> number_of_rounds(const Json& json, const char* key,
                                             const fs::path& file) {
  if (!json.is_object() || !json.contains(key) || !json[key].is_string()) return std::nullopt;
  const auto text = json[key].get<std::string>();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value >= 1) return value;
  throw Error::input(fmt::format("{}: {} is {}", file.string(), key, value),
                     "nnU-Net wrote this file when the training began: restore it, or remove it, "
                     "and the budget counts as not declared");
}

std::string read_log(const fs::path& file) {
  std::string text = read_file(file);
  if (text.find('\0') != std::string::npos) {
    throw Error::input(fmt::format("{}: is no text", file.string()),
                       "restore the file, or remove it: the table then has no times of this row");
  }
  return text;
}

}  // namespace

NnunetLog parse_nnunet_logs(const std::vector<std::string>& logs) {
  NnunetLog result;
  for (const std::string& log : logs) {
    double first_case = std::nan("");
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);) {
      if (const auto seconds = number_after(line, ": Epoch time: "))
        result.train_seconds = result.train_seconds.value_or(0) + *seconds;
      if (const auto epoch = number_after(line, ": Epoch "))
        result.epochs = std::max(result.epochs, static_cast<std::int64_t>(*epoch) + 1);
      if (std::isnan(first_case) && line.find(": predicting ") != std::string::npos)
        first_case = time_of(line);
      if (line.find(": Validation complete") == std::string::npos) continue;
      const double seconds = time_of(line) - first_case;
      if (seconds >= 0) result.predict_seconds = seconds;
      first_case = std::nan("");
    }
  }
  return result;
}

NnunetLog read_nnunet_logs(const fs::path& fold_folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(fold_folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with("training_log_") && name.ends_with(".txt")) files.push_back(it->path());
  }
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    return std::pair(time_in_name(a), a) < std::pair(time_in_name(b), b);
  });
  std::vector<std::string> logs;
  for (const fs::path& file : files) logs.push_back(read_log(file));
  return parse_nnunet_logs(logs);
}

NnunetSettings read_nnunet_settings(const fs::path& debug_json) {
  NnunetSettings settings;
  if (!fs::exists(debug_json)) return settings;
  const Json json = read_json(debug_json);
  settings.epochs = number_of_rounds(json, "num_epochs", debug_json);
  settings.iterations_per_epoch = number_of_rounds(json, "num_iterations_per_epoch", debug_json);
  if (!json.is_object()) return settings;
  if (const auto axes = json.find("inference_allowed_mirroring_axes");
      axes != json.end() && axes->is_string()) {  // "(0, 1, 2)", "None"
    settings.mirror_axes.emplace();
    for (const char c : axes->get<std::string>())
      if (c >= '0' && c <= '2') settings.mirror_axes->push_back(c - '0');
    std::sort(settings.mirror_axes->begin(), settings.mirror_axes->end());
  }
  if (const auto device = json.find("device"); device != json.end() && device->is_string())
    settings.device = device->get<std::string>();
  return settings;
}

}  // namespace voxarena
