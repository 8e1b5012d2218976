#include "voxarena/plugin/conformance.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"
#include "voxarena/plugin/conformance_checks.h"
#include "voxarena/plugin/conformance_plans.h"

namespace voxarena {
namespace {

bool is_identifier(const std::string& name) {
  const auto legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && std::ranges::all_of(name, legal);
}

std::string check_metadata(const Info& info, const std::filesystem::path& library) {
  if (!is_identifier(info.name))
    throw Error::input("the name must consist of lower-case letters, digits and '_'");
  const std::pair<const char*, const std::string&> fields[] = {{"version", info.version},
                                                               {"summary", info.summary},
                                                               {"licence", info.licence},
                                                               {"citation", info.citation}};
  for (const auto& [field, value] : fields) {
    if (value.empty()) throw Error::input(fmt::format("{} is empty", field));
  }
  if (info.summary.find('\n') != std::string::npos)
    throw Error::input("summary has more than one line");
  if (!info.capabilities.two_d && !info.capabilities.three_d)
    throw Error::input("neither 2-D nor 3-D");
  // The file beside the library must say what the library says, for listing reads only the file.
  const std::filesystem::path file = std::filesystem::path(library).replace_extension(".json");
  if (!std::filesystem::exists(file))
    throw Error::input(fmt::format("{} is missing", file.string()));
  if (read_json(file) != to_json(info))
    throw Error::input(fmt::format("{} is not up to date", file.string()));
  return fmt::format("{} {}, {}", info.name, info.version, info.licence);
}

std::string check_options(const std::vector<Option>& options) {
  for (auto option = options.begin(); option != options.end(); ++option) {
    if (!is_identifier(option->name))
      throw Error::input(fmt::format("'{}' is not a legal option name", option->name));
    if (option->description.empty())
      throw Error::input(fmt::format("option '{}' has no help", option->name));
    if (std::ranges::count(options, option->name, &Option::name) > 1) {
      throw Error::input(fmt::format("option '{}' is declared twice", option->name));
    }
    if (option->low > option->high)
      throw Error::input(fmt::format("option '{}' has an empty range", option->name));
  }
  // The defaults, given by hand, must be legal and come back unchanged.
  const Json defaults = Options::from_json(Json::object(), options, "defaults").to_json();
  if (Options::from_json(defaults, options, "defaults").to_json() != defaults) {
    throw Error::input("the defaults do not survive being written and read");
  }
  return fmt::format("{} declared", options.size());
}

CheckResult run(const std::string& name, const std::function<std::string()>& check) {
  try {
    return {name, true, check()};
  } catch (
      const std::exception& error) {  // LibTorch's included; first line only, a stack trace follows
    const std::string message = error.what();
    return {name, false, message.substr(0, message.find('\n'))};
  }
}

// The default plans, as the method wants them.
std::vector<Plan> own_plans(const LoadedMethod& method, const Options& options) {
  std::vector<Plan> plans;
  const Budget budget{.name = "smoke", .iterations = 10, .iterations_per_epoch = 5};
  for (const Plan& plan : conformance_plans(method.description().capabilities)) {
    plans.push_back(method.plan(conformance_fingerprint(plan), plan, budget, options));
  }
  return plans;
}

}  // namespace

std::vector<CheckResult> run_conformance(const std::string& plugin, const RunContext& context) {
  return run_conformance(plugin, context, Json::object());
}

std::vector<CheckResult> run_conformance(const std::string& plugin, const RunContext& context,
                                         const Json& options) {
  register_shadow_device();
  const LoadedMethod method = load_method(plugin);
  const Info& info = method.description();
  std::vector<CheckResult> results;
  results.push_back(run("metadata", [&] { return check_metadata(info, method.library()); }));
  results.push_back(run("options", [&] { return check_options(info.options); }));

  // A plan does not depend on what the weights are.
  const bool lacks_weights = info.capabilities.needs_weights && !options.contains("weights");
  Json given = options;
  if (lacks_weights && std::ranges::count(info.options, "weights", &Option::name) > 0)
    given["weights"] = "random";
  Subject subject{method, {}, {}, context.seed};
  results.push_back(run("planning", [&] {
    subject.options = Options::from_json(given, info.options, info.name);
    subject.plans = own_plans(method, subject.options);
    return fmt::format("{} plans", subject.plans.size());
  }));
  if (subject.plans.empty()) return results;  // planning has failed
  if (!info.capabilities.trainable) {
    if (lacks_weights) {
      results.push_back({"segmentation", true, "skipped: needs weights"});
    } else {
      results.push_back(run("segmentation", [&] { return check_segmentation(subject); }));
    }
    return results;
  }
  for (const ModelCheck& check : model_checks()) {
    context.check_interrupt();
    const bool not_trained = check.needs_training && !info.capabilities.trainable;
    if (lacks_weights || not_trained) {
      results.push_back(
          {check.name, true, not_trained ? "skipped: not trainable" : "skipped: needs weights"});
      continue;
    }
    results.push_back(run(check.name, [&] { return check.run(subject); }));
  }
  return results;
}

}  // namespace voxarena
