#include "voxarena/data/image_file.h"

#include <fmt/core.h>
#include <itkBMPImageIO.h>
#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>
#include <itkPNGImageIO.h>
#include <itkTIFFImageIO.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <string>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/data/file_check.h"
#include "voxarena/data/natural_image.h"
#include "voxarena/data/nifti_voxels.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

constexpr auto kDamaged = "the file is truncated or damaged: copy it again";

bool ends_with(const fs::path& file, std::string_view ending) {
  return file.filename().string().ends_with(ending);
}

itk::ImageIOBase::Pointer make_io(const fs::path& file) {
  itk::ImageIOBase::Pointer io;
  if (is_nifti(file)) io = itk::NiftiImageIO::New().GetPointer();
  if (ends_with(file, ".mha")) io = itk::MetaImageIO::New().GetPointer();
  if (ends_with(file, ".nrrd")) io = itk::NrrdImageIO::New().GetPointer();
  if (ends_with(file, ".png")) io = itk::PNGImageIO::New().GetPointer();  // to write
  if (ends_with(file, ".bmp")) io = itk::BMPImageIO::New().GetPointer();
  if (ends_with(file, ".tif")) {
    io = itk::TIFFImageIO::New().GetPointer();
    io->SetExpandRGBPalette(false);
  }
  if (!io) {
    throw Error::input(fmt::format("{}: unknown image format", file.string()),
                       fmt::format("supported endings are {}", kSupportedEndings));
  }
  io->SetFileName(file.string());
  return io;
}

// ITK's headers go through code that is not made for threads: the decomposition of NIfTI's
// orientation computes constants of the machine in static variables.
std::unique_lock<std::mutex> lock_headers() {
  static std::mutex mutex;
  return std::unique_lock(mutex);
}

// The NRRD library collects its error texts in global variables.
std::unique_lock<std::mutex> lock_voxels(const fs::path& file) {
  return ends_with(file, ".nrrd") ? lock_headers() : std::unique_lock<std::mutex>();
}

// Runs an ITK call; its exceptions become ours.
template <class Call>
void guarded(const fs::path& file, std::string_view action, const char* hint, const Call& call) {
  try {
    call();
  } catch (const itk::ExceptionObject& error) {
    std::string reason = error.GetDescription();
    std::replace(reason.begin(), reason.end(), '\n', ' ');
    throw Error::input(fmt::format("{}: {}: {}", file.string(), action, reason), hint);
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {  // bad_alloc or length_error
    throw Error::input(fmt::format("{}: {}: not enough memory", file.string(), action),
                       "the header may be damaged, or the image too large for this machine");
  }
}

// One slice, grey or in colours, with or without transparency: what NaturalImage2DIO takes.
void require_picture(const itk::ImageIOBase& io, const fs::path& file) {
  const unsigned components = io.GetNumberOfComponents();
  if (components != 1 && components != 3 && components != 4) {
    throw Error::input(fmt::format("{}: has {} values per pixel", file.string(), components),
                       "save it as grey, RGB or RGBA");
  }
  if (io.GetNumberOfDimensions() > 2 && io.GetDimensions(2) > 1) {
    throw Error::input(fmt::format("{}: has {} pages", file.string(), io.GetDimensions(2)),
                       "a picture is one slice: save a volume as .nii.gz");
  }
}

itk::ImageIOBase::Pointer open_for_reading(const fs::path& file) {
  auto io = make_io(file);
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) {
    throw Error::input(fmt::format("{}: no such file", file.string()),
                       "check its name and the folder's rights");
  }
  if (ends_with(file, ".bmp")) check_bmp(file);
  if (ends_with(file, ".tif")) check_tiff(file);
  guarded(file, "its header cannot be read",
          "the file is damaged or not of the format its name says", [&] {
            const auto lock = lock_headers();
            if (!io->CanReadFile(file.c_str()))
              itkGenericExceptionMacro("damaged, or not of the format its name says");
            io->ReadImageInformation();
          });
  const unsigned dimension = io->GetNumberOfDimensions();
  if (dimension < 2 || dimension > 4) {
    throw Error::input(fmt::format("{}: has {} dimensions", file.string(), dimension),
                       "images are 2-D, 3-D, or 4-D with the channels last");
  }
  if (is_natural_image(file)) {
    require_picture(*io, file);
  } else if (io->GetNumberOfComponents() != 1) {
    throw Error::input(
        fmt::format("{}: has {} values per voxel", file.string(), io->GetNumberOfComponents()),
        "convert colour, vector or complex images to one scalar file per channel");
  }
  for (unsigned axis = 0; axis < dimension; ++axis) {
    if (io->GetDimensions(axis) == 0) {
      throw Error::input(fmt::format("{}: is empty along axis {}", file.string(), axis),
                         "remove or replace the file");
    }
  }
  return io;
}

