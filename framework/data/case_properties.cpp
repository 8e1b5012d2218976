#include "voxarena/data/case_properties.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/data/image_reader.h"
#include "voxarena/data/orientation.h"
#include "voxarena/pickle/pickle.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;
using pickle::Value;

// Dictionary entries of one file, with their names for messages.
class Property {
 public:
  Property(const Value& value, const fs::path& file, std::string name)
      : value_(value), file_(file), name_(std::move(name)) {}

  [[noreturn]] void broken(const std::string& what) const {
    throw Error::input(
        fmt::format("{}: {} {}", file_.string(), name_, what),
        "the preprocessed data are damaged: remove the files of this case and preprocess again");
  }
  const Value* find(std::string_view key) const { return pickle::find(value_, key); }
  bool has(std::string_view key) const {
    const Value* found = find(key);
    return found && !found->get<std::monostate>();
  }
  Property operator[](std::string_view key) const {
    const Value* found = find(key);
    if (!found) broken(fmt::format("has no '{}'", key));
    return {*found, file_, fmt::format("'{}'", key)};
  }

  // Members of a list or tuple, or of an array.
  std::vector<double> reals() const { return numbers<double>(&Property::real); }
  std::vector<std::int64_t> integers() const { return numbers<std::int64_t>(&Property::integer); }
  template <std::size_t N>
  std::array<double, N> reals() const {
    return exactly<N>(reals());
  }
  template <std::size_t N>
  std::array<std::int64_t, N> integers() const {
    return exactly<N>(integers());
  }
  std::vector<Property> members() const {
    const pickle::Values* items = pickle::items_of(value_);
    if (!items) broken(fmt::format("is {}, not a list", pickle::kind_of(value_)));
    std::vector<Property> out;
    for (const Value* item : *items) out.push_back(at(*item));
    return out;
  }
  const Value& value() const { return value_; }
  Property at(const Value& value) const { return {value, file_, name_}; }

 private:
  double real() const {
    if (const auto* number = value_.get<double>()) return *number;
    return static_cast<double>(integer());
  }
  std::int64_t integer() const {
    if (const auto* number = value_.get<std::int64_t>()) return *number;
    broken(fmt::format("holds {} where a number belongs", pickle::kind_of(value_)));
  }
  template <class T>
  std::vector<T> numbers(T (Property::*read)() const) const {
    std::vector<T> out;
    if (const auto* array = value_.get<pickle::Array>()) {
      std::int64_t count = 1;
      for (const std::int64_t size : array->shape) count *= size;
      for (std::int64_t i = 0; i < count; ++i)
        out.push_back(static_cast<T>(array->real(static_cast<std::size_t>(i))));
      return out;
    }
    for (const Property& member : members()) out.push_back((member.*read)());
    return out;
  }
  template <std::size_t N, class T>
  std::array<T, N> exactly(const std::vector<T>& list) const {
    if (list.size() != N) broken(fmt::format("has {} numbers, not {}", list.size(), N));
    std::array<T, N> out{};
    std::ranges::copy(list, out.begin());
    return out;
  }

  const Value& value_;
  const fs::path& file_;
  std::string name_;
};

bool is_orientation(const std::string& letters) {
  return std::ranges::all_of(std::array{"LR", "PA", "SI"}, [&](std::string_view axis) {
    return letters.find(axis[0]) != std::string::npos || letters.find(axis[1]) != std::string::npos;
  });
}

// SimpleITK's geometry: (x, y, z), or (x, y). Of a 4-D file the fourth axis is left out.
void read_itk_geometry(const Property& entry, Geometry& geometry) {
  const std::vector<double> spacing = entry["spacing"].reals(), origin = entry["origin"].reals(),
                            direction = entry["direction"].reals();
  const std::size_t given = spacing.size();
  if (given < 2 || given > 4 || origin.size() != given || direction.size() != given * given)
    entry.broken("does not describe an image of 2 or 3 dimensions");
  const std::size_t dimensions = std::min<std::size_t>(given, 3);
  geometry.file_dimension = static_cast<int>(dimensions);
  for (std::size_t axis = 0; axis < dimensions; ++axis) {
    geometry.spacing[2 - axis] = std::abs(spacing[axis]);
    geometry.origin[axis] = origin[axis];
    for (std::size_t row = 0; row < dimensions; ++row)
      geometry.direction[row * 3 + axis] = direction[row * given + axis];
  }
  if (dimensions == 2)
    geometry.spacing[0] = 999 * std::max(geometry.spacing[1], geometry.spacing[2]);
  if (!entry.has("original_orientation")) return;
  const auto* letters = entry["original_orientation"].value().get<std::string>();
  if (!letters || letters->size() != 3 || dimensions != 3 || !is_orientation(*letters))
    entry.broken("has an original_orientation that is none");
  std::ranges::copy(*letters, geometry.original_orientation.begin());
  geometry.reader = ImageReader::simple_itk_reorient;
}

void require_extent(const Property& entry, const Affine& affine) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double extent = std::hypot(affine[axis], affine[4 + axis], affine[8 + axis]);
    if (!(extent > 0)) entry.broken("has an axis without extent");
  }
}

