#include "voxarena/data/store.h"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>

#include "voxarena/core/error.h"
#include "voxarena/data/array_window.h"
#include "voxarena/data/case_properties.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

constexpr std::array kEndings = {".pkl", ".b2nd", "_seg.b2nd"};

fs::path file_of(const fs::path& folder, const std::string& id, const char* ending) {
  return folder / (id + ending);
}

[[noreturn]] void fail(const fs::path& file, const std::string& what) {
  throw Error::input(
      fmt::format("{}: {}", file.string(), what),
      "the preprocessed data are damaged: remove the files of this case and preprocess again");
}

template <class T>
ArrayShape shape_of(const Volume<T>& volume) {
  return {volume.channels, volume.size[0], volume.size[1], volume.size[2]};
}

template <class T>
void write_volume(const fs::path& file, const Volume<T>& volume, const Extent& patch,
                  const ArrayType& type) {
  const ArrayShape shape = shape_of(volume);
  const BlockShape blocks = choose_blocks(shape, patch, type.bytes);
  write_array(file, volume.values.data(), shape, blocks.block, blocks.chunk, type);
}

}  // namespace

CaseStore::CaseStore(fs::path folder, const Extent& patch)
    : folder_(std::move(folder)), patch_(patch) {
  for (std::int64_t& extent : patch_) extent = std::max<std::int64_t>(extent, 1);
}
CaseStore::~CaseStore() = default;

bool CaseStore::has(const std::string& id) const {
  return std::all_of(kEndings.begin(), kEndings.end(), [&](const char* ending) {
    std::error_code ignored;
    return fs::is_regular_file(file_of(folder_, id, ending), ignored);
  });
}

std::vector<std::string> CaseStore::cases() const {
  std::vector<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.front() == '.' || !name.ends_with(".b2nd")) continue;
    std::string id = name.substr(0, name.size() - 5);
    if (has(id)) ids.push_back(std::move(id));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void CaseStore::write(const std::string& id, const PreprocessedCase& preprocessed) const {
  const Volume<float>& data = preprocessed.data;
  const Volume<std::int16_t>& seg = preprocessed.seg;
  if (data.empty() || seg.channels != 1 || seg.size != data.size) {
    throw Error::internal(
        fmt::format("case '{}': image and segmentation to store differ in size", id));
  }
  write_volume(file_of(folder_, id, ".b2nd"), data, patch_, kFloat32);
  write_volume(file_of(folder_, id, "_seg.b2nd"), seg, patch_, kInt16);
  write_case_properties(file_of(folder_, id, ".pkl"), preprocessed.properties);
}

PreprocessedCase CaseStore::read(const std::string& id) const {
  const StoredCase stored(folder_, id);
  const Box whole{{}, stored.size()};
  return {stored.read_data(whole), stored.read_seg(whole),
          read_case_properties(file_of(folder_, id, ".pkl"), Locations::read)};
}

void CaseStore::remove(const std::string& id) const {
  for (const char* ending : kEndings) {
    std::error_code ignored;
    fs::remove(file_of(folder_, id, ending), ignored);
  }
}

struct StoredCase::State {
  fs::path properties_file;
  CaseProperties properties;
  ArrayFile data;
  ArrayFile seg;
  Extent size;
  mutable std::once_flag locations_read;
  mutable ClassLocations locations;

  State(const fs::path& folder, const std::string& id)
      : properties_file(file_of(folder, id, ".pkl")),
        properties(read_case_properties(properties_file, Locations::skip)),
        data(file_of(folder, id, ".b2nd"), kFloat32),
        seg(file_of(folder, id, "_seg.b2nd"), kInt16),
        size{data.shape()[1], data.shape()[2], data.shape()[3]} {
    if (seg.shape() != ArrayShape{1, size[0], size[1], size[2]})
      fail(file_of(folder, id, "_seg.b2nd"), "does not have the size of the image");
  }

  void read_locations() const {
    locations = read_case_properties(properties_file, Locations::read).class_locations;
    for (const auto& [key, voxels] : locations) {
      for (const auto& voxel : voxels) {
        for (std::size_t axis = 0; axis < 3; ++axis) {
          if (voxel[axis] < 0 || voxel[axis] >= size[axis])
            fail(properties_file, "names a voxel outside the image");
        }
      }
    }
  }
};

StoredCase::StoredCase(const fs::path& folder, const std::string& id)
    : state_(std::make_unique<State>(folder, id)) {}
StoredCase::~StoredCase() = default;
StoredCase::StoredCase(StoredCase&&) noexcept = default;

const Extent& StoredCase::size() const { return state_->size; }
std::int64_t StoredCase::channels() const { return state_->data.shape()[0]; }
const CaseProperties& StoredCase::properties() const { return state_->properties; }

const ClassLocations& StoredCase::class_locations() const {
  std::call_once(state_->locations_read, [&] { state_->read_locations(); });
  return state_->locations;
}

Volume<float> StoredCase::read_data(const Box& window) const {
  return read_window(state_->data, window, 0.0F);
}

Volume<std::int16_t> StoredCase::read_seg(const Box& window) const {
  return read_window(state_->seg, window, std::int16_t{-1});
}

}  // namespace voxarena
