#include "voxarena/data/picture_file.h"

#include <fmt/core.h>
#include <itkJPEGImageIO.h>

#include <string>
#include <string_view>
#include <vector>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/data/natural_image.h"
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

itk::ImageIORegion whole_picture(const itk::ImageIOBase& io) {
  itk::ImageIORegion region(2);
  for (unsigned axis = 0; axis < 2; ++axis) region.SetSize(axis, io.GetDimensions(axis));
  return region;
}

// Values of a pixel lie side by side in the file; those beyond `channels` are left out.
Volume<float> read_channels(itk::ImageIOBase& io, std::int64_t channels) {
  const auto height = static_cast<std::int64_t>(io.GetDimensions(1)),
             width = static_cast<std::int64_t>(io.GetDimensions(0));
  const auto values = static_cast<std::size_t>(io.GetNumberOfComponents());
  std::vector<unsigned char> raw(static_cast<std::size_t>(height * width) * values);
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

Picture read_png(const fs::path& file) {
  const std::string bytes = read_file(file);
  PngSamples samples;
  try {
    samples = decode_png(bytes);
  } catch (const Error&) {
    refuse_picture(file);
  }
  Picture picture;
  picture.image.geometry = picture_geometry();
  picture.bytes = samples.bits <= 8 || samples.channels > 2;
  const auto step = static_cast<std::size_t>(samples.channels);
  Volume<float>& out = picture.image.voxels;
  out = Volume<float>(samples.channels < 3 ? 1 : 3, {1, samples.height, samples.width});
  for (std::int64_t c = 0; c < out.channels; ++c) {
    for (std::size_t i = 0; i * step < samples.values.size(); ++i)
      out.channel(c)[i] = samples.values[i * step + static_cast<std::size_t>(c)];
  }
  return picture;
}

}  // namespace

bool is_picture(const fs::path& file) {
  return is_png(file) || file.extension() == ".jpg" || file.extension() == ".jpeg";
}

Picture read_picture(const fs::path& file) {
  if (is_png(file)) return read_png(file);
  require_complete_jpeg(file);
  const auto io = itk::JPEGImageIO::New();
  io->SetFileName(file.string());
  Picture picture;
  picture.image.geometry = picture_geometry();
  try {
    if (!io->CanReadFile(file.c_str())) refuse_picture(file);
    io->ReadImageInformation();
    const auto components = static_cast<std::int64_t>(io->GetNumberOfComponents());
    if (components > 3) {
      throw Error::input(
          fmt::format("{}: has colours that are neither grey nor RGB", file.string()),
          "convert it to RGB");
    }
    const std::int64_t channels = components < 3 ? 1 : 3;
    picture.bytes = true;
    picture.image.voxels = read_channels(*io, channels);
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