void check_spacing(const Geometry& geometry, const fs::path& file) {
  for (const double spacing : geometry.spacing) {
    if (std::isfinite(spacing) && spacing > 0) continue;
    throw Error::input(
        fmt::format("{}: has the impossible voxel spacing {}", file.string(), spacing),
        "correct the spacing in the file's header");
  }
}

// ITK keeps axes in (x, y, z) order and a direction as one vector per axis; a negative spacing
// flips its axis.
Geometry geometry_of(const itk::ImageIOBase& io) {
  Geometry geometry;
  geometry.file_dimension = static_cast<int>(std::min(io.GetNumberOfDimensions(), 3U));
  const auto dimension = static_cast<std::size_t>(geometry.file_dimension);
  for (std::size_t axis = 0; axis < dimension; ++axis) {
    const double spacing = io.GetSpacing(static_cast<unsigned>(axis));
    const std::vector<double> vector = io.GetDirection(static_cast<unsigned>(axis));
    geometry.spacing[2 - axis] = std::abs(spacing);
    geometry.origin[axis] = io.GetOrigin(static_cast<unsigned>(axis));
    for (std::size_t row = 0; row < dimension; ++row) {
      geometry.direction[row * 3 + axis] = spacing < 0 ? -vector[row] : vector[row];
    }
  }
  if (dimension == 2)
    geometry.spacing[0] = 999 * std::max(geometry.spacing[1], geometry.spacing[2]);
  return geometry;
}

itk::ImageIORegion whole_region(const itk::ImageIOBase& io) {
  itk::ImageIORegion region(io.GetNumberOfDimensions());
  for (unsigned axis = 0; axis < io.GetNumberOfDimensions(); ++axis)
    region.SetSize(axis, io.GetDimensions(axis));
  return region;
}

template <class T>
std::vector<float> read_as(itk::ImageIOBase& io, std::size_t count) {
  if constexpr (std::is_same_v<T, float>) {
    std::vector<float> values(count);
    io.Read(values.data());
    return values;
  } else {
    std::vector<T> raw(count);
    io.Read(raw.data());
    return {raw.begin(), raw.end()};
  }
}

std::vector<float> read_voxels(itk::ImageIOBase& io, std::size_t count) {
  switch (io.GetComponentType()) {
    case itk::IOComponentEnum::UCHAR: return read_as<unsigned char>(io, count);
    case itk::IOComponentEnum::CHAR: return read_as<signed char>(io, count);
    case itk::IOComponentEnum::USHORT: return read_as<unsigned short>(io, count);
    case itk::IOComponentEnum::SHORT: return read_as<short>(io, count);
    case itk::IOComponentEnum::UINT: return read_as<unsigned>(io, count);
    case itk::IOComponentEnum::INT: return read_as<int>(io, count);
    case itk::IOComponentEnum::ULONG: return read_as<unsigned long>(io, count);
    case itk::IOComponentEnum::LONG: return read_as<long>(io, count);
    case itk::IOComponentEnum::ULONGLONG: return read_as<unsigned long long>(io, count);
    case itk::IOComponentEnum::LONGLONG: return read_as<long long>(io, count);
    case itk::IOComponentEnum::FLOAT: return read_as<float>(io, count);
    case itk::IOComponentEnum::DOUBLE: return read_as<double>(io, count);
    default: break;
  }
  itkGenericExceptionMacro("unknown voxel type");
}

itk::IOComponentEnum component(VoxelType type) {
  switch (type) {
    case VoxelType::uint8: return itk::IOComponentEnum::UCHAR;
    case VoxelType::uint16: return itk::IOComponentEnum::USHORT;
    case VoxelType::float32: break;
  }
  return itk::IOComponentEnum::FLOAT;
}

void describe(itk::ImageIOBase& io, const Geometry& geometry, const Extent& size, VoxelType type) {
  const auto dimension = static_cast<std::size_t>(geometry.file_dimension);
  io.SetNumberOfDimensions(static_cast<unsigned>(dimension));
  for (std::size_t axis = 0; axis < dimension; ++axis) {
    const auto index = static_cast<unsigned>(axis);
    std::vector<double> vector(dimension);
    for (std::size_t row = 0; row < dimension; ++row)
      vector[row] = geometry.direction[row * 3 + axis];
    io.SetDimensions(index, static_cast<itk::SizeValueType>(size[2 - axis]));
    io.SetSpacing(index, geometry.spacing[2 - axis]);
    io.SetOrigin(index, geometry.origin[axis]);
    io.SetDirection(index, vector);
  }
  io.SetPixelType(itk::IOPixelEnum::SCALAR);
  io.SetNumberOfComponents(1);
  io.SetComponentType(component(type));
  io.SetUseCompression(true);
  io.SetIORegion(whole_region(io));
}

