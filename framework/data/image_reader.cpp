#include "voxarena/data/image_reader.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr std::array kNames = {
    "SimpleITKIO",           "SimpleITKIOWithReorient", "NibabelIO",
    "NibabelIOWithReorient", "NaturalImage2DIO",        "Tiff3DIO",
};

}  // namespace

const char* name_of(ImageReader reader) { return kNames.at(static_cast<std::size_t>(reader)); }

std::optional<ImageReader> find_image_reader(const std::string& name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<ImageReader>(found - kNames.begin());
}

ImageReader image_reader(const std::string& name) {
  if (const auto found = find_image_reader(name)) return *found;
  throw Error::input(fmt::format("the plans name the image reader '{}', which is unknown", name),
                     fmt::format("image_reader_writer is one of: {}", fmt::join(kNames, ", ")));
}

ImageReader reader_of_ending(const std::string& file_ending) {
  if (file_ending == ".nii") return ImageReader::nibabel;
  if (file_ending == ".png" || file_ending == ".bmp" || file_ending == ".tif")
    return ImageReader::natural_image;
  if (file_ending == ".tiff") return ImageReader::tiff;
  return ImageReader::simple_itk;
}

ImageReader choose_image_reader(const Json& dataset_json, const std::string& file_ending,
                                std::string& unknown) {
  const auto named = dataset_json.find("overwrite_image_reader_writer");
  if (named == dataset_json.end() || *named == "None") return reader_of_ending(file_ending);
  const std::string name = named->is_string() ? named->get<std::string>() : json_text(*named);
  if (const auto found = find_image_reader(name)) return *found;
  unknown = name;
  return reader_of_ending(file_ending);
}

}  // namespace voxarena
