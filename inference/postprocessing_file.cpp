// Postprocessing as nnU-Net keeps it: postprocessing.pkl (the functions by name, their arguments)
// and postprocessing.json.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "inference/postprocessing.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/pickle/pickle.h"
#include "voxarena/pickle/pickle_writer.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kModule = "nnunetv2.postprocessing.remove_connected_components";
constexpr std::string_view kFunction = "remove_all_but_largest_component_from_segmentation";
constexpr const char* kLabels = "labels_or_regions";
constexpr const char* kBackground = "background_label";

[[noreturn]] void refuse(const fs::path& file, const std::string& what) {
  throw Error::input(fmt::format("{}: {}", file.string(), what),
                     "it is the postprocessing.pkl or .json that nnU-Net wrote");
}

// A label, or lists of labels and lists: the union of all.
void add_labels(const pickle::Value& value, std::vector<int>& labels, const fs::path& file) {
  if (const auto* number = value.get<std::int64_t>()) {
    labels.push_back(static_cast<int>(*number));
    return;
  }
  const pickle::Values* items = pickle::items_of(value);
  if (!items) refuse(file, fmt::format("'{}' is {}", kLabels, pickle::kind_of(value)));
  for (const pickle::Value* item : *items) add_labels(*item, labels, file);
}

void add_labels(const Json& value, std::vector<int>& labels, const fs::path& file) {
  if (value.is_number_integer()) {
    labels.push_back(value.get<int>());
    return;
  }
  if (!value.is_array()) refuse(file, fmt::format("'{}' is no list of labels", kLabels));
  for (const Json& item : value) add_labels(item, labels, file);
}

Postprocessing read_pickle(const fs::path& file) {
  const pickle::Content content = pickle::read(read_file(file), file.string());
  const pickle::Values* pair = pickle::items_of(*content.root);
  const pickle::Values* functions =
      pair && pair->size() == 2 ? pickle::items_of(*pair->front()) : nullptr;
  const pickle::Values* arguments = functions ? pickle::items_of(*pair->back()) : nullptr;
  if (!arguments || arguments->size() != functions->size())
    refuse(file, "does not hold functions and as many arguments");
  Postprocessing steps;
  for (std::size_t i = 0; i < functions->size(); ++i) {
    const auto* function = (*functions)[i]->get<pickle::Symbol>();
    if (!function || !function->name.ends_with(kFunction))
      refuse(file, fmt::format("function {} is {}", i, pickle::kind_of(*(*functions)[i])));
    KeepLargest& step = steps.emplace_back();
    const pickle::Value* labels = pickle::find(*(*arguments)[i], kLabels);
    if (!labels) refuse(file, fmt::format("argument '{}' is missing", kLabels));
    add_labels(*labels, step.labels, file);
    if (const pickle::Value* background = pickle::find(*(*arguments)[i], kBackground)) {
      const auto* number = background->get<std::int64_t>();
      if (!number) refuse(file, fmt::format("'{}' is no number", kBackground));
      step.background = static_cast<int>(*number);
    }
  }
  return steps;
}

Postprocessing read_json_form(const fs::path& file) {
  const Json json = read_json(file);
  if (!json.is_object()) refuse(file, "is no JSON object");
  const Json functions = json.value("postprocessing_fns", Json());
  const Json arguments = json.value("postprocessing_kwargs", Json());
  if (!functions.is_array() || !arguments.is_array() || functions.size() != arguments.size())
    refuse(file, "does not hold postprocessing_fns and as many postprocessing_kwargs");
  Postprocessing steps;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (functions[i] != std::string(kFunction))
      refuse(file, fmt::format("there is no function {}", functions[i].dump()));
    if (!arguments[i].is_object() || !arguments[i].contains(kLabels))
      refuse(file, fmt::format("argument '{}' is missing", kLabels));
    KeepLargest& step = steps.emplace_back();
    add_labels(arguments[i].at(kLabels), step.labels, file);
    const Json background = arguments[i].value(kBackground, Json(0));
    if (!background.is_number_integer())
      refuse(file, fmt::format("'{}' is no number", kBackground));
    step.background = background.get<int>();
  }
  return steps;
}

}  // namespace

Postprocessing read_postprocessing(const fs::path& file) {
  return file.extension() == ".json" ? read_json_form(file) : read_pickle(file);
}

void write_postprocessing_pkl(const fs::path& file, const Postprocessing& steps) {
  pickle::Writer writer(4);
  writer.begin_tuple();
  writer.begin_list();
  for (std::size_t i = 0; i < steps.size(); ++i) writer.name(kModule, kFunction);
  writer.end_list();
  writer.begin_list();
  for (const KeepLargest& step : steps) {
    writer.begin_dict();
    writer.text(kLabels);
    writer.json(step.labels);
    writer.text(kBackground);
    writer.integer(step.background);
    writer.end_dict();
  }
  writer.end_list();
  writer.end_tuple();
  write_file(file, writer.finish());
}

Json postprocessing_json(const Postprocessing& steps) {
  Json out = {{"postprocessing_fns", Json::array()}, {"postprocessing_kwargs", Json::array()}};
  for (const KeepLargest& step : steps) {
    out["postprocessing_fns"].push_back(kFunction);
    out["postprocessing_kwargs"].push_back(
        {{kLabels, step.labels}, {kBackground, step.background}});
  }
  return out;
}

}  // namespace voxarena
