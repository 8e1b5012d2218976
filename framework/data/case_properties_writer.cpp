#include <array>
#include <span>
#include <vector>

#include "voxarena/core/files.h"
#include "voxarena/data/case_properties.h"
#include "voxarena/data/image_reader.h"
#include "voxarena/pickle/pickle_writer.h"

namespace voxarena {
namespace {

void write_itk_geometry(pickle::Writer& writer, const Geometry& geometry) {
  const auto dimensions = static_cast<std::size_t>(geometry.file_dimension);
  std::vector<double> spacing, direction;
  for (std::size_t axis = 0; axis < dimensions; ++axis) {
    spacing.push_back(geometry.spacing[2 - axis]);
    for (std::size_t column = 0; column < dimensions; ++column)
      direction.push_back(geometry.direction[axis * 3 + column]);
  }
  writer.text("sitk_stuff");
  writer.begin_dict();
  writer.text("spacing");
  writer.reals(spacing);
  writer.text("origin");
  writer.reals(std::span(geometry.origin).first(dimensions));
  writer.text("direction");
  writer.reals(direction);
  if (geometry.reader == ImageReader::simple_itk_reorient) {
    writer.text("original_orientation");
    writer.text({geometry.original_orientation.data(), 3});
  }
  writer.end_dict();
}

void write_affine(pickle::Writer& writer, const char* name, const Affine& affine) {
  writer.text(name);
  writer.array(affine, std::array<std::int64_t, 2>{4, 4});
}

void write_nibabel_geometry(pickle::Writer& writer, const Geometry& geometry) {
  writer.text("nibabel_stuff");
  writer.begin_dict();
  write_affine(writer, "original_affine", geometry.original_affine);
  if (geometry.reader == ImageReader::nibabel_reorient)
    write_affine(writer, "reoriented_affine", affine_of(geometry));
  writer.end_dict();
}

void write_picture_spacing(pickle::Writer& writer) {
  writer.text("spacing");
  writer.begin_tuple();
  for (const double value : kPictureSpacing) writer.integer(static_cast<std::int64_t>(value));
  writer.end_tuple();
}

void write_geometry(pickle::Writer& writer, const Geometry& geometry) {
  if (geometry.reader == ImageReader::natural_image) return write_picture_spacing(writer);
  if (is_nibabel(geometry.reader)) {
    write_nibabel_geometry(writer, geometry);
  } else {
    write_itk_geometry(writer, geometry);
  }
  writer.text("spacing");
  writer.begin_list();
  for (const double value : geometry.spacing) writer.real(value);
  writer.end_list();
}

void write_label_key(pickle::Writer& writer, int key, const CaseProperties& properties) {
  const auto found = properties.location_labels.find(key);
  if (found == properties.location_labels.end()) return writer.integer(key);
  const LocationLabels& labels = found->second;
  if (!labels.is_list) return writer.integer(labels.values.front());
  writer.begin_tuple();
  for (const int value : labels.values) writer.integer(value);
  writer.end_tuple();
}

void write_voxels(pickle::Writer& writer, const std::vector<std::array<std::int32_t, 3>>& voxels) {
  if (voxels.empty()) {
    writer.begin_list();
    return writer.end_list();
  }
  std::vector<std::int64_t> rows;
  rows.reserve(voxels.size() * 4);
  for (const auto& voxel : voxels) rows.insert(rows.end(), {0, voxel[0], voxel[1], voxel[2]});
  writer.array(rows, std::array{static_cast<std::int64_t>(voxels.size()), std::int64_t{4}});
}

void write_locations(pickle::Writer& writer, const CaseProperties& properties) {
  writer.text("class_locations");
  writer.begin_dict();
  const auto write = [&](int key, const std::vector<std::array<std::int32_t, 3>>& voxels) {
    write_label_key(writer, key, properties);
    write_voxels(writer, voxels);
  };
  for (const auto& [key, voxels] : properties.class_locations) {
    if (key != kAnnotatedVoxels) write(key, voxels);
  }
  const auto annotated = properties.class_locations.find(kAnnotatedVoxels);
  if (annotated != properties.class_locations.end()) write(kAnnotatedVoxels, annotated->second);
  writer.end_dict();
}

}  // namespace

void write_case_properties(const fs::path& file, const CaseProperties& properties) {
  pickle::Writer writer(4);
  writer.begin_dict();
  write_geometry(writer, properties.geometry);
  writer.text("shape_before_cropping");
  writer.integers(properties.shape_before_cropping);
  writer.text("bbox_used_for_cropping");
  writer.begin_list();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    writer.begin_list();
    writer.integer(properties.crop.lo[axis]);
    writer.integer(properties.crop.hi[axis]);
    writer.end_list();
  }
  writer.end_list();
  writer.text("shape_after_cropping_and_before_resampling");
  writer.integers(properties.shape_after_cropping);
  write_locations(writer, properties);
  writer.end_dict();
  write_file(file, writer.finish(), Flush::no);
}

}  // namespace voxarena
