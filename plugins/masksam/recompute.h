// Memory for time: a part of a network whose intermediate results are not kept for the backward
// pass but computed again (Chen et al. 2016, arXiv 1604.06174).
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace voxarena::masksam {

using Part = std::function<at::Tensor(const at::Tensor&)>;

// part(x). In the backward pass `part` runs a second time; gradients of its parameters are
// accumulated as usual. Everything it refers to must live until then. On the CPU only: elsewhere,
// and without gradients, it is part(x) and nothing else.
at::Tensor recomputed(const Part& part, const at::Tensor& x);

}  // namespace voxarena::masksam
