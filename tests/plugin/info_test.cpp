#include "voxarena/plugin/info.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

TEST(Info, SurvivesBeingWrittenAndRead) {
  const Info info{
      .name = "tiny",
      .version = "1.0",
      .summary = "two convolutions",
      .licence = "MIT",
      .citation = "@misc{tiny}",
      .capabilities = {.two_d = false, .needs_weights = true, .regions = false},
      .options = {Option::integer("width", 16).range(4, 64).help("channels"),
                  Option::text("norm", "instance").choices({"instance", "batch"}).help("which")}};
  const Info read = info_from_json(to_json(info), "tiny.json");
  EXPECT_EQ(to_json(read), to_json(info));
  EXPECT_FALSE(read.capabilities.two_d);
  EXPECT_FALSE(read.capabilities.regions);
  EXPECT_TRUE(read.capabilities.ignore_label);
  EXPECT_EQ(std::get<std::int64_t>(read.options[0].fallback), 16);
  EXPECT_EQ(read.options[0].high, 64);
  EXPECT_EQ(read.options[1].allowed.size(), 2U);
}

TEST(Info, NamesTheFileOfABrokenDescription) {
  try {
    info_from_json({{"name", "tiny"}}, "plugins/tiny.json");
    FAIL() << "a description without version passed";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("plugins/tiny.json: not a plugin description"),
              std::string::npos);
    EXPECT_NE(std::string(error.what()).find("version"), std::string::npos);
  }
}

}  // namespace
}  // namespace voxarena
