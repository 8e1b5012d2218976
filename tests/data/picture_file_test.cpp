// Small files made with Pillow, as bytes.
#include "voxarena/data/picture_file.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {

constexpr const char* kRgba =
    "89504e470d0a1a0a0000000d49484452000000030000000208060000009d74661a000000234944415478da63f8cfc0"
    "f09fe13f43032313f37f060686ff0c5c2272ff7ffdfef31f0074780aadbdbec40c0000000049454e44ae426082";
constexpr const char* kGreyWithAlpha =
    "89504e470d0a1a0a0000000d49484452000000020000000108040000005e2bb7010000000d4944415478da6360fd7f"
    "821d0004ad01d47835fb500000000049454e44ae426082";
constexpr const char* kPalette =
    "89504e470d0a1a0a0000000d49484452000000030000000204030000006f5a7b2900000012504c5445fafbfc00ff00"
    "0a141e010203ff00000000ff852179800000000e4944415478da6376146012bc000002950138475f74410000000049"
    "454e44ae426082";
constexpr const char* kSixteenBits =
    "89504e470d0a1a0a0000000d49484452000000030000000110000000006e1b972b0000000f4944415478da63606060"
    "7ef1ff3f0005c802ea2d1d38420000000049454e44ae426082";
constexpr const char* kOneBit =
    "89504e470d0a1a0a0000000d4948445200000003000000010100000000339b29190000000a4944415478da63700000"
    "0042004184bf8e620000000049454e44ae426082";
constexpr const char* kGreyJpeg =
    "ffd8ffe000104a46494600010100000100010000ffdb004300080606070605080707070909080a0c140d0c0b0b0c19"
    "12130f141d1a1f1e1d1a1c1c20242e2720222c231c1c2837292c30313434341f27393d38323c2e333432ffc0000b08"
    "0008000801011100ffc40014000100000000000000000000000000000005ffc4001410010000000000000000000000"
    "0000000000ffda0008010100003f000dffd9";
constexpr const char* kRgbJpeg =  // 8 x 16: left (201, 40, 20), right (10, 60, 219)
    "ffd8ffe000104a46494600010100000100010000ffdb004300080606070605080707070909080a0c140d0c0b0b0c19"
    "12130f141d1a1f1e1d1a1c1c20242e2720222c231c1c2837292c30313434341f27393d38323c2e333432ffdb004301"
    "0909090c0b0c180d0d1832211c21323232323232323232323232323232323232323232323232323232323232323232"
    "3232323232323232323232323232323232ffc00011080008001003011100021101031101ffc4001500010100000000"
    "000000000000000000000506ffc40014100100000000000000000000000000000000ffc40015010101000000000000"
    "00000000000000000706ffc40014110100000000000000000000000000000000ffda000c03010002110311003f0095"
    "4f12441bc28fffd9";
constexpr const char* kCmykJpeg =
    "ffd8ffee000e41646f626500640000000000ffdb004300080606070605080707070909080a0c140d0c0b0b0c191213"
    "0f141d1a1f1e1d1a1c1c20242e2720222c231c1c2837292c30313434341f27393d38323c2e333432ffc00014080008"
    "0008044311004d11005911004b1100ffc40014000100000000000000000000000000000007ffc40014100100000000"
    "000000000000000000000000ffda000e0443004d0059004b00003f00481384cfefffd9";

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

Picture read(const char* name, const std::string& bytes) {
  const test::TemporaryFolder folder;
  test::write_text(folder / name, bytes);
  return read_picture(folder / name);
}

using Values = std::vector<float>;

TEST(ReadPicture, RgbWithoutItsTransparency) {
  const Picture picture = read("a.png", bytes_of(kRgba));
  EXPECT_TRUE(picture.bytes);
  EXPECT_EQ(picture.image.voxels.channels, 3);
  EXPECT_EQ(picture.image.voxels.size, (Extent{1, 2, 3}));
  EXPECT_EQ(picture.image.geometry.file_dimension, 2);
  EXPECT_EQ(picture.image.geometry.spacing, (Spacing{999, 1, 1}));
  EXPECT_EQ(picture.image.voxels.values, (Values{255, 0, 1, 0, 10, 250,     // red
                                                 0, 255, 2, 0, 20, 251,     // green
                                                 0, 0, 3, 255, 30, 252}));  // blue
}

