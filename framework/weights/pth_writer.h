// Files of torch.save: a pickle whose values are written one by one, and the storages of its
// tensors.
//
//   PthWriter file("model.pth");
//   file.pickle().begin_dict();
//   file.pickle().text("weight");
//   file.tensor(weight);
//   file.pickle().end_dict();
//   file.commit();
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "voxarena/pickle/pickle_writer.h"

namespace voxarena {

// In the order in which they are to be written.
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

class PthWriter {
 public:
  explicit PthWriter(std::filesystem::path path) : path_(std::move(path)), pickle_(2) {}

  pickle::Writer& pickle() { return pickle_; }
  // The next value. Tensors of the same memory share a storage in the file. Types as in
  // safetensors, any device; Error (internal) for others.
  void tensor(const at::Tensor& tensor);
  // The next value: a collections.OrderedDict.
  void state_dict(const NamedTensors& tensors);
  void device(const std::string& type);  // the next value: a torch.device

  // Atomic; the same values give the same bytes, under the same file name.
  void commit();

 private:
  using Memory = std::tuple<const void*, std::int64_t, at::ScalarType>;

  std::filesystem::path path_;
  pickle::Writer pickle_;
  std::map<Memory, std::size_t> keys_;
  std::vector<at::Tensor> storages_;
};

// A state dict alone, as torch.save(network.state_dict(), path) writes it.
void write_pth(const std::filesystem::path& path, const NamedTensors& tensors);

}  // namespace voxarena
