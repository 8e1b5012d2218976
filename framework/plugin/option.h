// Options of a method: declared once with type, default, range and help; checked values come back
// by name.
//
//   Option::integer("width", 16).range(4, 64).help("channels of the hidden layer")
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "voxarena/core/json.h"

namespace voxarena {

using OptionValue = std::variant<bool, std::int64_t, double, std::string>;

struct Option {
  std::string name;
  OptionValue fallback;
  double low = 0, high = 0;          // numbers only; low == high: no bound
  std::vector<std::string> allowed;  // texts only; empty: any
  std::string description;

  static Option flag(std::string name, bool fallback);
  static Option integer(std::string name, std::int64_t fallback);
  static Option number(std::string name, double fallback);
  static Option text(std::string name, std::string fallback);

  Option range(double from, double to) &&;
  Option choices(std::vector<std::string> values) &&;
  Option help(std::string text) &&;
};

// Values for every declared option.
class Options {
 public:
  // Error (input) naming `source` and the option on an unknown name, a wrong type or a value out of
  // range.
  static Options from_json(const Json& given, const std::vector<Option>& declared,
                           const std::string& source);

  bool flag(const std::string& name) const;
  std::int64_t integer(const std::string& name) const;
  double number(const std::string& name) const;
  const std::string& text(const std::string& name) const;

  Json to_json() const;  // every value, defaults included

 private:
  std::map<std::string, OptionValue> values_;
};

}  // namespace voxarena