TEST(ReadPicture, APaletteIsColours) {
  EXPECT_EQ(read("a.png", bytes_of(kPalette)).image.voxels.values,
            read("a.png", bytes_of(kRgba)).image.voxels.values);
}

TEST(ReadPicture, GreyOfAnyDepth) {
  const Picture eight = read("a.png", bytes_of(kGreyWithAlpha));
  EXPECT_EQ(eight.image.voxels.values, (Values{5, 200}));
  EXPECT_TRUE(eight.bytes);
  const Picture sixteen = read("a.png", bytes_of(kSixteenBits));
  EXPECT_EQ(sixteen.image.voxels.values, (Values{0, 1000, 65535}));
  EXPECT_FALSE(sixteen.bytes);
  EXPECT_EQ(read("a.png", bytes_of(kOneBit)).image.voxels.values, (Values{0, 255, 0}));
}

TEST(ReadPicture, Jpeg) {
  EXPECT_EQ(read("a.jpg", bytes_of(kGreyJpeg)).image.voxels.values, Values(64, 100));
  const Picture picture = read("a.jpeg", bytes_of(kRgbJpeg));
  EXPECT_EQ(picture.image.voxels.channels, 3);
  EXPECT_EQ(picture.image.voxels.size, (Extent{1, 8, 16}));
  const Volume<float>& rgb = picture.image.voxels;
  for (std::int64_t y = 0; y < 8; ++y) {
    EXPECT_NEAR(rgb.at(0, 0, y, 0), 201, 1);
    EXPECT_NEAR(rgb.at(2, 0, y, 0), 20, 1);
    EXPECT_NEAR(rgb.at(0, 0, y, 15), 10, 1);
    EXPECT_NEAR(rgb.at(2, 0, y, 15), 219, 1);
  }
}

TEST(ReadPicture, NamesWhatItCannotRead) {
  EXPECT_INPUT_ERROR(read("a.jpg", bytes_of(kCmykJpeg)), "neither grey nor RGB");
  EXPECT_INPUT_ERROR(read("a.png", bytes_of(kGreyJpeg)), "a.png: the picture cannot be read");
  EXPECT_INPUT_ERROR(read("a.jpg", bytes_of(kRgba)), "a.jpg: the picture cannot be read");
  EXPECT_INPUT_ERROR(read_picture("nowhere.png"), "nowhere.png");
  for (const char* name : {"a.png", "a.jpg"}) {
    const std::string whole = bytes_of(std::string(name) == "a.png" ? kRgba : kRgbJpeg);
    for (const std::size_t keep : {whole.size() - 20, whole.size() / 2, std::size_t{10}})
      EXPECT_INPUT_ERROR(read(name, whole.substr(0, keep)), "the picture cannot be read");
  }
  std::string damaged = bytes_of(kRgba);
  damaged[50] = static_cast<char>(damaged[50] ^ 0x55);  // compressed pixels
  EXPECT_INPUT_ERROR(read("a.png", damaged), "a.png: the picture cannot be read");
}

TEST(WritePng, ComesBack) {
  const test::TemporaryFolder folder;
  for (const std::int64_t channels : {1, 3}) {
    Volume<std::uint8_t> pixels(channels, {1, 2, 3});
    for (std::size_t i = 0; i < pixels.values.size(); ++i)
      pixels.values[i] = static_cast<std::uint8_t>(250 - 10 * i);
    write_png(folder / "mask.png", pixels);
    const Volume<float> back = read_picture(folder / "mask.png").image.voxels;
    EXPECT_EQ(back.channels, channels);
    EXPECT_EQ(back.size, pixels.size);
    EXPECT_EQ(back.values, Values(pixels.values.begin(), pixels.values.end()));
  }
  EXPECT_INPUT_ERROR(
      write_png(folder / "mask.png" / "below.png", Volume<std::uint8_t>(1, {1, 1, 1})), "mask.png");
}

}  // namespace
}  // namespace voxarena
