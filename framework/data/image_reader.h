// Which of nnU-Net's image readers a data set or its plans ask for.
#pragma once

#include <optional>
#include <string>

#include "voxarena/core/json.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// "SimpleITKIO", "NibabelIOWithReorient", ...: the class's name in Python.
const char* name_of(ImageReader reader);
std::optional<ImageReader> find_image_reader(const std::string& name);

// The reader that plans name. Error (input) that lists all if there is no such reader.
ImageReader image_reader(const std::string& name);

// The first of nnU-Net's readers that knows the ending.
ImageReader reader_of_ending(const std::string& file_ending);

// What dataset.json names as overwrite_image_reader_writer, else the ending's; nnU-Net's choice. An
// unknown name is as good as none: `unknown` becomes that name.
ImageReader choose_image_reader(const Json& dataset_json, const std::string& file_ending,
                                std::string& unknown);

// What NaturalImage2DIO gives every picture, as (z, y, x).
inline constexpr Spacing kPictureSpacing{999, 1, 1};

inline bool reorients(ImageReader reader) {
  return reader == ImageReader::simple_itk_reorient || reader == ImageReader::nibabel_reorient;
}
inline bool is_nibabel(ImageReader reader) {
  return reader == ImageReader::nibabel || reader == ImageReader::nibabel_reorient;
}

}  // namespace voxarena
