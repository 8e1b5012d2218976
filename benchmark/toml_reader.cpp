#include "benchmark/toml_reader.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

const toml::table* as_table(const void* node) { return static_cast<const toml::table*>(node); }

std::string position(const std::string& source, const toml::source_region& region) {
  if (region.begin.line == 0) return source;
  return fmt::format("{}, line {}, column {}", source, region.begin.line, region.begin.column);
}

std::string type_name(toml::node_type type) {
  switch (type) {
    case toml::node_type::string: return "a text";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a number";
    case toml::node_type::boolean: return "true or false";
    case toml::node_type::array: return "a list";
    case toml::node_type::table: return "a table";
    default: return "a value of another type";
  }
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

Json to_json(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* array = node.as_array()) {
    Json out = Json::array();
    for (const toml::node& item : *array) out.push_back(to_json(item));
    return out;
  }
  Json out = Json::object();
  if (const auto* table = node.as_table()) {
    for (const auto& [key, value] : *table) out[std::string(key.str())] = to_json(value);
  }
  return out;
}

}  // namespace

struct TomlDocument::State {
  std::string source;
  toml::table table;
};

TomlDocument::TomlDocument(const std::string& text, std::string source)
    : state_(std::make_unique<State>()) {
  state_->source = std::move(source);
  try {
    state_->table = toml::parse(text, state_->source);
  } catch (const toml::parse_error& error) {
    throw Error::input(
        fmt::format("{}: {}", position(state_->source, error.source()), error.description()),
        "the file must be valid TOML");
  }
}

TomlDocument::~TomlDocument() = default;

TomlTable TomlDocument::root() const {
  TomlTable root;
  root.node_ = &state_->table;
  root.source_ = &state_->source;
  return root;
}

bool TomlTable::has(std::string_view key) const {
  return node_ != nullptr && as_table(node_)->contains(key);
}

std::string TomlTable::where() const {
  if (node_ == nullptr || as_table(node_)->source().begin.line == 0) return *source_;
  return fmt::format("{}, line {}", *source_, as_table(node_)->source().begin.line);
}

void TomlTable::fail(std::string_view key, const std::string& what, const std::string& hint) const {
  const toml::node* node = node_ == nullptr ? nullptr : as_table(node_)->get(key);
  const std::string place = node != nullptr ? position(*source_, node->source()) : where();
  throw Error::input(fmt::format("{}: {}{}: {}", place, path_, key, what),
                     hint.empty() ? "correct the value; docs/protocol.md explains the keys" : hint);
}

namespace {

template <class T>
const toml::value<T>* typed(const toml::node* node) {
  return node == nullptr ? nullptr : node->as<T>();
}

}  // namespace

bool TomlTable::is_list(std::string_view key) const {
  return has(key) && as_table(node_)->get(key)->is_array();
}

std::string TomlTable::text(std::string_view key, const std::string& fallback) const {
  if (!has(key)) return fallback;
  const toml::node* node = as_table(node_)->get(key);
  if (const auto* value = typed<std::string>(node)) return value->get();
  fail(key, fmt::format("must be a text, not {}", type_name(node->type())),
       "write it in double quotes");
}

std::string TomlTable::required_text(std::string_view key) const {
  if (!has(key)) fail(key, "is missing", fmt::format("add {} = \"...\"", key));
  return text(key, {});
}

bool TomlTable::flag(std::string_view key, bool fallback) const {
  if (!has(key)) return fallback;
  const toml::node* node = as_table(node_)->get(key);
  if (const auto* value = typed<bool>(node)) return value->get();
  fail(key, fmt::format("must be true or false, not {}", type_name(node->type())));
}

std::int64_t TomlTable::integer(std::string_view key, std::int64_t fallback, std::int64_t low,
                                std::int64_t high) const {
  if (!has(key)) return fallback;
  const toml::node* node = as_table(node_)->get(key);
  const auto* value = typed<std::int64_t>(node);
  if (value == nullptr)
    fail(key, fmt::format("must be an integer, not {}", type_name(node->type())));
  if (value->get() < low || value->get() > high) {
    fail(key, fmt::format("{} is impossible", value->get()),
         fmt::format("possible values are {} to {}", low, high));
  }
  return value->get();
}

