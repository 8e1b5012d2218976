#include "inference/probability_file.h"

#include <fmt/core.h>

#include <array>
#include <utility>

#include "voxarena/core/error.h"
#include "voxarena/data/case_properties.h"
#include "voxarena/weights/npz_file.h"

namespace voxarena {

namespace {
constexpr const char* kName = "probabilities";
}

void write_probabilities(const std::filesystem::path& stem, const Volume<float>& probabilities,
                         const CaseProperties& properties) {
  write_case_properties(stem.string() + ".pkl", properties);
  const std::array<std::int64_t, 4> shape{probabilities.channels, probabilities.size[0],
                                          probabilities.size[1], probabilities.size[2]};
  write_npz(stem.string() + ".npz", kName, probabilities.values, shape);
}

Volume<float> read_probabilities(const std::filesystem::path& npz) {
  NpzArray array = read_npz(npz, kName);
  if (array.shape.size() != 4) {
    throw Error::input(
        fmt::format("{}: has {} axes instead of 4", npz.string(), array.shape.size()),
        "probabilities have the axes class, z, y, x");
  }
  Volume<float> out;
  out.channels = array.shape[0];
  out.size = {array.shape[1], array.shape[2], array.shape[3]};
  out.values = std::move(array.values);
  return out;
}

CaseProperties read_probability_properties(const std::filesystem::path& npz) {
  std::filesystem::path file = npz;
  return read_case_properties(file.replace_extension(".pkl"), Locations::skip);
}

}  // namespace voxarena
