#include "cli/method_options.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"

namespace voxarena::cli {

Json parse_method_options(const std::vector<std::string>& texts) {
  Json options = Json::object();
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
      throw Error::usage(fmt::format("--option: '{}' has no '='", text), "write NAME=VALUE");
    const std::string value = text.substr(equals + 1);
    const Json parsed = Json::parse(value, nullptr, false);
    options[text.substr(0, equals)] = parsed.is_discarded() ? Json(value) : parsed;
  }
  return options;
}

}  // namespace voxarena::cli
