#include "plugins/fewshot/registration.h"

#include <itkFastSymmetricForcesDemonsRegistrationFilter.h>
#include <itkHistogramMatchingImageFilter.h>
#include <itkImage.h>
#include <itkMultiResolutionPDEDeformableRegistration.h>
#include <itkResampleImageFilter.h>
#include <itkTranslationTransform.h>
#include <itkWarpImageFilter.h>

#include <algorithm>
#include <array>

namespace voxarena::fewshot {
namespace {

constexpr unsigned kDimension = 3, kLevels = 2;
using FloatImage = itk::Image<float, kDimension>;
using FieldImage = itk::Image<itk::Vector<float, kDimension>, kDimension>;
using Shift = itk::TranslationTransform<double, kDimension>;

// ITK's axes run x, y, z.
FloatImage::Pointer make_image(const float* values, const Extent& size, const Spacing& spacing) {
  auto image = FloatImage::New();
  FloatImage::SizeType extent;
  FloatImage::SpacingType step;
  for (unsigned axis = 0; axis < kDimension; ++axis) {
    extent[axis] = static_cast<itk::SizeValueType>(size[kDimension - 1 - axis]);
    step[axis] = spacing[kDimension - 1 - axis];
  }
  image->SetRegions(extent);
  image->SetSpacing(step);
  image->Allocate();
  std::copy_n(values, static_cast<std::size_t>(voxels(size)), image->GetBufferPointer());
  return image;
}

// Centre of mass of what is brighter than the darkest voxel, in mm (x, y, z).
itk::Vector<double, kDimension> centre_of_mass(const Volume<float>& image, const Spacing& spacing) {
  const auto count = image.voxels_per_channel();
  const float darkest = *std::min_element(image.values.begin(), image.values.begin() + count);
  double mass = 0;
  std::array<double, 3> sum{};
  std::size_t i = 0;
  for (std::int64_t z = 0; z < image.size[0]; ++z) {
    for (std::int64_t y = 0; y < image.size[1]; ++y) {
      for (std::int64_t x = 0; x < image.size[2]; ++x, ++i) {
        const double weight = static_cast<double>(image.values[i]) - darkest;
        mass += weight;
        sum[0] += weight * static_cast<double>(x);
        sum[1] += weight * static_cast<double>(y);
        sum[2] += weight * static_cast<double>(z);
      }
    }
  }
  itk::Vector<double, kDimension> centre;
  for (unsigned axis = 0; axis < kDimension; ++axis)
    centre[axis] = (mass > 0 ? sum[axis] / mass : 0.0) * spacing[kDimension - 1 - axis];
  return centre;
}

FloatImage::Pointer resampled(const FloatImage* image, const FloatImage* grid, const Shift* shift,
                              float outside) {
  using Filter = itk::ResampleImageFilter<FloatImage, FloatImage>;
  auto filter = Filter::New();
  filter->SetInput(image);
  filter->SetTransform(shift);
  filter->SetReferenceImage(grid);
  filter->UseReferenceImageOn();
  filter->SetDefaultPixelValue(outside);
  filter->SetNumberOfWorkUnits(1);
  filter->Update();
  return filter->GetOutput();
}

FloatImage::Pointer histogram_matched(const FloatImage* image, const FloatImage* reference) {
  using Filter = itk::HistogramMatchingImageFilter<FloatImage, FloatImage>;
  auto filter = Filter::New();
  filter->SetSourceImage(image);
  filter->SetReferenceImage(reference);
  filter->SetNumberOfHistogramLevels(256);
  filter->SetNumberOfMatchPoints(10);
  filter->SetNumberOfWorkUnits(1);
  filter->Update();
  return filter->GetOutput();
}

// Too few along an axis to smooth and to shrink: demons would push voxels out of their slice.
bool has_few_slices(const Extent& size) {
  constexpr std::int64_t kFew = 4;
  return *std::min_element(size.begin(), size.end()) < kFew;
}

FieldImage::Pointer run_demons(const FloatImage* fixed, const FloatImage* moving,
                               const RegistrationSettings& settings) {
  using Demons =
      itk::FastSymmetricForcesDemonsRegistrationFilter<FloatImage, FloatImage, FieldImage>;
  auto demons = Demons::New();
  demons->SetStandardDeviations(settings.smoothing);
  demons->SmoothDisplacementFieldOn();
  demons->SetNumberOfWorkUnits(1);
  using Pyramid = itk::MultiResolutionPDEDeformableRegistration<FloatImage, FloatImage, FieldImage>;
  auto pyramid = Pyramid::New();
  pyramid->SetRegistrationFilter(demons);
  pyramid->SetNumberOfLevels(kLevels);
  const Pyramid::NumberOfIterationsType iterations = [&] {
    Pyramid::NumberOfIterationsType out(kLevels);
    out[0] = static_cast<unsigned>(2 * settings.iterations);
    out[1] = static_cast<unsigned>(settings.iterations);
    return out;
  }();
  pyramid->SetNumberOfIterations(iterations);
  pyramid->SetFixedImage(fixed);
  pyramid->SetMovingImage(moving);
  pyramid->SetNumberOfWorkUnits(1);
  pyramid->Update();
  return pyramid->GetOutput();
}

}  // namespace

struct Registration::Field {
  FloatImage::Pointer fixed;
  Extent moving_size;
  Spacing spacing;
  Shift::Pointer shift;
  FieldImage::Pointer displacement;  // null without demons
};

Registration::Registration(const Volume<float>& fixed, const Volume<float>& moving,
                           const Spacing& spacing, const RegistrationSettings& settings)
    : field_(std::make_unique<Field>()) {
  Field& f = *field_;
  f.fixed = make_image(fixed.values.data(), fixed.size, spacing);
  f.moving_size = moving.size;
  f.spacing = spacing;
  f.shift = Shift::New();
  f.shift->SetOffset(centre_of_mass(moving, spacing) - centre_of_mass(fixed, spacing));
  if (settings.iterations == 0 || has_few_slices(fixed.size)) return;
  const float outside = *std::min_element(moving.values.begin(), moving.values.end());
  const FloatImage::Pointer laid =
      resampled(make_image(moving.values.data(), moving.size, spacing), f.fixed, f.shift, outside);
  f.displacement = run_demons(f.fixed, histogram_matched(laid, f.fixed), settings);
}

Registration::~Registration() = default;

namespace {

std::vector<float> values_of(const FloatImage* image) {
  const auto count = image->GetLargestPossibleRegion().GetNumberOfPixels();
  return {image->GetBufferPointer(), image->GetBufferPointer() + count};
}

}  // namespace

std::vector<float> Registration::warp(const std::vector<float>& mask) const {
  const Field& f = *field_;
  const FloatImage::Pointer laid =
      resampled(make_image(mask.data(), f.moving_size, f.spacing), f.fixed, f.shift, 0.0F);
  if (!f.displacement) return values_of(laid);
  using Filter = itk::WarpImageFilter<FloatImage, FloatImage, FieldImage>;
  auto filter = Filter::New();
  filter->SetInput(laid);
  filter->SetDisplacementField(f.displacement);
  filter->SetOutputParametersFromImage(f.fixed);
  filter->SetEdgePaddingValue(0.0F);
  filter->SetNumberOfWorkUnits(1);
  filter->Update();
  return values_of(filter->GetOutput());
}

}  // namespace voxarena::fewshot
