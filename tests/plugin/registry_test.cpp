#include "voxarena/plugin/registry.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/plugin/descriptor.h"

namespace voxarena {
namespace {
namespace fs = std::filesystem;

const fs::path kPlugins = VOXARENA_TEST_PLUGINS;

class Registry : public ::testing::Test {
 protected:
  void SetUp() override {
    unsetenv("VOXARENA_PLUGIN_PATH");
    unsetenv("VOXARENA_TEST_FAULT");
    folder_ = fs::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override {
    unsetenv("VOXARENA_PLUGIN_PATH");
    unsetenv("VOXARENA_TEST_FAULT");
    fs::remove_all(folder_);
  }

  // A library with the description of a method of this name; listing never opens the library.
  fs::path offer(const std::string& folder, const std::string& file, const std::string& method) {
    const fs::path library = folder_ / folder / (file + ".so");
    write_file(library, "not even a library");
    Info info;
    info.name = method;
    write_json(fs::path(library).replace_extension(".json"), to_json(info));
    return library;
  }

  fs::path folder_;
};

template <class Body>
std::string message(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::string> names(const std::vector<PluginFile>& plugins) {
  std::vector<std::string> names;
  for (const PluginFile& plugin : plugins) names.push_back(plugin.info.name);
  return names;
}

bool contains(const std::vector<std::string>& sorted, const std::vector<std::string>& wanted) {
  return std::ranges::includes(sorted, wanted);
}

// Methods come and go; these two are always there.
TEST_F(Registry, ListsInstalledMethodsByName) {
  const std::vector<std::string> installed = names(find_plugins());
  EXPECT_TRUE(std::ranges::is_sorted(installed));
  EXPECT_TRUE(contains(installed, {"plain_unet", "resenc_unet"}));
}

TEST_F(Registry, ListsExtraPlacesWithoutLoadingThem) {
  offer("a", "first", "alpha");
  const fs::path single = offer("b", "second", "beta");
  offer("c", "third", "gamma");
  setenv("VOXARENA_PLUGIN_PATH", (":" + (folder_ / "c").string() + ":/does/not/exist").c_str(), 1);
  const std::vector<std::string> found = names(find_plugins({folder_ / "a", single}));
  EXPECT_TRUE(std::ranges::is_sorted(found));
  EXPECT_TRUE(contains(found, {"alpha", "beta", "gamma", "plain_unet", "resenc_unet"}));
}

TEST_F(Registry, RefusesTwoPluginsOfOneNameAndNamesBothFiles) {
  const fs::path a = offer("a", "first", "alpha"), b = offer("b", "second", "alpha");
  EXPECT_EQ(message([&] {
              find_plugins({folder_ / "a", folder_ / "b"});
            }),
            "method 'alpha' is offered by two plugins: " + a.string() + " and " + b.string());
  EXPECT_EQ(names(find_plugins({folder_ / "a", a})).front(), "alpha")
      << "the same file twice is no conflict";
}

TEST_F(Registry, NamesADescriptionThatCannotBeRead) {
  write_file(fs::path(offer("a", "first", "alpha")).replace_extension(".json"), "{ \"name\": ");
  EXPECT_NE(message([&] { find_plugins({folder_ / "a"}); }).find("first.json"), std::string::npos);
}

TEST_F(Registry, KnowsWhatIsInstalledWhenAMethodIsMissing) {
  try {
    load_method("plane_unet");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "there is no method 'plane_unet'");
    EXPECT_EQ(error.hint().rfind("installed are: ", 0), 0U) << error.hint();
    EXPECT_NE(error.hint().find("plain_unet, resenc_unet"), std::string::npos) << error.hint();
  }
}

TEST_F(Registry, RefusesAnotherVersionNamingBothSides) {
  const fs::path library = kPlugins / "other_version.so";
  EXPECT_EQ(message([&] { load_method(library.string()); }),
            library.string() + ": built for VoxArena 99.0.0, this program has " VOXARENA_VERSION);
}

TEST_F(Registry, ComparesEveryFieldOfTheDescriptor) {
  const PluginDescriptor good{sizeof(PluginDescriptor),
                              VOXARENA_PLUGIN_API,
                              VOXARENA_VERSION,
                              TORCH_VERSION,
                              VOXARENA_ABI,
                              nullptr,
                              nullptr};
  EXPECT_NO_THROW(check_descriptor(good, "x.so"));
  const auto refused = [&](auto change) {
    PluginDescriptor descriptor = good;
    change(descriptor);
    return message([&] { check_descriptor(descriptor, "x.so"); });
  };
  EXPECT_EQ(refused([](auto& d) { d.api = 7; }),
            "x.so: built for plugin API 7, this program has 3");
  EXPECT_NE(refused([](auto& d) { d.struct_size = 8; }).find("descriptor"), std::string::npos);
  EXPECT_EQ(refused([](auto& d) { d.torch_version = "1.13.0"; }),
            "x.so: built for LibTorch 1.13.0, this program has " TORCH_VERSION);
  EXPECT_EQ(refused([](auto& d) { d.abi = "msvc"; }),
            "x.so: built for compiler ABI msvc, this program has " VOXARENA_ABI);
  EXPECT_NE(refused([](auto& d) { d.harness_version = nullptr; }).find("(none)"),
            std::string::npos);
}

TEST_F(Registry, RefusesWhatIsNoPlugin) {
  const fs::path library = kPlugins / "not_a_plugin.so";
  EXPECT_EQ(message([&] { load_method(library.string()); }),
            library.string() + " is not a VoxArena plugin: it has no function voxarena_plugin()");
  EXPECT_NE(
      message([&] { load_method(offer("a", "text", "alpha").string()); }).find("cannot be loaded"),
      std::string::npos);
  EXPECT_EQ(message([] { load_method("/nowhere/x.so"); }),
            "plugin library /nowhere/x.so does not exist");
}

TEST_F(Registry, TurnsWhateverAPluginThrowsIntoAnErrorThatNamesIt) {
  const std::string library = (kPlugins / "faulty_method.so").string();
  setenv("VOXARENA_TEST_FAULT", "throw_in_info", 1);
  EXPECT_EQ(message([&] { load_method(library); }), "plugin faulty_method: info: info is broken");
  unsetenv("VOXARENA_TEST_FAULT");

  const LoadedMethod method = load_method(library);
  const Options options = Options::from_json(Json::object(), method.description().options, "test");
  Plan plan;
  plan.configuration.patch_size = {8, 8, 8};
  setenv("VOXARENA_TEST_FAULT", "throw_in_create", 1);
  EXPECT_EQ(message([&] { method.create(plan, options); }),
            "plugin faulty_method: create: an exception of unknown type");
  setenv("VOXARENA_TEST_FAULT", "no_model", 1);
  EXPECT_EQ(message([&] { method.create(plan, options); }),
            "plugin faulty_method: create: there is no model");
  setenv("VOXARENA_TEST_FAULT", "throw_in_forward", 1);
  const auto model = method.create(plan, options);
  EXPECT_EQ(message([&] { model->predict({}); }),
            "plugin faulty_method: predict: no idea what to do");
}

TEST_F(Registry, DescribesALibraryInAFile) {
  describe_plugin(kPlugins / "faulty_method.so", folder_ / "described.json");
  EXPECT_EQ(info_from_json(read_json(folder_ / "described.json"), "test").name, "faulty_method");
}

}  // namespace
}  // namespace voxarena
