#include "voxarena/core/json.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Python writes NaN and Infinity, which JSON does not know: they become null (spaces keep line and
// column right).
std::string without_bare_nan(std::string_view text) {
  std::string out(text);
  bool in_string = false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (in_string && out[i] == '\\') {
      ++i;  // the escaped character, perhaps a quote
      continue;
    }
    if (out[i] == '"') in_string = !in_string;
    if (in_string || (i > 0 && is_word(out[i - 1]))) continue;
    for (const std::string_view token : {"NaN", "-Infinity", "Infinity"}) {
      if (out.compare(i, token.size(), token) != 0) continue;
      std::string replacement = "null";
      replacement.resize(std::max(token.size(), replacement.size()), ' ');
      out.replace(i, token.size(), replacement);
      break;
    }
  }
  return out;
}

std::string scalar(const Json& value) {
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  }
  return value.dump(-1, ' ', true);
}

void write(const Json& value, std::size_t depth, std::string& out) {
  if (!value.is_structured() || value.empty()) {
    out += scalar(value);
    return;
  }
  const std::string inner((depth + 1) * 4, ' ');
  out += value.is_object() ? "{\n" : "[\n";
  bool first = true;
  for (const auto& [key, item] : value.items()) {
    if (!first) out += ",\n";
    first = false;
    out += inner;
    if (value.is_object()) out += Json(key).dump(-1, ' ', true) + ": ";
    write(item, depth + 1, out);
  }
  out += '\n' + std::string(depth * 4, ' ') + (value.is_object() ? '}' : ']');
}

}  // namespace

Json parse_json(std::string_view text, std::string_view source_name) {
  std::vector<std::set<std::string>> open_objects;
  const auto refuse_duplicates = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open_objects.emplace_back();
    if (event == Json::parse_event_t::object_end) open_objects.pop_back();
    if (event == Json::parse_event_t::key &&
        !open_objects.back().insert(value.get<std::string>()).second) {
      throw Error::input(
          fmt::format("{}: key {} appears twice in one object", source_name, value.dump()),
          "remove or rename one of them");
    }
    return true;
  };
  try {
    return Json::parse(without_bare_nan(text), refuse_duplicates);
  } catch (const nlohmann::json::parse_error& error) {
    const std::string_view before = text.substr(0, std::min(error.byte, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto last = before.rfind('\n');
    const auto column = last == std::string_view::npos ? before.size() : before.size() - last - 1;
    throw Error::input(
        fmt::format("{}: not valid JSON at line {}, column {}", source_name, line, column),
        "look for a missing comma, quote or bracket there; an empty file was perhaps never "
        "finished");
  } catch (const nlohmann::json::exception& error) {  // a number beyond all bounds
    throw Error::input(fmt::format("{}: {}", source_name, error.what()), "correct this value");
  }
}

Json read_json(const std::filesystem::path& path) {
  return parse_json(read_file(path), path.string());
}

std::string dump_json(const Json& value) {
  std::string out;
  write(value, 0, out);
  return out;
}

Json sorted(const Json& value) {
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& item : value) out.push_back(sorted(item));
    return out;
  }
  if (!value.is_object()) return value;
  std::vector<std::string> keys;
  for (const auto& [key, item] : value.items()) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  Json out = Json::object();
  for (const std::string& key : keys) out[key] = sorted(value.at(key));
  return out;
}

std::string json_text(const Json& value) { return value.dump(); }

std::string canonical_json(const Json& value) { return sorted(value).dump(-1, ' ', true); }

void write_json(const std::filesystem::path& path, const Json& value) {
  write_file(path, dump_json(value) + "\n");
}

}  // namespace voxarena
