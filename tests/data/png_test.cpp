#include "voxarena/data/png.h"

#include <gtest/gtest.h>
#include <png.h>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

// What a browser sees: (red, green, blue, alpha) of each pixel.
std::vector<std::uint8_t> decode(const std::string& file, const Raster& expected) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_memory(&image, file.data(), file.size()), 0);
  EXPECT_EQ(image.width, expected.width);
  EXPECT_EQ(image.height, expected.height);
  image.format = PNG_FORMAT_RGBA;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  EXPECT_NE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr), 0);
  return pixels;
}

TEST(Png, GreyLevelsAreKept) {
  const Raster raster{3, 2, {0, 100, 255, 7, 8, 9}};
  const std::vector<std::uint8_t> pixels = decode(encode_png(raster), raster);
  for (std::size_t i = 0; i < raster.pixels.size(); ++i) {
    EXPECT_EQ(pixels[4 * i], raster.pixels[i]);
    EXPECT_EQ(pixels[4 * i + 3], 255);
  }
}

TEST(Png, ColoursAreKept) {
  const Raster raster{2, 1, {230, 159, 0, 1, 2, 3}, 3};
  EXPECT_EQ(decode(encode_png(raster), raster),
            (std::vector<std::uint8_t>{230, 159, 0, 255, 1, 2, 3, 255}));
}

TEST(Png, ColoursComeFromThePalette) {
  const Raster raster{5, 1, {0, 1, 2, 1, 0}};  // an odd width: two pixels share a byte
  const std::vector<PaletteColour> palette = {{0, 0, 0, 0}, {230, 159, 0, 120}, {1, 2, 3}};
  const std::vector<std::uint8_t> pixels = decode(encode_png(raster, palette), raster);
  EXPECT_EQ(pixels[3], 0) << "transparent";
  EXPECT_EQ(std::vector<std::uint8_t>(pixels.begin() + 4, pixels.begin() + 12),
            (std::vector<std::uint8_t>{230, 159, 0, 120, 1, 2, 3, 255}));
}

TEST(Png, ManyColoursTakeAWholeByte) {
  Raster raster{40, 1, {}};
  std::vector<PaletteColour> palette;
  for (std::uint8_t i = 0; i < 40; ++i) {
    raster.pixels.push_back(i);
    palette.push_back({i, 0, 0});
  }
  const std::vector<std::uint8_t> pixels = decode(encode_png(raster, palette), raster);
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(pixels[4 * i], i);
}

TEST(Png, AColourThatIsNotThereIsAnError) {
  EXPECT_THROW(encode_png({1, 1, {3}}, {{0, 0, 0}, {1, 1, 1}}), Error);
}

TEST(Png, DataUrlsAreBase64) {  // RFC 4648, section 10
  const std::string head = "data:image/png;base64,";
  EXPECT_EQ(data_url(""), head);
  EXPECT_EQ(data_url("f"), head + "Zg==");
  EXPECT_EQ(data_url("fo"), head + "Zm8=");
  EXPECT_EQ(data_url("foobar"), head + "Zm9vYmFy");
  EXPECT_EQ(data_url("\xFF\xFE\xFD"), head + "//79");
}

}  // namespace
}  // namespace voxarena
