// Rounding as Python does it.
#pragma once

#include <cmath>
#include <cstdint>

namespace voxarena {

// Nearest whole number, half to even (in the default rounding mode of the processor).
inline std::int64_t round_half_even(double value) { return std::llrint(value); }

}  // namespace voxarena
