#include <ATen/ops/from_blob.h>
#include <ATen/ops/tensor.h>
#include <fmt/core.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "plugins/sam/predictor.h"
#include "voxarena/core/error.h"
#include "voxarena/core/json.h"
#include "voxarena/data/image_file.h"
#include "voxarena/data/image_io.h"

namespace voxarena::cli {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

// "12,40.5,1" → numbers; Error (usage) naming the option unless there are between `least` and
// `most`.
std::vector<double> parse_numbers(const std::string& text, const std::string& option,
                                  std::size_t least, std::size_t most) {
  std::vector<double> numbers;
  const char *at = text.data(), *const end = at + text.size();
  while (at < end) {
    double value = 0;
    const auto [rest, error] = std::from_chars(at, end, value);
    if (error != std::errc() || !std::isfinite(value)) break;
    numbers.push_back(value);
    at = rest;
    if (at < end && *at == ',' && at + 1 < end)
      ++at;
    else
      break;
  }
  if (at != end || numbers.size() < least || numbers.size() > most) {
    throw Error::usage(fmt::format("--{}: '{}' is not understood", option, text),
                       "numbers are joined by commas: see 'voxarena sam predict --help'");
  }
  return numbers;
}

// One slice of a volume: rows and columns run along the two axes that remain, in their order.
struct Slice {
  std::size_t axis, row_axis, column_axis;
  std::int64_t index, rows, columns;

  Extent voxel(std::int64_t row, std::int64_t column) const {
    Extent at{};
    at[axis] = index;
    at[row_axis] = row;
    at[column_axis] = column;
    return at;
  }
};

Slice choose_slice(const CommandLine& line, const Image& image, const fs::path& file) {
  const int axis = line.get<int>("axis");
  if (axis < 0 || axis > 2) throw Error::usage(fmt::format("--axis: {} is not 0, 1 or 2", axis));
  Slice slice{};
  slice.axis = static_cast<std::size_t>(axis);
  slice.row_axis = axis == 0 ? 1 : 0;
  slice.column_axis = axis == 2 ? 1 : 2;
  const Extent& size = image.voxels.size;
  slice.rows = size[slice.row_axis];
  slice.columns = size[slice.column_axis];
  const std::int64_t count = size[slice.axis];
  if (!line.has("slice") && count > 1) {
    throw Error::usage(fmt::format("{}: has {} slices along axis {}", file.string(), count, axis),
                       fmt::format("choose one with --slice 0 ... {}", count - 1));
  }
  slice.index = line.has("slice") ? line.get<std::int64_t>("slice") : 0;
  if (slice.index < 0 || slice.index >= count) {
    throw Error::usage(fmt::format("--slice: there is no slice {}", slice.index),
                       fmt::format("axis {} has slices 0 to {}", axis, count - 1));
  }
  return slice;
}

// The window of intensities that becomes 0 ... 255: the given one, or from the 0.5th to the 99.5th
// percentile.
std::pair<float, float> choose_window(const CommandLine& line, std::vector<float> values) {
  if (line.has("window")) {
    const std::vector<double> given = parse_numbers(line.text("window"), "window", 2, 2);
    if (given[0] >= given[1]) throw Error::usage("--window: its low end is not below its high end");
    return {static_cast<float>(given[0]), static_cast<float>(given[1])};
  }
  const auto percentile = [&](double fraction) {
    const auto rank =
        static_cast<std::ptrdiff_t>(std::lround(fraction * static_cast<double>(values.size() - 1)));
    std::nth_element(values.begin(), values.begin() + rank, values.end());
    return values[static_cast<std::size_t>(rank)];
  };
  const float low = percentile(0.005), high = percentile(0.995);
  return {low, std::max(high, low + 1e-6F)};
}

// uint8 (3, rows, columns): grey, or the three channels of an image that has as many.
at::Tensor as_photograph(const CommandLine& line, const Image& image, const Slice& slice) {
  const std::int64_t channels = image.voxels.channels == 3 ? 3 : 1;
  std::vector<float> values;
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t row = 0; row < slice.rows; ++row) {
      for (std::int64_t column = 0; column < slice.columns; ++column) {
        const Extent at = slice.voxel(row, column);
        values.push_back(image.voxels.at(c, at[0], at[1], at[2]));
      }
    }
  }
  const auto [low, high] = choose_window(line, values);
  const at::Tensor raw =
      at::from_blob(values.data(), {channels, slice.rows, slice.columns}, at::kFloat);
  return raw.sub(low)
      .mul(255.0 / (high - low))
      .clamp(0, 255)
      .round()
      .to(at::kByte)
      .expand({3, slice.rows, slice.columns})
      .contiguous();
}

