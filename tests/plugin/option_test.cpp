#include "voxarena/plugin/option.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

std::vector<Option> declared() {
  return {Option::integer("width", 16).range(4, 64).help("channels"),
          Option::number("rate", 0.5).range(0, 1).help("dropout"),
          Option::text("norm", "instance").choices({"instance", "batch"}).help("normalisation"),
          Option::flag("deep", true).help("deep supervision")};
}

std::string message(const Json& given) {
  try {
    Options::from_json(given, declared(), "spec.toml");
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "accepted";
}

TEST(Options, TakeDefaultsForWhatIsNotGiven) {
  const Options options =
      Options::from_json({{"width", 32}, {"norm", "batch"}}, declared(), "spec.toml");
  EXPECT_EQ(options.integer("width"), 32);
  EXPECT_EQ(options.text("norm"), "batch");
  EXPECT_EQ(options.number("rate"), 0.5);
  EXPECT_TRUE(options.flag("deep"));
  EXPECT_EQ(options.to_json().size(), 4U);
}

TEST(Options, AcceptAWholeNumberForARealOne) {
  EXPECT_EQ(Options::from_json({{"rate", 1}}, declared(), "spec.toml").number("rate"), 1.0);
}

TEST(Options, RefuseWhatIsNotDeclared) {
  EXPECT_EQ(message({{"depth", 3}}),
            "spec.toml: unknown option 'depth' | the method knows: width, rate, norm, deep");
  EXPECT_EQ(message({{"width", "wide"}}),
            "spec.toml: option 'width' must be an integer, not \"wide\" | channels");
  EXPECT_EQ(message({{"width", 16.5}}),
            "spec.toml: option 'width' must be an integer, not 16.5 | channels");
  EXPECT_EQ(message({{"width", 2}}), "spec.toml: option 'width' is 2 | give a value from 4 to 64");
  EXPECT_EQ(message({{"norm", "layer"}}),
            "spec.toml: option 'norm' cannot be 'layer' | choose one of: instance, batch");
  EXPECT_EQ(message({{"deep", 1}}),
            "spec.toml: option 'deep' must be true or false, not 1 | deep supervision");
  EXPECT_EQ(message(Json::array()), "spec.toml: options must be a table | ");
}

TEST(Options, RefuseAMethodThatAsksForSomethingElse) {
  const Options options = Options::from_json(Json::object(), declared(), "spec.toml");
  EXPECT_THROW(options.integer("depth"), Error);
  EXPECT_THROW(options.flag("width"), Error);
}

}  // namespace
}  // namespace voxarena
