// Errors of the stages do not know which case they are about: this adds it.
#pragma once

#include <fmt/core.h>

#include <string>

#include "voxarena/core/error.h"

namespace voxarena {

template <class Function>
auto name_case(const std::string& id, const Function& function) {
  try {
    return function();
  } catch (const Error& error) {
    if (error.kind() == Error::Kind::interrupted) throw;
    throw Error(error.kind(), fmt::format("case {}: {}", id, error.what()), error.hint());
  }
}

}  // namespace voxarena
