// Files of torch.save (the zip form that PyTorch writes since 1.6), without Python: a pickle that
// describes, and raw storages beside it.
//
//   PthFile file("sam_vit_b_01ec64.pth");
//   const TensorMap tensors = file.tensors(file.root());
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "voxarena/pickle/pickle.h"
#include "voxarena/weights/safetensors.h"
#include "voxarena/weights/zip_file.h"

namespace voxarena {

class PthFile {
 public:
  // Reads the description only. Error (input) naming the file if it is damaged, no such file, or
  // holds anything but tensors, containers, texts and numbers.
  explicit PthFile(const std::filesystem::path& path);

  const pickle::Value& root() const { return *content_.root; }

  // True for a dict of one tensor or more and nothing else, named by texts.
  static bool is_state_dict(const pickle::Value& value);
  // Its tensors, contiguous, on the CPU; those that share a storage in the file may do so here.
  // Error (input) naming the tensor whose storage is missing, damaged or of another size.
  TensorMap tensors(const pickle::Value& state_dict);

 private:
  at::Tensor storage(const pickle::Storage& storage);
  at::Tensor materialise(const std::string& name, const pickle::Tensor& tensor);
  [[noreturn]] void malformed(const std::string& what) const;

  ZipFile zip_;
  std::string folder_;  // of all entries, with its '/'
  pickle::Content content_;
  std::map<std::string, at::Tensor> storages_;  // read so far, by key
  std::uint64_t copied_ = 0;  // bytes of tensors that did not lie contiguously in their storage
};

}  // namespace voxarena
