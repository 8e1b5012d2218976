#include "voxarena/core/hash.h"

#include <gtest/gtest.h>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace voxarena {
namespace {

// Test vectors of FIPS 180-4.
constexpr auto kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr auto kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr auto kMillionA = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, known_vectors) {
  EXPECT_EQ(sha256(""), kEmpty);
  EXPECT_EQ(sha256("abc"), kAbc);
  EXPECT_EQ(sha256(std::string(1'000'000, 'a')), kMillionA);
}

TEST(Sha256, parts_hash_like_the_whole) {
  Sha256 hash;
  hash.update("a");
  hash.update("bc", 2);
  EXPECT_EQ(hash.hex(), kAbc);
}

TEST(Sha256, files) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "million", std::string(1'000'000, 'a'));
  EXPECT_EQ(sha256_file(folder / "million"), kMillionA);
  EXPECT_INPUT_ERROR(sha256_file(folder / "absent"), "absent");
}

}  // namespace
}  // namespace voxarena
