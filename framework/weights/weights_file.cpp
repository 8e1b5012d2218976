#include "voxarena/weights/weights_file.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "voxarena/core/error.h"
#include "voxarena/weights/pth_file.h"

namespace voxarena {
namespace {

constexpr std::array<const char*, 4> kWrappers{"network_weights", "state_dict", "model_state_dict",
                                               "model"};

constexpr std::array<std::string_view, 2> kPrefixes{"module.", "_orig_mod."};

struct Known {
  std::string_view sha256, name;
};
// The files of segment-anything's release.
constexpr std::array<Known, 3> kKnown{
    {{"ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912",
      "SAM ViT-B (sam_vit_b_01ec64.pth)"},
     {"3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622",
      "SAM ViT-L (sam_vit_l_0b3195.pth)"},
     {"a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e",
      "SAM ViT-H (sam_vit_h_4b8939.pth)"}}};

// Up to ten keys of a dict, for messages.
std::string keys_of(const pickle::Value& value) {
  constexpr std::size_t kShown = 10;
  const auto* dict = value.get<pickle::Dict>();
  if (!dict) return pickle::kind_of(value);
  std::vector<std::string> keys;
  for (const auto& [key, item] : dict->items) {
    const auto* name = key->get<std::string>();
    if (keys.size() < kShown) keys.push_back(name ? name->substr(0, 80) : pickle::kind_of(*key));
  }
  if (dict->items.size() > kShown) keys.emplace_back("...");
  return fmt::format("a dict of {}", fmt::join(keys, ", "));
}

TensorMap read_pth(const std::filesystem::path& path) {
  PthFile file(path);
  if (PthFile::is_state_dict(file.root())) return file.tensors(file.root());
  for (const char* wrapper : kWrappers) {
    const pickle::Value* inner = pickle::find(file.root(), wrapper);
    if (inner && PthFile::is_state_dict(*inner)) return file.tensors(*inner);
  }
  throw Error::input(
      fmt::format("{}: holds no state dict but {}", path.string(), keys_of(file.root())),
      fmt::format("a dict of tensors is read, at the top or as one of {}",
                  fmt::join(kWrappers, ", ")));
}

bool all_begin_with(const TensorMap& tensors, std::string_view prefix) {
  return !tensors.empty() && std::ranges::all_of(tensors, [&](const auto& item) {
    return item.first.starts_with(prefix) && item.first.size() > prefix.size();
  });
}

}  // namespace

TensorMap without_wrappers(TensorMap tensors) {
  for (;;) {
    const auto prefix = std::ranges::find_if(
        kPrefixes, [&](std::string_view each) { return all_begin_with(tensors, each); });
    if (prefix == kPrefixes.end()) return tensors;
    TensorMap shorter;
    for (auto& [name, tensor] : tensors) shorter[name.substr(prefix->size())] = tensor;
    tensors = std::move(shorter);
  }
}

TensorMap read_weights(const std::filesystem::path& path) {
  TensorMap tensors;
  const std::string ending = path.extension().string();
  if (ending == ".pth" || ending == ".pt" || is_zip_file(path)) {
    tensors = read_pth(path);
  } else {
    tensors = read_safetensors(path).tensors;
  }
  return without_wrappers(std::move(tensors));
}

std::string known_weights(const std::string& sha256) {
  const auto* known = std::ranges::find(kKnown, sha256, &Known::sha256);
  return known == kKnown.end() ? std::string() : std::string(known->name);
}

}  // namespace voxarena
