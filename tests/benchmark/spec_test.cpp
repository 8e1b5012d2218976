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
plans = "nnUNetResEncUNetMPlans"
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
  EXPECT_EQ(spec.protocol.plans, "nnUNetResEncUNetMPlans");
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

TEST(Spec, SeveralNumbersOfSupportsAreAProtocolEach) {
  const std::string begin = "name = 'a'\ndatasets = ['1']\n[protocol]\nsupports = ";
  const std::string end = "\n[[method]]\nplugin = 'retrieval'\n";
  std::vector<std::int64_t> supports;
  for (const ProtocolSettings& protocol : parse_spec(begin + "[10, 1, 5]" + end, "s").protocols())
    supports.push_back(protocol.supports);
  EXPECT_EQ(supports, (std::vector<std::int64_t>{1, 5, 10}));
  ASSERT_EQ(parse_spec(begin + "5" + end, "s").protocols().size(), 1U);
  EXPECT_EQ(parse_spec(begin + "5" + end, "s").protocols()[0].supports, 5);
}

TEST(Spec, PredictionsComeWithADeclaration) {
  const BenchmarkSpec spec = parse_spec(R"toml(
name = "organs"
datasets = ["1"]
[[method]]
plugin = "plain_unet"
[method.declares]
tuned_on = ["Dataset001_A"]
[[predictions]]
name = "Other tool"
folder = "theirs/{dataset}/fold_{fold}"
url = "https://example.org"
citation = "@misc{other}"
[predictions.declares]
training_data = "split"
ensemble = 5
mirror_axes = [2, 0]
budget = "protocol"
notes = ["loss: Tversky"]
[predictions.costs]
train_hours = 9
[[predictions]]
name = "nnU-Net"
nnunet = "nnUNet_results/{dataset}/nnUNetTrainer__nnUNetPlans__3d_fullres"
)toml",
                                        "spec.toml");
  EXPECT_EQ(spec.methods.at(0).declares.tuned_on, (std::vector<std::string>{"Dataset001_A"}));
  ASSERT_EQ(spec.predictions.size(), 2U);
  const PredictionsEntry& other = spec.predictions[0];
  EXPECT_EQ(other.run_folder_name(), "other_tool");
  EXPECT_EQ(other.declares.training_data, "split");
  EXPECT_EQ(other.declares.mirror_axes, (std::vector<int>{0, 2}));
  EXPECT_FALSE(other.declares.pretraining.has_value());
  EXPECT_FALSE(other.declares.tuned_on.has_value());
  EXPECT_DOUBLE_EQ(*other.costs.train_hours, 9);
  EXPECT_TRUE(spec.predictions[1].folder.empty());
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
    testing::Values(
        Broken{"NotToml", "name = ", "spec.toml, line 1", "valid TOML"},
        Broken{"UnknownKey", HEAD "fold = [0]\n" METHOD,
               "spec.toml, line 3, column 8: fold: unknown key", "'folds'"},
        Broken{"UnknownProtocolKey", HEAD "[protocol]\niteration = 3\n" METHOD,
               "protocol.iteration", "'iterations'"},
        Broken{"WrongType", HEAD "[protocol]\niterations = 'many'\n" METHOD,
               "must be an integer, not a text", ""},
        Broken{"ImpossibleValue", HEAD "[protocol]\niterations = 0\n" METHOD, "line 4, column 14",
               "possible values are 1 to"},
        Broken{"UnknownBudget", HEAD "[protocol]\nbudget = 'huge'\n" METHOD,
               "unknown budget 'huge'", "smoke, cpu"},
        Broken{"UnknownConfiguration", HEAD "[protocol]\nconfiguration = '4d'\n" METHOD, "'4d'",
               "3d_fullres"},
        Broken{"UnknownMetric",
               HEAD "[protocol]\nevaluation = { metrics = ['HD95:scipy'] }\n" METHOD,
               "no flavour 'scipy'", "medpy"},
        Broken{"NoSupports", HEAD "[protocol]\nsupports = []\n" METHOD, "supports: is empty",
               "[1, 5, 10]"},
        Broken{"SupportsTwice", HEAD "[protocol]\nsupports = [5, 5]\n" METHOD,
               "names a number twice", ""},
        Broken{"NoSupportAmongOthers", HEAD "[protocol]\nsupports = [0, 5]\n" METHOD,
               "0 is impossible", "1 to"},
        Broken{"MirrorAxisTwice", HEAD "[protocol]\nmirror_axes = [1, 1]\n" METHOD,
               "names an axis twice", ""},
        Broken{"NoMethod", HEAD, "no [[method]] and no [[predictions]]", "plain_unet"},
        Broken{"MethodWithoutPlugin", HEAD "[[method]]\nname = 'x'\n", "method.plugin: is missing",
               "plugin ="},
        Broken{"MethodTwice", HEAD METHOD METHOD, "'plain_unet' is the name of an earlier method",
               "own"},
        Broken{"PredictionsFromNowhere", HEAD "[[predictions]]\nname = 'x'\n",
               "predictions.folder: either this or 'nnunet'", "fold_{fold}"},
        Broken{"PredictionsFromTwoPlaces",
               HEAD "[[predictions]]\nname = 'x'\nfolder = 'a'\nnnunet = 'b'\n",
               "either this or 'nnunet'", "label files"},
        Broken{"PredictionsWithoutName", HEAD "[[predictions]]\nfolder = 'a'\n",
               "predictions.name: is missing", "name ="},
        Broken{"PredictionsNamedAsAMethod",
               HEAD METHOD "[[predictions]]\nname = 'Plain_UNet'\nfolder = 'a'\n",
               "'Plain_UNet' would have the folder 'plain_unet' of 'plain_unet'", "own"},
        Broken{"UnknownDeclaration",
               HEAD "[[predictions]]\nname = 'x'\nfolder = 'a'\n"
                    "declares = { ensembles = 2 }\n",
               "predictions.declares.ensembles: unknown key", "'ensemble'"},
        Broken{"WrongDeclaration",
               HEAD "[[predictions]]\nname = 'x'\nfolder = 'a'\n"
                    "declares = { ensemble = 'five' }\n",
               "must be an integer, not a text", ""},
        Broken{"EmptyDeclaration",
               HEAD "[[predictions]]\nname = 'x'\nfolder = 'a'\n"
                    "declares = { prompts = '' }\n",
               "predictions.declares.prompts: is empty", "in words"},
        Broken{"MethodDeclaresTheHarnesssBusiness", HEAD METHOD "declares = { ensemble = 5 }\n",
               "method.declares.ensemble: unknown key", "known keys are"},
        Broken{"NoDatasets", "name = 'a'\ndatasets = []\n" METHOD, "names no data set",
               "Dataset004"},
        Broken{"DatasetsAsText", "name = 'a'\ndatasets = '1'\n" METHOD, "must be a list of texts",
               "brackets"},
        Broken{"NegativeFold", HEAD "folds = [-1]\n" METHOD, "-1 is impossible", "0 to"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace voxarena
