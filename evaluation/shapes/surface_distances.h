// Distances from the elements of each of two surfaces to the other surface, and the numbers that
// the tools of the field make of them.
#pragma once

#include <vector>

namespace voxarena {

struct SurfaceDistances {
  std::vector<double> from_reference, from_prediction;  // mm, one an element
  std::vector<double> reference_area, prediction_area;  // mm²; empty: all elements count the same
  // The distances within an element lie evenly between value - spread and value + spread, those
  // below zero on the other side of the surface; empty: elements are points.
  std::vector<double> reference_spread, prediction_spread;
  // mm; where there are spreads, the largest distance of any point: at most value + spread.
  double reference_farthest = 0, prediction_farthest = 0;
};

// Linear interpolation between neighbours in order, in single precision, as torch.quantile does.
// `percent` in [0, 100]; `values` are not empty (so too below).
double single_percentile(const std::vector<double>& values, double percent);
// The first distance at which the summed area reaches `percent` of all (DeepMind's definition).
double area_percentile(const std::vector<double>& values, const std::vector<double>& areas,
                       double percent);

// The distance within which `percent` of the area lies, where elements have a spread and no point
// lies beyond `farthest`.
double spread_percentile(const std::vector<double>& values, const std::vector<double>& areas,
                         const std::vector<double>& spreads, double farthest, double percent);

// The larger of both directions' percentiles.
double robust_hausdorff(const SurfaceDistances& distances, double percent);
// Over the elements of both surfaces at once, weighted by their area.
double average_distance(const SurfaceDistances& distances);
// The mean of the two directions' weighted means.
double mean_of_averages(const SurfaceDistances& distances);
// Share of both surfaces' area that lies within `tolerance` mm of the other surface.
double share_within(const SurfaceDistances& distances, double tolerance);

}  // namespace voxarena
