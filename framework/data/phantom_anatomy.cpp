#include "voxarena/data/phantom_anatomy.h"

#include <cmath>
#include <numbers>

namespace voxarena {
namespace {

constexpr std::size_t kAir = 0;
constexpr std::size_t kMuscle = 1;
constexpr std::size_t kFat = 2;
constexpr double kFatStarts = 0.88;  // of the way from the middle to the skin

struct Organ {
  std::string name;
  Point centre, radii;
  double density;
};

// Each has its own mixture of size, place and contrast: the tumour lies inside the liver, the aorta
// touches the spine, and a radius of 1.5 runs through the whole volume.
const std::array<Organ, kPhantomOrgans>& organ_table() {
  static const std::array<Organ, kPhantomOrgans> table = {{
      {"liver", {-0.05, -0.08, -0.36}, {0.55, 0.42, 0.34}, 0.62},
      {"tumour", {-0.05, -0.10, -0.38}, {0.34, 0.27, 0.23}, 0.95},
      {"spleen", {-0.10, 0.05, 0.50}, {0.40, 0.28, 0.20}, 0.80},
      {"spine", {0.00, 0.50, 0.00}, {1.50, 0.17, 0.17}, 1.20},
      {"stomach", {-0.25, -0.32, 0.20}, {0.30, 0.22, 0.20}, 0.22},
      {"aorta", {0.00, 0.26, 0.06}, {1.50, 0.09, 0.09}, 1.05},
      {"kidney_right", {0.35, 0.38, -0.38}, {0.25, 0.15, 0.13}, 0.72},
      {"kidney_left", {0.30, 0.40, 0.38}, {0.25, 0.15, 0.13}, 0.66},
      {"gallbladder", {0.32, -0.30, -0.20}, {0.16, 0.11, 0.10}, 1.15},
      {"pancreas", {0.15, 0.02, 0.10}, {0.12, 0.10, 0.26}, 0.50},
      {"bladder", {0.72, -0.10, 0.00}, {0.22, 0.20, 0.22}, 1.30},
      {"bowel", {0.50, -0.32, 0.15}, {0.20, 0.18, 0.25}, 0.46},
  }};
  return table;
}

constexpr std::size_t kTumour = 1;  // follows the liver

Point jitter(const Point& point, double by, CounterRandom& random) {
  Point out;
  for (std::size_t axis = 0; axis < 3; ++axis) out[axis] = point[axis] + random.uniform(-by, by);
  return out;
}

Point scaled(const Point& radii, double spread, CounterRandom& random) {
  const double size = random.uniform(1 - spread, 1 + spread);
  Point out;
  for (std::size_t axis = 0; axis < 3; ++axis)
    out[axis] = radii[axis] * size * random.uniform(0.93, 1.07);
  return out;
}

// Rotation by up to `tilt` radians about each axis in turn.
std::array<Point, 3> random_axes(double tilt, CounterRandom& random) {
  std::array<Point, 3> axes = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  for (std::size_t about = 0; about < 3; ++about) {
    const double angle = random.uniform(-tilt, tilt);
    const std::size_t a = (about + 1) % 3, b = (about + 2) % 3;
    for (Point& axis : axes) {
      const double first = axis[a], second = axis[b];
      axis[a] = std::cos(angle) * first - std::sin(angle) * second;
      axis[b] = std::sin(angle) * first + std::cos(angle) * second;
    }
  }
  return axes;
}

}  // namespace

const std::string& phantom_organ_name(int label) {
  return organ_table().at(static_cast<std::size_t>(label - 1)).name;
}

double Anatomy::Ellipsoid::distance(const Point& point) const {
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    double along = 0;
    for (std::size_t axis = 0; axis < 3; ++axis)
      along += axes[i][axis] * (point[axis] - centre[axis]);
    along /= radii[i];
    sum += along * along;
  }
  return sum;
}

Anatomy::Anatomy(int classes, CounterRandom& random) {
  add_waves(random);
  const Point shift = jitter({0, 0, 0}, 0.04, random);
  tissues_ = {{0, 0}, {0, random.uniform(0.32, 0.38)}, {0, random.uniform(0.85, 0.95)}};
  body_ = {shift, scaled({1.35, 0.80, 0.88}, 0.05, random), random_axes(0.05, random), kMuscle};

  // Unlabelled structures of organ-like contrast behind the organs.
  constexpr int kDistractors = 3;
  for (int i = 0; i < kDistractors; ++i) {
    const Point centre{random.uniform(-0.7, 0.7), random.uniform(-0.4, 0.4),
                       random.uniform(-0.5, 0.5)};
    add(centre, scaled({0.15, 0.10, 0.10}, 0.3, random), 0.5, {0, random.uniform(0.4, 0.8)},
        random);
  }
  Point liver_shift{};
  for (int label = 1; label <= classes; ++label) {
    const auto index = static_cast<std::size_t>(label - 1);
    const Organ& organ = organ_table()[index];
    Point centre = jitter(organ.centre, 0.04, random);
    if (label == 1) {
      for (std::size_t axis = 0; axis < 3; ++axis)
        liver_shift[axis] = centre[axis] - organ.centre[axis];
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
      centre[axis] += shift[axis] + (index == kTumour ? liver_shift[axis] : 0);
    }
    const double tilt = organ.radii[0] > 1 ? 0.06 : 0.25;
    add(centre, scaled(organ.radii, 0.12, random), tilt,
        {label, organ.density * random.uniform(0.95, 1.05)}, random);
  }
}

void Anatomy::add_waves(CounterRandom& random) {
  constexpr int kWaves = 4;
  for (int i = 0; i < kWaves; ++i) {
    waves_.push_back({jitter({0, 0, 0}, 3.5, random), jitter({0, 0, 0}, 0.035, random),
                      random.uniform(0, 2 * std::numbers::pi)});
  }
}

void Anatomy::add(const Point& centre, const Point& radii, double tilt, Tissue tissue,
                  CounterRandom& random) {
  organs_.push_back({centre, radii, random_axes(tilt, random), tissues_.size()});
  tissues_.push_back(tissue);
}

Point Anatomy::undeform(const Point& point) const {
  Point out = point;
  for (const Wave& wave : waves_) {
    const double angle =
        wave.frequency[0] * point[0] + wave.frequency[1] * point[1] + wave.frequency[2] * point[2];
    const double height = std::sin(angle + wave.phase);
    for (std::size_t axis = 0; axis < 3; ++axis) out[axis] += wave.amplitude[axis] * height;
  }
  return out;
}

std::size_t Anatomy::tissue_at(const Point& point) const {
  const double depth = body_.distance(point);
  if (depth >= 1) return kAir;
  if (depth >= kFatStarts * kFatStarts) return kFat;
  for (std::size_t i = organs_.size(); i-- > 0;) {
    if (organs_[i].distance(point) < 1) return organs_[i].tissue;
  }
  return kMuscle;
}

}  // namespace voxarena
