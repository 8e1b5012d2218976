#include "cli/sam_prompts.h"

#include <ATen/ops/tensor.h>
#include <fmt/core.h>

#include <charconv>
#include <cmath>

#include "voxarena/core/error.h"

namespace voxarena::cli {
namespace {

// "--points: 300,20 lies outside": what was said, and of which slice.
[[noreturn]] void refuse_prompt(const char* option, const std::string& text, const char* fault,
                                const SamSlice& slice, const std::string& hint) {
  throw Error::usage(fmt::format("--{}: {} {}; the slice has {} x {} pixels (X x Y)", option, text,
                                 fault, slice.columns, slice.rows),
                     hint);
}

void require_point(const std::string& text, const std::vector<double>& point,
                   const SamSlice& slice) {
  if (point.size() == 3 && point[2] != 0 && point[2] != 1) {
    refuse_prompt("points", text, "has a label that is neither 0 nor 1", slice,
                  "X,Y or X,Y,1 lies in the object, X,Y,0 outside of it");
  }
  const auto within = [](double at, std::int64_t size) {
    return at >= 0 && at < static_cast<double>(size);
  };
  if (within(point[0], slice.columns) && within(point[1], slice.rows)) return;
  refuse_prompt(
      "points", text, "lies outside of the image", slice,
      fmt::format("X goes from 0 to {}, Y from 0 to {}", slice.columns - 1, slice.rows - 1));
}

// Its far edges may be those of the last pixels.
void require_box(const std::string& text, const std::vector<double>& box, const SamSlice& slice) {
  if (box[0] >= box[2] || box[1] >= box[3]) {
    refuse_prompt("box", text, "is empty or reversed", slice,
                  "write X1,Y1,X2,Y2 with X1 below X2 and Y1 below Y2");
  }
  if (box[0] >= 0 && box[1] >= 0 && box[2] <= static_cast<double>(slice.columns) &&
      box[3] <= static_cast<double>(slice.rows))
    return;
  refuse_prompt("box", text, "reaches outside of the image", slice,
                fmt::format("X goes from 0 to {}, Y from 0 to {}", slice.columns, slice.rows));
}

}  // namespace

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

sam::Prompts read_prompts(const CommandLine& line, const SamSlice& slice) {
  sam::Prompts prompts;
  std::vector<double> places;
  std::vector<std::int64_t> labels;
  for (const std::string& text : line.texts("points")) {
    const std::vector<double> point = parse_numbers(text, "points", 2, 3);
    require_point(text, point, slice);
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
    require_box(line.text("box"), box, slice);
    prompts.boxes = at::tensor(box, at::kDouble).to(at::kFloat).view({1, 4});
  }
  if (count == 0 && !line.has("box")) {
    throw Error::usage("sam predict: neither --points nor --box is given",
                       "SAM segments what a prompt shows it");
  }
  return prompts;
}

}  // namespace voxarena::cli
