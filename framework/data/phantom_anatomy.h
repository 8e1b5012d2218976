// The body that a synthetic case shows: organs as ellipsoids in coordinates of the field of view,
// where (z, y, x) run from -1 to 1, bent by a smooth random deformation.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "voxarena/core/random.h"

namespace voxarena {

using Point = std::array<double, 3>;  // (z, y, x)

inline constexpr int kPhantomOrgans = 12;
const std::string& phantom_organ_name(int label);  // 1..12

// `density` is the signal before bias field and noise: 0 air, about 0.35 muscle, 0.9 fat.
struct Tissue {
  int label = 0;
  double density = 0;
};

class Anatomy {
 public:
  // Draws one individual with organs 1..classes.
  Anatomy(int classes, CounterRandom& random);

  // Where a point of the image lies in the undeformed body; varies slowly.
  Point undeform(const Point& point) const;
  // Index into tissues() at an undeformed point: 0 is air.
  std::size_t tissue_at(const Point& point) const;
  const std::vector<Tissue>& tissues() const { return tissues_; }

 private:
  struct Ellipsoid {
    Point centre, radii;
    std::array<Point, 3> axes;
    std::size_t tissue;

    double distance(const Point& point) const;  // below 1 inside
  };
  struct Wave {
    Point frequency, amplitude;
    double phase;
  };

  void add_waves(CounterRandom& random);
  void add(const Point& centre, const Point& radii, double tilt, Tissue tissue,
           CounterRandom& random);

  Ellipsoid body_{};
  std::vector<Ellipsoid> organs_;  // later ones lie in front
  std::vector<Tissue> tissues_;
  std::vector<Wave> waves_;
};

}  // namespace voxarena
