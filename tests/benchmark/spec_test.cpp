#include "benchmark/spec.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "benchmark/budgets.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr const char* kSpec = R"toml(
name = "hippocampus-cpu"
datasets = ["Dataset004_Hippocampus"]
folds = [1, 0]
[protocol]
budget = "cpu"
iterations = 600
mirror_axes = [2]
patient = "patient[0-9]+"
[[method]]
plugin = "plain_unet"
[[method]]
plugin = "masksam"
name = "MaskSAM (mini encoder)"
options = { encoder = "mini", queries = 8 }
)toml";

TEST(Spec, MetricsAndTolerancesAreChosenInTheProtocol) {
  const BenchmarkSpec spec = parse_spec(R"toml(
name = "organs"
datasets = ["1"]
[protocol]
evaluation = { metrics = ["HD95:medpy", "NSD"], nsd_tolerance = { liver = 5.0, default = 2 } }
[[method]]
plugin = "plain_unet"
)toml",
                                        "spec.toml");
  const EvaluationSettings& settings = spec.protocol.evaluation;
  EXPECT_EQ(settings.metrics, (std::vector<std::string>{"HD95:medpy", "NSD"}));
  EXPECT_EQ(settings.tolerance, 2);
  EXPECT_EQ(settings.class_tolerance.at("liver"), 5);
}

TEST(Spec, ReadsTheWholeMatrix) {
  const BenchmarkSpec spec = parse_spec(kSpec, "spec.toml");
  EXPECT_EQ(spec.name, "hippocampus-cpu");
  EXPECT_EQ(spec.folds, (std::vector<int>{0, 1}));
  EXPECT_EQ(spec.protocol.budget.name, "cpu");
  EXPECT_EQ(spec.protocol.budget.iterations, 600);
  EXPECT_EQ(spec.protocol.budget.base_features, find_budget("cpu").base_features);
  EXPECT_EQ(spec.protocol.mirror_axes, (std::vector<int>{2}));
  EXPECT_EQ(spec.protocol.patient, "patient[0-9]+");
  ASSERT_EQ(spec.methods.size(), 2U);
  EXPECT_EQ(spec.methods[0].name, "plain_unet");
  EXPECT_EQ(spec.methods[1].folder(), "masksam_mini_encoder");
  EXPECT_EQ(spec.methods[1].options, (Json{{"encoder", "mini"}, {"queries", 8}}));
}

TEST(Spec, WithoutFoldsAndMirrorAxesTheFieldsDefaultsHold) {
  const BenchmarkSpec spec =
      parse_spec("name = 'a'\ndatasets = ['1']\n[[method]]\nplugin = 'plain_unet'\n", "s");
  EXPECT_EQ(spec.folds, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_FALSE(spec.protocol.mirror_axes.has_value());
  EXPECT_EQ(spec.protocol.budget.iterations, 250'000);
}

struct Broken {
  const char* name;
  const char* text;
  const char* message;  // part of the message
  const char* hint;     // part of the hint
};

class BrokenSpec : public testing::TestWithParam<Broken> {};

TEST_P(BrokenSpec, NamesPlaceAndRemedy) {
  try {
    parse_spec(GetParam().text, "spec.toml");
    FAIL() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::input);
    EXPECT_NE(std::string(error.what()).find(GetParam().message), std::string::npos)
        << error.what();
    EXPECT_NE(error.hint().find(GetParam().hint), std::string::npos) << error.hint();
  }
}

#define HEAD "name = 'a'\ndatasets = ['1']\n"
#define METHOD "[[method]]\nplugin = 'plain_unet'\n"
INSTANTIATE_TEST_SUITE_P(
    , BrokenSpec,
    testing::Values(Broken{"NotToml", "name = ", "spec.toml, line 1", "valid TOML"},
                    Broken{"UnknownKey", HEAD "fold = [0]\n" METHOD,
                           "spec.toml, line 3, column 8: fold: unknown key", "'folds'"},
                    Broken{"UnknownProtocolKey", HEAD "[protocol]\niteration = 3\n" METHOD,
                           "protocol.iteration", "'iterations'"},
                    Broken{"WrongType", HEAD "[protocol]\niterations = 'many'\n" METHOD,
                           "must be an integer, not a text", ""},
                    Broken{"ImpossibleValue", HEAD "[protocol]\niterations = 0\n" METHOD,
                           "line 4, column 14", "possible values are 1 to"},
                    Broken{"UnknownBudget", HEAD "[protocol]\nbudget = 'huge'\n" METHOD,
                           "unknown budget 'huge'", "smoke, cpu"},
                    Broken{"UnknownConfiguration", HEAD "[protocol]\nconfiguration = '4d'\n" METHOD,
                           "'4d'", "3d_fullres"},
                    Broken{"UnknownMetric",
                           HEAD "[protocol]\nevaluation = { metrics = ['HD95:scipy'] }\n" METHOD,
                           "no flavour 'scipy'", "medpy"},
                    Broken{"MirrorAxisTwice", HEAD "[protocol]\nmirror_axes = [1, 1]\n" METHOD,
                           "names an axis twice", ""},
                    Broken{"NoMethod", HEAD, "no [[method]]", "plain_unet"},
                    Broken{"MethodWithoutPlugin", HEAD "[[method]]\nname = 'x'\n",
                           "method.plugin: is missing", "plugin ="},
                    Broken{"MethodTwice", HEAD METHOD METHOD,
                           "'plain_unet' is the name of an earlier method", "own"},
                    Broken{"NoDatasets", "name = 'a'\ndatasets = []\n" METHOD, "names no data set",
                           "Dataset004"},
                    Broken{"DatasetsAsText", "name = 'a'\ndatasets = '1'\n" METHOD,
                           "must be a list of texts", "brackets"},
                    Broken{"NegativeFold", HEAD "folds = [-1]\n" METHOD, "-1 is impossible",
                           "0 to"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace voxarena
