#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/sam_prompts.h"
#include "cli/sam_slice.h"
#include "plugins/sam/predictor.h"
#include "voxarena/core/error.h"
#include "voxarena/core/json.h"

namespace voxarena::cli {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

// "mask.nii.gz" → "mask_2.nii.gz".
fs::path numbered(const fs::path& file, std::int64_t number) {
  const std::string name = file.filename().string();
  const std::size_t dot = name.find('.');
  return file.parent_path() / fmt::format("{}_{}{}", name.substr(0, dot), number, name.substr(dot));
}

int predict_masks(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("sam predict", "IMAGE OUTPUT --weights FILE [--points X,Y ...] [--box ...]",
                   "voxarena sam predict ct.nii.gz liver.nii.gz --slice 40 --points 120,200 "
                   "30,40,0 --weights sam_vit_b_01ec64.pth");
  line.positional("IMAGE",
                  "picture (.png, .jpg), 2-D image, or a volume of which one slice is segmented")
      .positional("OUTPUT",
                  "label file on the image's grid: 1 inside the mask (.png, for 2-D images: 255)")
      .with_run_options();
  line.options()("weights", po::value<std::string>(), "SAM ViT-B, L or H: .pth or .safetensors")(
      "points", po::value<std::vector<std::string>>()->multitoken(),
      "X,Y or X,Y,1: in the object; X,Y,0: outside of it. X counts voxels along the slice's last "
      "axis, Y along its first, from 0")("box", po::value<std::string>(),
                                         "X1,Y1,X2,Y2 around the object")(
      "axis", po::value<int>()->default_value(0),
      "array axis that the slice lies across: 0 (z), 1 (y) or 2 (x)")(
      "slice", po::value<std::int64_t>(), "its index, from 0")(
      "window", po::value<std::string>(),
      "LOW,HIGH: intensities shown as black and white (default: 0.5th and 99.5th percentile; "
      "pictures of 8 bits as they are)")(
      "multimask", "three masks of different extent, numbered, instead of one")("json",
                                                                                "print as JSON");
  if (!line.parse(arguments, context)) return 0;
  const fs::path file = line.text("IMAGE"), output = line.text("OUTPUT");
  const std::string weights = line.text("weights");
  const Picture picture = read_sam_image(file);
  const SamSlice slice = choose_slice(line, picture.image, file);
  require_mask_file(output, picture.image);
  const sam::Prompts prompts = read_prompts(line, slice);
  const at::Tensor photograph = as_photograph(line, picture, slice);

  sam::Predictor predictor = sam::open_predictor(weights, context.device);
  predictor.set_image(photograph);
  const sam::Masks masks = predictor.predict(prompts, line.has("multimask"));
  Json report = Json::array();
  for (std::int64_t i = 0; i < masks.logits.size(1); ++i) {
    const fs::path target = line.has("multimask") ? numbered(output, i + 1) : output;
    const std::int64_t pixels =
        write_mask(target, masks.logits.select(0, 0).select(0, i).gt(0), picture.image, slice);
    const auto iou = masks.iou.select(0, 0).select(0, i).item<double>();
    report.push_back({{"file", target.string()}, {"pixels", pixels}, {"predicted_iou", iou}});
    if (!line.has("json"))
      fmt::print("{}: {} pixels, predicted IoU {:.3f}\n", target.string(), pixels, iou);
  }
  if (line.has("json")) fmt::print("{}\n", dump_json(report));
  return 0;
}

}  // namespace

int sam(const std::vector<std::string>& arguments, RunContext& context) {
  if (!arguments.empty() && arguments[0] == "predict")
    return predict_masks({arguments.begin() + 1, arguments.end()}, context);
  const bool help = !arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h");
  if (!help) {
    throw Error::usage(arguments.empty() ? "sam: what to do is missing"
                                         : fmt::format("sam: '{}' is unknown", arguments[0]),
                       "usage: voxarena sam predict IMAGE OUTPUT --weights FILE ...");
  }
  fmt::print(
      "usage: voxarena sam predict IMAGE OUTPUT --weights FILE ...\n\n"
      "'voxarena sam predict --help' explains it.\n");
  return 0;
}

}  // namespace voxarena::cli