void require_complete(const fs::path& file, std::uint64_t data_bytes) {
  if (is_nifti(file)) require_complete_nifti(file, data_bytes);
  if (ends_with(file, ".mha")) require_complete_meta_image(file, data_bytes);
  if (ends_with(file, ".nrrd")) require_complete_nrrd(file, data_bytes);
}

ImageFile picture_header(const itk::ImageIOBase& io, const fs::path& file) {
  ImageFile image;
  image.geometry = picture_geometry();
  image.size = {1, static_cast<std::int64_t>(io.GetDimensions(1)),
                static_cast<std::int64_t>(io.GetDimensions(0))};
  const bool grey = ends_with(file, ".bmp") && check_bmp(file).grey;
  image.channels = grey ? 1 : io.GetNumberOfComponents();
  return image;
}

ImageFile header_of(const itk::ImageIOBase& io, const fs::path& file) {
  if (is_natural_image(file)) return picture_header(io, file);
  const unsigned dimension = io.GetNumberOfDimensions();
  ImageFile image;
  image.geometry = geometry_of(io);
  image.size = {dimension > 2 ? static_cast<std::int64_t>(io.GetDimensions(2)) : 1,
                static_cast<std::int64_t>(io.GetDimensions(1)),
                static_cast<std::int64_t>(io.GetDimensions(0))};
  if (dimension == 4) image.channels = static_cast<std::int64_t>(io.GetDimensions(3));
  return image;
}

void require_fits_picture(const fs::path& file, const Extent& size, VoxelType type) {
  const bool fits = size[0] == 1 && (type == VoxelType::uint8 ||
                                     (type == VoxelType::uint16 && !ends_with(file, ".bmp")));
  if (fits) return;
  throw Error::input(fmt::format("{}: a picture is one slice of bytes, or of 16 bits in .png and "
                                 ".tif: these {} slice(s) do not fit",
                                 file.string(), size[0]),
                     "write them as .nii.gz");
}

}  // namespace

bool is_nifti(const fs::path& file) {
  return ends_with(file, ".nii.gz") || ends_with(file, ".nii");
}

bool is_natural_image(const fs::path& file) {
  return ends_with(file, ".png") || ends_with(file, ".bmp") || ends_with(file, ".tif");
}

bool is_supported_ending(const fs::path& file) {
  return is_nifti(file) || ends_with(file, ".mha") || ends_with(file, ".nrrd") ||
         is_natural_image(file);
}

ImageFile read_image_file(const fs::path& file) {
  if (ends_with(file, ".png")) return read_png_image(file);
  const auto io = open_for_reading(file);
  ImageFile image = header_of(*io, file);
  check_spacing(image.geometry, file);
  const auto count = static_cast<std::size_t>(image.channels * voxels(image.size));

  if (is_nifti(file)) {
    guarded(file, "its voxels cannot be read", kDamaged,
            [&] { image.values = read_nifti_voxels(file, count); });
    return image;
  }
  require_complete(file, io->GetImageSizeInBytes());
  guarded(file, "its voxels cannot be read", kDamaged, [&] {
    const auto lock = lock_voxels(file);
    io->SetIORegion(whole_region(*io));
    if (!is_natural_image(file)) {
      image.values = read_voxels(*io, count);
      return;
    }
    const std::int64_t components = io->GetNumberOfComponents();
    image.values = channels_first(read_voxels(*io, io->GetImageSizeInComponents()), components);
    image.values.resize(count);  // of a grey palette's three channels the first
  });
  return image;
}

ImageFile read_image_header(const fs::path& file) {
  if (ends_with(file, ".png")) {
    ImageFile image = read_png_image(file);
    image.values.clear();
    return image;
  }
  return header_of(*open_for_reading(file), file);
}

std::int64_t count_channels(const fs::path& file) { return read_image_header(file).channels; }

void write_image_file(const fs::path& file, const Geometry& geometry, const Extent& size,
                      VoxelType type, const void* values) {
  if (is_natural_image(file)) require_fits_picture(file, size, type);
  AtomicFile out(file);
  const auto io = make_io(out.temporary());
  guarded(file, "cannot be written", "check the folder's access rights and the free disk space",
          [&] {
            const auto lock = lock_voxels(file);
            describe(*io, geometry, size, type);
            io->Write(values);
          });
  try {
    require_complete(out.temporary(), io->GetImageSizeInBytes());
  } catch (const Error&) {
    throw Error::input(fmt::format("{}: could not be written completely", file.string()),
                       "free some disk space and start again");
  }
  out.commit();
}

}  // namespace voxarena
