// Typed access to TOML with errors that name file, line and column. Keeps toml++ out of every other
// file.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "voxarena/core/json.h"

namespace voxarena {

// A table of a document; valid as long as the document lives. A table that is absent reads as
// empty.
class TomlTable {
 public:
  bool has(std::string_view key) const;
  bool is_list(std::string_view key) const;

  // The key's value, or `fallback` if it is absent. Error (input) on another type or a value
  // outside [low, high].
  std::string text(std::string_view key, const std::string& fallback) const;
  std::string required_text(std::string_view key) const;
  bool flag(std::string_view key, bool fallback) const;
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t low,
                       std::int64_t high) const;
  double number(std::string_view key, double fallback, double low, double high) const;
  std::vector<std::string> texts(std::string_view key) const;
  std::vector<std::int64_t> integers(std::string_view key, std::int64_t low,
                                     std::int64_t high) const;
  std::vector<int> axes(std::string_view key) const;  // of a volume: 0 to 2, each once, in order
  TomlTable table(std::string_view key) const;
  std::vector<TomlTable> tables(std::string_view key) const;
  Json json(
      std::string_view key) const;  // a table of flags, numbers and texts; empty object if absent

  // Error on any other key, naming the nearest allowed one.
  void allow_only(std::initializer_list<std::string_view> keys) const;

  // "spec.toml, line 12"
  std::string where() const;
  [[noreturn]] void fail(std::string_view key, const std::string& what,
                         const std::string& hint = {}) const;

 private:
  friend class TomlDocument;
  const void* node_ = nullptr;  // toml::table, or null if absent
  const std::string* source_ = nullptr;
  std::string path_;
};

class TomlDocument {
 public:
  TomlDocument(const std::string& text, std::string source);
  ~TomlDocument();
  TomlTable root() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace voxarena
