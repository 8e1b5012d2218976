#include "voxarena/data/phantom.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/json.h"
#include "voxarena/core/parallel.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/phantom_anatomy.h"

namespace voxarena {
namespace {

constexpr double kNoise = 0.05;   // standard deviation, relative to a density of 1
constexpr double kBias = 0.12;    // of the logarithm of the coil's sensitivity, per wave
constexpr int kSubdivisions = 2;  // samples per voxel and axis for the partial volume effect

// The streams of random numbers of one case.
enum Stream : std::uint64_t { kShape = 1, kBody = 2, kCoil = 3, kThermal = 4 };

CounterRandom stream(const PhantomOptions& options, std::int64_t index, Stream which) {
  return {options.seed, {0x7068616e746f6dULL, static_cast<std::uint64_t>(index), which}};
}

void check(const PhantomOptions& options) {
  if (options.cases < 1)
    throw Error::usage("a data set needs at least one case", "choose 1 or more");
  if (options.classes < 1 || options.classes > kPhantomOrgans) {
    throw Error::usage(fmt::format("{} classes cannot be drawn", options.classes),
                       fmt::format("choose 1 to {}", kPhantomOrgans));
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (options.size[axis] < 1 || options.size[axis] > 2048 || !(options.spacing[axis] > 0)) {
      throw Error::usage(fmt::format("{} voxels of {} mm cannot be drawn", options.size[axis],
                                     options.spacing[axis]),
                         "sizes are 1 to 2048 voxels, spacings positive");
    }
  }
}

// Size and spacing vary from case to case, as scanners are set up for their patients.
void draw_grid(const PhantomOptions& options, CounterRandom random, Extent& size,
               Geometry& geometry) {
  const double in_plane = random.uniform(0.92, 1.08);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double voxels = static_cast<double>(options.size[axis]) * random.uniform(0.85, 1.15);
    size[axis] = std::max<std::int64_t>(1, std::llround(voxels));
    const double step = options.spacing[axis] * (axis == 0 ? random.uniform(0.92, 1.08) : in_plane);
    geometry.spacing[axis] = std::round(step * 1000) / 1000;
  }
  for (double& origin : geometry.origin) origin = std::round(random.uniform(-100, 100) * 100) / 100;
}

// Maps voxel indices to the coordinates of the anatomy: -1 to 1 over the typical field of view.
struct FieldOfView {
  Point first{}, step{};

  FieldOfView(const PhantomOptions& options, const Extent& size, const Spacing& spacing) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double half = 0.5 * static_cast<double>(options.size[axis]) * options.spacing[axis];
      step[axis] = spacing[axis] / half;
      first[axis] = -0.5 * static_cast<double>(size[axis] - 1) * step[axis];
    }
  }
  Point at(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return {first[0] + static_cast<double>(z) * step[0],
            first[1] + static_cast<double>(y) * step[1],
            first[2] + static_cast<double>(x) * step[2]};
  }
};

struct Voxel {
  std::int16_t label = 0;
  double density = 0;
};

// Averages the densities inside a voxel; its label is the one that fills most of it.
Voxel sample_voxel(const Anatomy& anatomy, const Point& centre, const Point& step,
                   std::vector<int>& votes) {
  const Point middle = anatomy.undeform(centre);  // nearly the same shift for the whole voxel
  std::fill(votes.begin(), votes.end(), 0);
  double sum = 0;
  constexpr int kSamples = kSubdivisions * kSubdivisions * kSubdivisions;
  for (int sample = 0; sample < kSamples; ++sample) {
    const std::array<int, 3> part = {sample / (kSubdivisions * kSubdivisions),
                                     sample / kSubdivisions % kSubdivisions,
                                     sample % kSubdivisions};
    Point point = middle;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      point[axis] += ((part[axis] + 0.5) / kSubdivisions - 0.5) * step[axis];
    }
    const Tissue& tissue = anatomy.tissues()[anatomy.tissue_at(point)];
    ++votes[static_cast<std::size_t>(tissue.label)];
    sum += tissue.density;
  }
  const auto winner = std::max_element(votes.begin(), votes.end()) - votes.begin();
  return {static_cast<std::int16_t>(winner), sum / kSamples};
}

