#pragma once

#include <limits>

namespace voxarena::test {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace voxarena::test
