#include "voxarena/plugin/device.h"

#include <ATen/ops/empty.h>
#include <torch/nn/module.h>

#include "voxarena/core/error.h"
#include "voxarena/plugin/model.h"

namespace voxarena {

void require_device(const std::string& device) {
  try {
    at::empty({1}, at::TensorOptions().device(c10::Device(device)));
  } catch (const std::exception&) {
    throw Error::input("--device " + device + ": this LibTorch cannot use it on this machine",
                       "use cpu, or cuda with a CUDA build of LibTorch (scripts/setup.sh "
                       "--torch-index) and a GPU");
  }
}

std::string default_device() {
  try {
    require_device("cuda");
    return "cuda";
  } catch (const Error&) {
    return "cpu";
  }
}

void move_to_device(Model& model, const std::string& device) {
  require_device(device);
  model.module().to(c10::Device(device));
}

}  // namespace voxarena