void read_nibabel_geometry(const Property& entry, Geometry& geometry) {
  geometry.original_affine = entry["original_affine"].reals<16>();
  require_extent(entry, geometry.original_affine);
  place_by_affine(geometry.original_affine, geometry);
  geometry.reader = ImageReader::nibabel;
  if (!entry.has("reoriented_affine")) return;
  const auto reoriented = entry["reoriented_affine"].reals<16>();
  require_extent(entry, reoriented);
  geometry.reader = ImageReader::nibabel_reorient;
  geometry.original_orientation = nibabel_orientation(geometry.direction);
  place_by_affine(reoriented, geometry);
}

Geometry read_geometry(const Property& root) {
  Geometry geometry;
  geometry.spacing = root["spacing"].reals<3>();
  const Spacing spacing = geometry.spacing;
  if (root.has("sitk_stuff")) {
    read_itk_geometry(root["sitk_stuff"], geometry);
  } else if (root.has("nibabel_stuff")) {
    read_nibabel_geometry(root["nibabel_stuff"], geometry);
  } else if (spacing == kPictureSpacing) {  // NaturalImage2DIO notes no more
    geometry.file_dimension = 2;
    geometry.reader = ImageReader::natural_image;
  }
  geometry.spacing = spacing;  // to the last bit
  if (std::ranges::any_of(spacing, [](double s) { return !(s > 0) || std::isinf(s); }))
    root["spacing"].broken("must be positive");
  return geometry;
}

Box read_box(const Property& entry) {
  const std::vector<Property> axes = entry.members();
  if (axes.size() != 3) entry.broken("must have an interval for each of three axes");
  Box box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto interval = axes[axis].integers<2>();
    box.lo[axis] = interval[0];
    box.hi[axis] = interval[1];
  }
  return box;
}

int read_label(const Property& entry, const Value& value) {
  const auto* number = value.get<std::int64_t>();
  if (!number || !std::in_range<std::int16_t>(*number)) entry.broken("has a key that is no label");
  return static_cast<int>(*number);
}

// What an entry of the dictionary is listed under: a label, or several that belong together.
LocationLabels read_labels(const Property& entry, const Value& key) {
  const auto* tuple = key.get<pickle::Tuple>();
  if (!tuple) return {{read_label(entry, key)}, false};
  LocationLabels out{{}, true};
  for (const Value* item : tuple->items) out.values.push_back(read_label(entry, *item));
  return out;
}

// Rows of (channel, z, y, x).
std::vector<std::array<std::int32_t, 3>> read_voxels(const Property& entry, const Value& value) {
  std::vector<std::array<std::int32_t, 3>> out;
  const auto place = [&](std::int64_t number) {
    if (!std::in_range<std::int32_t>(number)) entry.broken("names a voxel outside any image");
    return static_cast<std::int32_t>(number);
  };
  if (const auto* array = value.get<pickle::Array>()) {
    if (array->shape.size() != 2 || array->shape[1] != 4 || array->code.starts_with('f'))
      entry.broken("must hold rows of four integers");
    out.reserve(static_cast<std::size_t>(array->shape[0]));
    for (std::size_t row = 0; row < static_cast<std::size_t>(array->shape[0]); ++row) {
      out.push_back({place(array->integer(row * 4 + 1)), place(array->integer(row * 4 + 2)),
                     place(array->integer(row * 4 + 3))});
    }
    return out;
  }
  const pickle::Values* rows = pickle::items_of(value);
  if (!rows) entry.broken("must hold lists of voxels");
  for (const Value* row : *rows) {
    const auto voxel = entry.at(*row).integers<4>();
    out.push_back({place(voxel[1]), place(voxel[2]), place(voxel[3])});
  }
  return out;
}

void read_locations(const Property& entry, CaseProperties& properties) {
  const auto* dict = entry.value().get<pickle::Dict>();
  if (!dict) entry.broken("is no dict");
  bool regions = false;
  std::vector<LocationLabels> keys;
  for (const auto& [key, value] : dict->items) {
    const LocationLabels& labels = keys.emplace_back(read_labels(entry, *key));
    regions |= labels.is_list && !labels.annotated();
  }
  int index = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    LocationLabels& labels = keys[i];
    const bool annotated = labels.annotated();
    const int key = annotated ? kAnnotatedVoxels : regions ? index++ : labels.values.front();
    properties.class_locations[key] = read_voxels(entry, *dict->items[i].second);
    if (annotated || regions) properties.location_labels[key] = std::move(labels);
  }
}

CaseProperties read_root(const Property& root, Locations locations) {
  CaseProperties properties;
  properties.geometry = read_geometry(root);
  properties.shape_before_cropping = root["shape_before_cropping"].integers<3>();
  properties.crop = read_box(root["bbox_used_for_cropping"]);
  properties.shape_after_cropping =
      root["shape_after_cropping_and_before_resampling"].integers<3>();
  if (locations == Locations::read && root.has("class_locations"))
    read_locations(root["class_locations"], properties);
  return properties;
}

}  // namespace

CaseProperties read_case_properties(const fs::path& file, Locations locations) {
  const std::string text = read_file(file);
  const pickle::Content content = pickle::read(text, file.string());
  return read_root(Property(*content.root, file, "the file"), locations);
}

}  // namespace voxarena
