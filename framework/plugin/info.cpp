#include "voxarena/plugin/info.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr const char* kOptionTypes[] = {"flag", "integer", "number",
                                        "text"};  // in the order of OptionValue

Json option_json(const Option& option) {
  Json json = {{"name", option.name}, {"type", kOptionTypes[option.fallback.index()]}};
  std::visit([&](const auto& value) { json["default"] = value; }, option.fallback);
  if (option.low != option.high) json["range"] = {option.low, option.high};
  if (!option.allowed.empty()) json["choices"] = option.allowed;
  json["help"] = option.description;
  return json;
}

OptionValue default_value(const Json& json, const std::string& type) {
  if (type == "flag") return json.get<bool>();
  if (type == "integer") return json.get<std::int64_t>();
  if (type == "number") return json.get<double>();
  if (type == "text") return json.get<std::string>();
  throw Error::input(fmt::format("option type '{}' is unknown", type));
}

Option option_from_json(const Json& json) {
  Option option;
  option.name = json.at("name");
  option.fallback = default_value(json.at("default"), json.at("type"));
  if (json.contains("range")) {
    option.low = json["range"].at(0);
    option.high = json["range"].at(1);
  }
  if (json.contains("choices")) option.allowed = json["choices"].get<std::vector<std::string>>();
  option.description = json.value("help", "");
  return option;
}

}  // namespace

Json to_json(const Info& info) {
  Json options = Json::array();
  for (const Option& option : info.options) options.push_back(option_json(option));
  const Capabilities& can = info.capabilities;
  return {{"name", info.name},
          {"version", info.version},
          {"summary", info.summary},
          {"licence", info.licence},
          {"citation", info.citation},
          {"capabilities",
           {{"two_d", can.two_d},
            {"three_d", can.three_d},
            {"trainable", can.trainable},
            {"needs_weights", can.needs_weights},
            {"regions", can.regions},
            {"ignore_label", can.ignore_label}}},
          {"options", options}};
}

Info info_from_json(const Json& json, const std::string& source) {
  try {
    Info info;
    info.name = json.at("name");
    info.version = json.at("version");
    info.summary = json.at("summary");
    info.licence = json.at("licence");
    info.citation = json.at("citation");
    const Json& can = json.at("capabilities");
    info.capabilities = {.two_d = can.at("two_d"),
                         .three_d = can.at("three_d"),
                         .trainable = can.at("trainable"),
                         .needs_weights = can.at("needs_weights"),
                         .regions = can.at("regions"),
                         .ignore_label = can.at("ignore_label")};
    for (const Json& option : json.at("options")) info.options.push_back(option_from_json(option));
    return info;
  } catch (const std::exception& error) {  // a missing field or a wrong type
    throw Error::input(fmt::format("{}: not a plugin description: {}", source, error.what()),
                       "build the plugin again, which writes this file");
  }
}

}  // namespace voxarena