sam::Prompts read_prompts(const CommandLine& line) {
  sam::Prompts prompts;
  std::vector<double> places;
  std::vector<std::int64_t> labels;
  for (const std::string& text : line.texts("points")) {
    const std::vector<double> point = parse_numbers(text, "points", 2, 3);
    places.insert(places.end(), {point[0], point[1]});
    labels.push_back(point.size() == 3 && point[2] == 0 ? 0 : 1);
  }
  const auto count = static_cast<std::int64_t>(labels.size());
  if (count > 0) {
    prompts.points = at::tensor(places, at::kDouble).to(at::kFloat).view({1, count, 2});
    prompts.labels = at::tensor(labels, at::kLong).view({1, count});
  }
  if (line.has("box")) {
    const std::vector<double> box = parse_numbers(line.text("box"), "box", 4, 4);
    prompts.boxes = at::tensor(box, at::kDouble).to(at::kFloat).view({1, 4});
  }
  if (count == 0 && !line.has("box")) {
    throw Error::usage("sam predict: neither --points nor --box is given",
                       "SAM segments what a prompt shows it");
  }
  return prompts;
}

// "mask.nii.gz" → "mask_2.nii.gz".
fs::path numbered(const fs::path& file, std::int64_t number) {
  const std::string name = file.filename().string();
  const std::size_t dot = name.find('.');
  return file.parent_path() / fmt::format("{}_{}{}", name.substr(0, dot), number, name.substr(dot));
}

std::int64_t write_mask(const fs::path& file, const at::Tensor& mask, const Image& image,
                        const Slice& slice) {
  LabelImage label{Volume<std::int16_t>(1, image.voxels.size), image.geometry};
  const at::Tensor inside = mask.to(at::kCPU, at::kByte).contiguous();
  const auto* value = inside.const_data_ptr<std::uint8_t>();
  std::int64_t pixels = 0;
  for (std::int64_t row = 0; row < slice.rows; ++row) {
    for (std::int64_t column = 0; column < slice.columns; ++column, ++value) {
      const Extent at = slice.voxel(row, column);
      label.voxels.at(0, at[0], at[1], at[2]) = *value;
      pixels += *value;
    }
  }
  write_label(file, label);
  return pixels;
}

int predict_masks(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("sam predict", "IMAGE OUTPUT --weights FILE [--points X,Y ...] [--box ...]",
                   "voxarena sam predict ct.nii.gz liver.nii.gz --slice 40 --points 120,200 "
                   "30,40,0 --weights sam_vit_b_01ec64.pth");
  line.positional("IMAGE", "2-D image, or a volume of which one slice is segmented")
      .positional("OUTPUT", "label file on the image's grid: 1 inside the mask")
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
      "LOW,HIGH: intensities shown as black and white (default: 0.5th and 99.5th percentile)")(
      "multimask", "three masks of different extent, numbered, instead of one")("json",
                                                                                "print as JSON");
  if (!line.parse(arguments, context)) return 0;
  const fs::path file = line.text("IMAGE"), output = line.text("OUTPUT");
  const std::string weights = line.text("weights");
  if (!is_supported_ending(output)) {
    throw Error::usage(fmt::format("{}: unknown image format", output.string()),
                       "supported endings are .nii.gz, .nii, .mha and .nrrd");
  }
  const sam::Prompts prompts = read_prompts(line);
  const Image image = read_image({file});
  const Slice slice = choose_slice(line, image, file);
  const at::Tensor photograph = as_photograph(line, image, slice);

  sam::Predictor predictor = sam::open_predictor(weights, context.device);
  predictor.set_image(photograph);
  const sam::Masks masks = predictor.predict(prompts, line.has("multimask"));
  Json report = Json::array();
  for (std::int64_t i = 0; i < masks.logits.size(1); ++i) {
    const fs::path target = line.has("multimask") ? numbered(output, i + 1) : output;
    const std::int64_t pixels =
        write_mask(target, masks.logits.select(0, 0).select(0, i).gt(0), image, slice);
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
