#include "voxarena/data/case_properties.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/json.h"

namespace voxarena {
namespace {

Json box_to_json(const Box& box) {
  Json out = Json::array();
  for (std::size_t axis = 0; axis < 3; ++axis) out.push_back({box.lo[axis], box.hi[axis]});
  return out;
}

Box box_from_json(const Json& json) {
  Box box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.lo[axis] = json.at(axis).at(0);
    box.hi[axis] = json.at(axis).at(1);
  }
  return box;
}

Json to_json(const CaseRecord& record) {
  const CaseProperties& properties = record.properties;
  Json counts = Json::object();
  for (const auto& [key, count] : record.location_counts) counts[std::to_string(key)] = count;
  Json json = Json::object();
  json["shape"] = record.shape;
  json["spacing"] = properties.spacing;
  json["shape_before_cropping"] = properties.shape_before_cropping;
  json["bbox_used_for_cropping"] = box_to_json(properties.crop);
  json["shape_after_cropping_and_before_resampling"] = properties.shape_after_cropping;
  json["file_dimension"] = properties.geometry.file_dimension;
  json["file_spacing"] = properties.geometry.spacing;
  json["file_origin"] = properties.geometry.origin;
  json["file_direction"] = properties.geometry.direction;
  json["class_location_counts"] = std::move(counts);
  return json;
}

CaseRecord from_json(const Json& json) {
  CaseRecord record;
  CaseProperties& properties = record.properties;
  record.shape = json.at("shape").get<ArrayShape>();
  properties.spacing = json.at("spacing").get<Spacing>();
  properties.shape_before_cropping = json.at("shape_before_cropping").get<Extent>();
  properties.crop = box_from_json(json.at("bbox_used_for_cropping"));
  properties.shape_after_cropping =
      json.at("shape_after_cropping_and_before_resampling").get<Extent>();
  properties.geometry.file_dimension = json.at("file_dimension").get<int>();
  properties.geometry.spacing = json.at("file_spacing").get<Spacing>();
  properties.geometry.origin = json.at("file_origin").get<std::array<double, 3>>();
  properties.geometry.direction = json.at("file_direction").get<std::array<double, 9>>();
  for (const auto& [key, count] : json.at("class_location_counts").items()) {
    record.location_counts[std::stoi(key)] = count.get<std::int64_t>();
  }
  return record;
}

}  // namespace

CaseRecord read_case_record(const std::filesystem::path& file) {
  const Json json = read_json(file);
  try {
    return from_json(json);
  } catch (const std::exception& error) {
    throw Error::input(
        fmt::format("{}: not the properties of a case: {}", file.string(), error.what()),
        "the preprocessed data are damaged: remove this file and preprocess again");
  }
}

void write_case_record(const std::filesystem::path& file, const CaseRecord& record) {
  const Json json = to_json(record);
  std::string text;
  for (const auto& [key, value] : json.items()) {
    text += fmt::format("{}  \"{}\": {}", text.empty() ? "{\n" : ",\n", key, json_text(value));
  }
  write_file(file, text + "\n}\n", Flush::no);
}

}  // namespace voxarena
