#include "voxarena/weights/pth_file.h"

#include <ATen/ops/as_strided.h>
#include <ATen/ops/empty.h>
#include <fmt/core.h>

#include <algorithm>

#include "voxarena/core/error.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kLongestPickle = 64ULL << 20, kLongestNote = 64;
constexpr std::string_view kPickle = "data.pkl";

// Of the archive's only top folder that holds a pickle; its name is the file's at the time of
// saving.
std::string archive_folder(const ZipFile& zip) {
  for (const ZipEntry& entry : zip.entries()) {
    const std::size_t slash = entry.name.find('/');
    if (slash != std::string::npos && entry.name.substr(slash + 1) == kPickle)
      return entry.name.substr(0, slash + 1);
  }
  const bool module = std::ranges::any_of(
      zip.entries(), [](const ZipEntry& entry) { return entry.name.ends_with("/constants.pkl"); });
  throw Error::input(
      fmt::format("{}: {}", zip.path().string(),
                  module ? "is a TorchScript module" : "is a zip archive without a data.pkl"),
      "save the state dict alone with torch.save, or convert it to safetensors");
}

fs::path require_zip(const fs::path& path) {
  if (fs::exists(path) && !is_zip_file(path)) {
    throw Error::input(
        fmt::format("{}: is not a file of torch.save's zip form", path.string()),
        "files of PyTorch before 1.6 must be loaded and saved again with a newer one");
  }
  return path;
}

}  // namespace

PthFile::PthFile(const fs::path& path) : zip_(require_zip(path)), folder_(archive_folder(zip_)) {
  if (const ZipEntry* order = zip_.find(folder_ + "byteorder");
      order && zip_.read(*order, kLongestNote) != "little") {
    malformed("holds big-endian numbers");
  }
  content_ = pickle::read(zip_.read(zip_.entry(folder_ + std::string(kPickle)), kLongestPickle),
                          path.string());
}

void PthFile::malformed(const std::string& what) const {
  throw Error::input(fmt::format("{}: {}", zip_.path().string(), what),
                     "the file is damaged or incomplete; fetch or make it again");
}

bool PthFile::is_state_dict(const pickle::Value& value) {
  const auto* dict = value.get<pickle::Dict>();
  return dict && !dict->items.empty() && std::ranges::all_of(dict->items, [](const auto& item) {
           return item.first->template get<std::string>() &&
                  item.second->template get<pickle::Tensor>();
         });
}

TensorMap PthFile::tensors(const pickle::Value& state_dict) {
  TensorMap out;
  if (!is_state_dict(state_dict)) malformed("holds no dict of tensors where one is looked for");
  for (const auto& [key, value] : state_dict.get<pickle::Dict>()->items) {
    const std::string& name = *key->get<std::string>();
    out[name] = materialise(name, *value->get<pickle::Tensor>());
  }
  return out;
}

at::Tensor PthFile::storage(const pickle::Storage& storage) {
  if (const auto found = storages_.find(storage.key); found != storages_.end())
    return found->second;
  const ZipEntry& entry = zip_.entry(folder_ + "data/" + storage.key);
  const auto bytes = static_cast<std::int64_t>(entry.size);
  at::Tensor raw = at::empty({bytes}, at::TensorOptions(at::kByte));
  zip_.read(entry, raw.mutable_data_ptr());
  return storages_[storage.key] = raw;
}

at::Tensor PthFile::materialise(const std::string& name, const pickle::Tensor& tensor) {
  const at::Tensor raw = storage(*tensor.storage);
  const auto declared =
      tensor.storage->elements * static_cast<std::int64_t>(c10::elementSize(tensor.storage->type));
  if (raw.numel() != declared) {
    malformed(fmt::format("tensor '{}': its storage has {} bytes and should have {}", name,
                          raw.numel(), declared));
  }
  const auto width = static_cast<std::int64_t>(c10::elementSize(tensor.type));
  const at::Tensor elements = raw.narrow(0, 0, raw.numel() / width * width).view(tensor.type);
  const at::Tensor view = at::as_strided(elements, tensor.sizes, tensor.strides, tensor.offset);
  if (view.is_contiguous()) return view;
  // Many views of one storage must not become more than the file.
  copied_ += view.nbytes();
  std::error_code error;
  if (copied_ > fs::file_size(zip_.path(), error))
    malformed(fmt::format("tensor '{}': transposed tensors have more bytes than the file", name));
  return view.contiguous();
}

}  // namespace voxarena
