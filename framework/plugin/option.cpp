#include "voxarena/plugin/option.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"
#include "voxarena/core/json.h"

namespace voxarena {
namespace {

Option make(std::string name, OptionValue fallback) {
  Option option;
  option.name = std::move(name);
  option.fallback = std::move(fallback);
  return option;
}

const char* type_name(const OptionValue& value) {
  constexpr const char* kNames[] = {"true or false", "an integer", "a number", "a text"};
  return kNames[value.index()];
}

// The JSON value as the type of `option`; a whole number is also accepted for a real one.
OptionValue typed(const Json& value, const Option& option, const std::string& source) {
  if (std::holds_alternative<bool>(option.fallback) && value.is_boolean()) return value.get<bool>();
  if (std::holds_alternative<std::int64_t>(option.fallback) && value.is_number_integer())
    return value.get<std::int64_t>();
  if (std::holds_alternative<double>(option.fallback) && value.is_number())
    return value.get<double>();
  if (std::holds_alternative<std::string>(option.fallback) && value.is_string())
    return value.get<std::string>();
  throw Error::input(fmt::format("{}: option '{}' must be {}, not {}", source, option.name,
                                 type_name(option.fallback), json_text(value)),
                     option.description);
}

void check_bounds(const OptionValue& value, const Option& option, const std::string& source) {
  if (const std::string* text = std::get_if<std::string>(&value)) {
    if (option.allowed.empty() || std::ranges::count(option.allowed, *text)) return;
    throw Error::input(fmt::format("{}: option '{}' cannot be '{}'", source, option.name, *text),
                       fmt::format("choose one of: {}", fmt::join(option.allowed, ", ")));
  }
  if (option.low == option.high || std::holds_alternative<bool>(value)) return;
  const std::int64_t* integer = std::get_if<std::int64_t>(&value);
  const double number = integer ? static_cast<double>(*integer) : std::get<double>(value);
  if (number >= option.low && number <= option.high) return;  // false for NaN
  throw Error::input(fmt::format("{}: option '{}' is {}", source, option.name, number),
                     fmt::format("give a value from {} to {}", option.low, option.high));
}

template <class T>
const T& get(const std::map<std::string, OptionValue>& values, const std::string& name) {
  const auto found = values.find(name);
  if (found == values.end())
    throw Error::internal(
        fmt::format("the method asks for option '{}', which it does not declare", name));
  if (const T* value = std::get_if<T>(&found->second)) return *value;
  throw Error::internal(
      fmt::format("the method asks for option '{}' as another type than declared", name));
}

}  // namespace

Option Option::flag(std::string name, bool fallback) { return make(std::move(name), fallback); }
Option Option::integer(std::string name, std::int64_t fallback) {
  return make(std::move(name), fallback);
}
Option Option::number(std::string name, double fallback) { return make(std::move(name), fallback); }
Option Option::text(std::string name, std::string fallback) {
  return make(std::move(name), std::move(fallback));
}

Option Option::range(double from, double to) && {
  low = from;
  high = to;
  return std::move(*this);
}

Option Option::choices(std::vector<std::string> values) && {
  allowed = std::move(values);
  return std::move(*this);
}

Option Option::help(std::string text) && {
  description = std::move(text);
  return std::move(*this);
}

Options Options::from_json(const Json& given, const std::vector<Option>& declared,
                           const std::string& source) {
  if (!given.is_object() && !given.is_null())
    throw Error::input(fmt::format("{}: options must be a table", source));
  Options options;
  for (const Option& option : declared) options.values_[option.name] = option.fallback;
  for (const auto& [name, value] : given.items()) {
    const auto option = std::ranges::find(declared, name, &Option::name);
    if (option == declared.end()) {
      std::vector<std::string> names;
      for (const Option& known : declared) names.push_back(known.name);
      throw Error::input(fmt::format("{}: unknown option '{}'", source, name),
                         names.empty()
                             ? "the method has no options"
                             : fmt::format("the method knows: {}", fmt::join(names, ", ")));
    }
    const OptionValue checked = typed(value, *option, source);
    check_bounds(checked, *option, source);
    options.values_[name] = checked;
  }
  return options;
}

bool Options::flag(const std::string& name) const { return get<bool>(values_, name); }
std::int64_t Options::integer(const std::string& name) const {
  return get<std::int64_t>(values_, name);
}
double Options::number(const std::string& name) const { return get<double>(values_, name); }
const std::string& Options::text(const std::string& name) const {
  return get<std::string>(values_, name);
}

Json Options::to_json() const {
  Json json = Json::object();
  for (const auto& [name, value] : values_)
    std::visit([&](const auto& v) { json[name] = v; }, value);
  return json;
}

}  // namespace voxarena
