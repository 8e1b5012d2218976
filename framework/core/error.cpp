#include "voxarena/core/error.h"

namespace voxarena {

int Error::exit_code() const {
  switch (kind_) {
    case Kind::input: return 1;
    case Kind::usage: return 2;
    case Kind::internal: return 3;
    case Kind::interrupted: return 130;
  }
  return 3;
}

}  // namespace voxarena