double TomlTable::number(std::string_view key, double fallback, double low, double high) const {
  if (!has(key)) return fallback;
  const toml::node* node = as_table(node_)->get(key);
  if (!node->is_number())
    fail(key, fmt::format("must be a number, not {}", type_name(node->type())));
  const double value = node->value<double>().value_or(low);
  if (!(value >= low && value <= high)) {
    fail(key, fmt::format("{} is impossible", value),
         fmt::format("possible are {} to {}", low, high));
  }
  return value;
}

std::vector<std::string> TomlTable::texts(std::string_view key) const {
  if (!has(key)) return {};
  const toml::array* array = as_table(node_)->get(key)->as_array();
  if (array == nullptr) fail(key, "must be a list of texts", "write it in brackets: [\"...\"]");
  std::vector<std::string> out;
  for (const toml::node& item : *array) {
    if (!item.is_string())
      fail(key, fmt::format("must hold only texts, not {}", type_name(item.type())));
    out.push_back(item.as_string()->get());
  }
  return out;
}

std::vector<std::int64_t> TomlTable::integers(std::string_view key, std::int64_t low,
                                              std::int64_t high) const {
  if (!has(key)) return {};
  const toml::array* array = as_table(node_)->get(key)->as_array();
  if (array == nullptr) fail(key, "must be a list of integers", "write it in brackets: [0]");
  std::vector<std::int64_t> out;
  for (const toml::node& item : *array) {
    if (!item.is_integer())
      fail(key, fmt::format("must hold only integers, not {}", type_name(item.type())));
    const std::int64_t value = item.as_integer()->get();
    if (value < low || value > high) {
      fail(key, fmt::format("{} is impossible", value),
           fmt::format("possible are {} to {}", low, high));
    }
    out.push_back(value);
  }
  return out;
}

std::vector<int> TomlTable::axes(std::string_view key) const {
  std::vector<int> out;
  for (const std::int64_t axis : integers(key, 0, 2)) out.push_back(static_cast<int>(axis));
  std::sort(out.begin(), out.end());
  if (std::adjacent_find(out.begin(), out.end()) != out.end()) fail(key, "names an axis twice");
  return out;
}

TomlTable TomlTable::table(std::string_view key) const {
  TomlTable out;
  out.source_ = source_;
  out.path_ = fmt::format("{}{}.", path_, key);
  if (!has(key)) return out;
  out.node_ = as_table(node_)->get(key)->as_table();
  if (out.node_ == nullptr) fail(key, "must be a table", fmt::format("write [{}{}]", path_, key));
  return out;
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) const {
  if (!has(key)) return {};
  const toml::array* array = as_table(node_)->get(key)->as_array();
  if (array == nullptr) fail(key, "must be a list of tables", fmt::format("write [[{}]]", key));
  std::vector<TomlTable> out;
  for (const toml::node& item : *array) {
    TomlTable entry;
    entry.source_ = source_;
    entry.path_ = fmt::format("{}.", key);
    entry.node_ = item.as_table();
    if (entry.node_ == nullptr)
      fail(key, "must hold only tables", fmt::format("write [[{}]]", key));
    out.push_back(entry);
  }
  return out;
}

Json TomlTable::json(std::string_view key) const {
  if (!has(key)) return Json::object();
  const toml::node* node = as_table(node_)->get(key);
  if (!node->is_table())
    fail(key, fmt::format("must be a table, not {}", type_name(node->type())),
         "write { key = value }");
  return to_json(*node);
}

void TomlTable::allow_only(std::initializer_list<std::string_view> keys) const {
  if (node_ == nullptr) return;
  for (const auto& [key, value] : *as_table(node_)) {
    if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
    const auto nearest =
        std::min_element(keys.begin(), keys.end(), [&](std::string_view a, std::string_view b) {
          return edit_distance(a, key.str()) < edit_distance(b, key.str());
        });
    const bool close = edit_distance(*nearest, key.str()) <= 3;
    fail(key.str(), "unknown key",
         close ? fmt::format("did you mean '{}'?", *nearest)
               : fmt::format("known keys are {}", fmt::join(keys, ", ")));
  }
}

}  // namespace voxarena
