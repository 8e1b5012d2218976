#include "voxarena/weights/pth_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "voxarena/core/error.h"
#include "voxarena/weights/zip_writer.h"

namespace voxarena {
namespace {

struct StorageName {
  at::ScalarType type;
  const char* name;
};
constexpr std::array<StorageName, 10> kStorages{{{at::kDouble, "DoubleStorage"},
                                                 {at::kFloat, "FloatStorage"},
                                                 {at::kHalf, "HalfStorage"},
                                                 {at::kBFloat16, "BFloat16Storage"},
                                                 {at::kLong, "LongStorage"},
                                                 {at::kInt, "IntStorage"},
                                                 {at::kShort, "ShortStorage"},
                                                 {at::kChar, "CharStorage"},
                                                 {at::kByte, "ByteStorage"},
                                                 {at::kBool, "BoolStorage"}}};

const char* storage_name(at::ScalarType type) {
  for (const StorageName& storage : kStorages) {
    if (storage.type == type) return storage.name;
  }
  throw Error::internal(
      fmt::format("tensors of type {} cannot be written as .pth", c10::toString(type)));
}

void empty_ordered_dict(pickle::Writer& pickle) {
  pickle.name("collections", "OrderedDict");
  pickle.begin_tuple();
  pickle.end_tuple();
  pickle.call();
}

}  // namespace

void PthWriter::tensor(const at::Tensor& tensor) {
  const at::Tensor content = tensor.detach().contiguous();
  const Memory memory{content.const_data_ptr(), content.numel(), content.scalar_type()};
  const auto [known, is_new] = keys_.try_emplace(memory, storages_.size());
  // Kept, so that no other tensor gets the same address before the file is written.
  if (is_new) storages_.push_back(content);

  pickle_.name("torch._utils", "_rebuild_tensor_v2");
  pickle_.begin_tuple();
  pickle_.begin_tuple();
  pickle_.text("storage");
  pickle_.name("torch", storage_name(tensor.scalar_type()));
  pickle_.text(std::to_string(known->second));
  pickle_.text("cpu");
  pickle_.integer(tensor.numel());
  pickle_.end_tuple();
  pickle_.persistent_id();
  pickle_.integer(0);  // offset
  pickle_.integers(tensor.sizes());
  std::vector<std::int64_t> strides(tensor.sizes().size(), 1);
  for (std::size_t axis = strides.size(); axis-- > 1;)
    strides[axis - 1] = strides[axis] * std::max<std::int64_t>(tensor.sizes()[axis], 1);
  pickle_.integers(strides);
  pickle_.boolean(false);  // needs a gradient
  empty_ordered_dict(pickle_);
  pickle_.end_tuple();
  pickle_.call();
}

void PthWriter::state_dict(const NamedTensors& tensors) {
  empty_ordered_dict(pickle_);
  pickle_.begin_items();
  for (const auto& [name, value] : tensors) {
    pickle_.text(name);
    tensor(value);
  }
  pickle_.end_dict();
}

void PthWriter::device(const std::string& type) {
  pickle_.name("torch", "device");
  pickle_.begin_tuple();
  pickle_.text(type);
  pickle_.end_tuple();
  pickle_.call();
}

void PthWriter::commit() {
  ZipWriter zip(path_);
  const std::string folder = path_.stem().string() + "/";
  zip.add(folder + "data.pkl", pickle_.finish());
  zip.add(folder + "byteorder", "little");
  for (std::size_t key = 0; key < storages_.size(); ++key) {
    const at::Tensor host = storages_[key].cpu();
    zip.add(fmt::format("{}data/{}", folder, key),
            {static_cast<const char*>(host.const_data_ptr()), host.nbytes()});
  }
  zip.add(folder + "version", "3\n");
  zip.commit();
}

void write_pth(const std::filesystem::path& path, const NamedTensors& tensors) {
  PthWriter file(path);
  file.state_dict(tensors);
  file.commit();
}

}  // namespace voxarena