// A smooth field around 1: the sensitivity of the receiving coil.
class BiasField {
 public:
  explicit BiasField(CounterRandom random) {
    for (Wave& wave : waves_) {
      for (double& frequency : wave.frequency) frequency = random.uniform(-2, 2);
      wave.phase = random.uniform(0, 2 * std::numbers::pi);
    }
  }
  double at(const Point& point) const {
    double log = 0;
    for (const Wave& wave : waves_) {
      log += std::cos(wave.frequency[0] * point[0] + wave.frequency[1] * point[1] +
                      wave.frequency[2] * point[2] + wave.phase);
    }
    return std::exp(kBias * log);
  }

 private:
  struct Wave {
    Point frequency{};
    double phase = 0;
  };
  std::array<Wave, 3> waves_;
};

// The magnitude of a complex signal with Gaussian noise in both parts (Rician).
double with_noise(double signal, CounterRandom& random) {
  const double real = signal + kNoise * random.normal();
  const double imaginary = kNoise * random.normal();
  return std::hypot(real, imaginary);
}

Json describe(const PhantomOptions& options) {
  Json json = Json::object();
  json["channel_names"] = {{"0", "MR"}};
  json["labels"] = {{"background", 0}};
  for (int label = 1; label <= options.classes; ++label)
    json["labels"][phantom_organ_name(label)] = label;
  json["numTraining"] = options.cases;
  json["file_ending"] = ".nii.gz";
  json["description"] = fmt::format("VoxArena's synthetic phantom, seed {}", options.seed);
  return json;
}

}  // namespace

Phantom make_phantom(const PhantomOptions& options, std::int64_t index) {
  check(options);
  Extent size{};
  Geometry geometry;
  draw_grid(options, stream(options, index, kShape), size, geometry);
  const FieldOfView view(options, size, geometry.spacing);
  CounterRandom body = stream(options, index, kBody);
  const Anatomy anatomy(options.classes, body);
  CounterRandom coil = stream(options, index, kCoil);
  const double gain = std::exp(coil.uniform(std::log(150.0), std::log(1500.0)));
  const BiasField bias(coil);
  CounterRandom thermal = stream(options, index, kThermal);

  Phantom out{{Volume<float>(1, size), geometry}, {Volume<std::int16_t>(1, size), geometry}};
  std::vector<int> votes(static_cast<std::size_t>(options.classes) + 1);
  std::size_t i = 0;
  for (std::int64_t z = 0; z < size[0]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[2]; ++x, ++i) {
        const Point point = view.at(z, y, x);
        const Voxel voxel = sample_voxel(anatomy, point, view.step, votes);
        if (voxel.density == 0) continue;  // air was masked out by the scanner
        const double signal = with_noise(voxel.density * bias.at(point), thermal);
        out.image.voxels.values[i] = static_cast<float>(std::round(gain * signal));
        out.label.voxels.values[i] = voxel.label;
      }
    }
  }
  return out;
}

void write_phantom_dataset(const std::filesystem::path& folder, const PhantomOptions& options,
                           const RunContext& context) {
  check(options);
  // An interrupted run leaves its options, so that the same command goes on.
  const Json description = describe(options);
  const Json work = {
      {"dataset", description}, {"size", options.size}, {"spacing", options.spacing}};
  const std::filesystem::path unfinished = folder / "unfinished_phantom.json";
  std::error_code error;
  remove_temporary_files(folder);
  const bool goes_on = std::filesystem::exists(unfinished, error) && read_json(unfinished) == work;
  if (!goes_on && std::filesystem::exists(folder, error) &&
      !std::filesystem::is_empty(folder, error)) {
    throw Error::input(fmt::format("{}: exists and is not an empty folder", folder.string()),
                       "choose another folder or remove this one");
  }
  write_json(unfinished, work);
  Progress progress = context.progress("phantom", options.cases);
  parallel_for(options.cases, context.threads, [&](std::int64_t index) {
    context.check_interrupt();
    const std::string id = fmt::format("phantom_{:03}", index);
    const std::filesystem::path label = folder / "labelsTr" / (id + ".nii.gz");
    if (!std::filesystem::exists(label)) {
      const Phantom phantom = make_phantom(options, index);
      write_image(folder / "imagesTr" / (id + "_0000.nii.gz"), phantom.image);
      write_label(label, phantom.label);
    }
    progress.advance();
  });
  write_json(folder / "dataset.json", description);
  std::filesystem::remove(unfinished, error);
}

}  // namespace voxarena
