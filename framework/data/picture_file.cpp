#include "voxarena/data/picture_file.h"

#include <fmt/core.h>
#include <itkJPEGImageIO.h>
#include <itkPNGImageIO.h>

#include <string>
#include <string_view>
#include <vector>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/data/file_check.h"
#include "voxarena/data/image_reader.h"
#include "voxarena/data/png.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

bool is_png(const fs::path& file) { return file.extension() == ".png"; }

[[noreturn]] void refuse_picture(const fs::path& file) {
  throw Error::input(
      fmt::format("{}: the picture cannot be read", file.string()),
      "the file is truncated, damaged or not of the format its name says: copy it again");
}

// libjpeg fills what is missing with grey and says nothing: a JPEG must come to its end.
void require_complete_jpeg(const fs::path& file) {
  const std::string bytes = read_file(file);
  const auto last = [&](std::string_view mark) { return bytes.rfind(mark) + 1; };  // 0: none
  if (last("\xFF\xD9") <= last("\xFF\xDA")) refuse_picture(file);  // the end and the last scan
}

itk::ImageIOBase::Pointer picture_io(const fs::path& file) {
  itk::ImageIOBase::Pointer io;
  if (is_png(file)) {
    io = itk::PNGImageIO::New().GetPointer();
  } else {
    io = itk::JPEGImageIO::New().GetPointer();
  }
  io->SetFileName(file.string());
  return io;
}

itk::ImageIORegion whole_picture(const itk::ImageIOBase& io) {
  itk::ImageIORegion region(2);
  for (unsigned axis = 0; axis < 2; ++axis) region.SetSize(axis, io.GetDimensions(axis));
  return region;
}

// Values of a pixel lie side by side in the file; those beyond `channels` are left out.
template <class T>
Volume<float> read_channels(itk::ImageIOBase& io, std::int64_t channels) {
  const auto height = static_cast<std::int64_t>(io.GetDimensions(1)),
             width = static_cast<std::int64_t>(io.GetDimensions(0));
  const auto values = static_cast<std::size_t>(io.GetNumberOfComponents());
  std::vector<T> raw(static_cast<std::size_t>(height * width) * values);
  io.SetIORegion(whole_picture(io));
  io.Read(raw.data());
  Volume<float> out(channels, {1, height, width});
  for (std::int64_t c = 0; c < channels; ++c) {
    float* channel = out.channel(c);
    for (std::size_t i = 0; i * values < raw.size(); ++i)
      channel[i] = static_cast<float>(raw[i * values + static_cast<std::size_t>(c)]);
  }
  return out;
}

}  // namespace

bool is_picture(const fs::path& file) {
  return is_png(file) || file.extension() == ".jpg" || file.extension() == ".jpeg";
}

Picture read_picture(const fs::path& file) {
  if (is_png(file)) {
    require_complete_png(file);
  } else {
    require_complete_jpeg(file);
  }
  const itk::ImageIOBase::Pointer io = picture_io(file);
  Picture picture;
  picture.image.geometry.file_dimension = 2;
  picture.image.geometry.spacing = kPictureSpacing;
  try {
    if (!io->CanReadFile(file.c_str())) refuse_picture(file);
    io->ReadImageInformation();
    const auto components = static_cast<std::int64_t>(io->GetNumberOfComponents());
    if (components > 4 || (components == 4 && !is_png(file))) {
      throw Error::input(
          fmt::format("{}: has colours that are neither grey nor RGB", file.string()),
          "convert it to RGB");
    }
    const std::int64_t channels = components < 3 ? 1 : 3;
    picture.bytes = io->GetComponentType() == itk::IOComponentEnum::UCHAR;
    picture.image.voxels = picture.bytes ? read_channels<unsigned char>(*io, channels)
                                         : read_channels<unsigned short>(*io, channels);
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {  // ITK's, or no memory for what a damaged header says
    refuse_picture(file);
  }
  return picture;
}

void write_png(const fs::path& file, const Volume<std::uint8_t>& pixels) {
  const auto channels = static_cast<std::size_t>(pixels.channels);
  Raster raster{pixels.size[2], pixels.size[1], {}, pixels.channels};
  raster.pixels.resize(pixels.values.size());
  for (std::size_t i = 0; i < raster.pixels.size(); ++i)
    raster.pixels[i] = pixels.channel(static_cast<std::int64_t>(i % channels))[i / channels];
  write_file(file, encode_png(raster));
}

}  // namespace voxarena
