// EXPECTs that two cases have the same properties.
#pragma once

#include <gtest/gtest.h>

#include "voxarena/data/store.h"

namespace voxarena::test {

inline void expect_equal(const CaseProperties& a, const CaseProperties& b) {
  EXPECT_EQ(a.geometry.file_dimension, b.geometry.file_dimension);
  EXPECT_EQ(a.geometry.spacing, b.geometry.spacing);
  EXPECT_EQ(a.geometry.origin, b.geometry.origin);
  EXPECT_EQ(a.geometry.direction, b.geometry.direction);
  EXPECT_EQ(a.shape_before_cropping, b.shape_before_cropping);
  EXPECT_EQ(a.crop, b.crop);
  EXPECT_EQ(a.shape_after_cropping, b.shape_after_cropping);
  EXPECT_EQ(a.class_locations, b.class_locations);
  EXPECT_EQ(a.location_labels, b.location_labels);
}

}  // namespace voxarena::test
