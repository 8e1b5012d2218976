#include "voxarena/data/array_file.h"

#include <b2nd.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <numeric>
#include <vector>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

constexpr std::uint8_t kLevel = 9;  // of LZ4: 5 would save no time and costs 1.5 % of the size

void initialise_library() {
  static std::once_flag once;
  std::call_once(once, blosc2_init);
}

struct FreeArray {
  void operator()(b2nd_array_t* array) const { b2nd_free(array); }
};
using Array = std::unique_ptr<b2nd_array_t, FreeArray>;

std::array<std::int32_t, 4> narrow(const ArrayShape& shape) {
  std::array<std::int32_t, 4> out{};
  std::transform(shape.begin(), shape.end(), out.begin(),
                 [](auto n) { return static_cast<std::int32_t>(n); });
  return out;
}

std::int64_t items(const ArrayShape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

// A compressed array in memory; null if the library refuses.
Array compress(const void* values, const ArrayShape& shape, const ArrayShape& block,
               const ArrayShape& chunk, const ArrayType& type, bool shuffle, int dimensions = 4) {
  blosc2_cparams compression = BLOSC2_CPARAMS_DEFAULTS;
  compression.compcode = BLOSC_LZ4;
  compression.clevel = kLevel;
  compression.typesize = static_cast<std::int32_t>(type.bytes);
  compression.filters[BLOSC2_MAX_FILTERS - 1] = shuffle ? BLOSC_SHUFFLE : BLOSC_NOFILTER;
  blosc2_dparams decompression = BLOSC2_DPARAMS_DEFAULTS;
  blosc2_storage storage = BLOSC2_STORAGE_DEFAULTS;
  storage.contiguous = true;
  storage.cparams = &compression;
  storage.dparams = &decompression;
  const std::string dtype(type.numpy);
  const int skipped = 4 - dimensions;  // extents of 1 in front
  b2nd_context_t* context =
      b2nd_create_ctx(&storage, static_cast<std::int8_t>(dimensions), shape.data() + skipped,
                      narrow(chunk).data() + skipped, narrow(block).data() + skipped, dtype.c_str(),
                      DTYPE_NUMPY_FORMAT, nullptr, 0);
  if (context == nullptr) return nullptr;
  b2nd_array_t* array = nullptr;
  const int result = b2nd_from_cbuffer(context, &array, values, items(shape) * type.bytes);
  b2nd_free_ctx(context);
  return result < 0 ? nullptr : Array(array);
}

// The voxels of a slab in the middle of the array.
std::vector<std::uint8_t> centre(const void* values, const ArrayShape& shape,
                                 const ArrayShape& slab, std::int64_t item_bytes) {
  ArrayShape from;
  for (std::size_t axis = 0; axis < 4; ++axis) from[axis] = (shape[axis] - slab[axis]) / 2;
  std::vector<std::uint8_t> out;
  const auto* bytes = static_cast<const std::uint8_t*>(values);
  for (std::int64_t c = from[0]; c < from[0] + slab[0]; ++c) {
    for (std::int64_t z = from[1]; z < from[1] + slab[1]; ++z) {
      for (std::int64_t y = from[2]; y < from[2] + slab[2]; ++y) {
        const std::uint8_t* row =
            bytes + (((c * shape[1] + z) * shape[2] + y) * shape[3] + from[3]) * item_bytes;
        out.insert(out.end(), row, row + slab[3] * item_bytes);
      }
    }
  }
  return out;
}

// Interpolated intensities gain from shuffling, integers in float32 often lose: both are tried on
// the block in the middle (nnU-Net takes a chunk, which often is the whole array).
bool shuffling_pays(const void* values, const ArrayShape& shape, const ArrayShape& block,
                    const ArrayType& type) {
  ArrayShape slab;
  for (std::size_t axis = 0; axis < 4; ++axis) slab[axis] = std::min(block[axis], shape[axis]);
  const std::vector<std::uint8_t> sample = centre(values, shape, slab, type.bytes);
  const Array plain = compress(sample.data(), slab, slab, slab, type, false);
  const Array shuffled = compress(sample.data(), slab, slab, slab, type, true);
  return plain && shuffled && shuffled->sc->cbytes < plain->sc->cbytes;
}

[[noreturn]] void fail(const fs::path& file, std::string_view what) {
  throw Error::input(fmt::format("{}: {}", file.string(), what),
                     "the preprocessed data are damaged: remove this file and preprocess again");
}

// Bytes 16 to 23 of a frame: its length, big-endian, behind the magic "b2frame".
std::uint64_t frame_length(const std::uint8_t* frame) {
  std::uint64_t length = 0;
  for (int i = 16; i < 24; ++i) length = (length << 8) | frame[i];
  return length;
}

}  // namespace

void write_array(const fs::path& file, const void* values, const ArrayShape& shape,
                 const ArrayShape& block, const ArrayShape& chunk, const ArrayType& type,
                 int dimensions) {
  initialise_library();
  const bool shuffle = shuffling_pays(values, shape, block, type);
  const Array array = compress(values, shape, block, chunk, type, shuffle, dimensions);
  std::uint8_t* frame = nullptr;
  std::int64_t length = 0;
  bool must_free = false;
  if (!array || b2nd_to_cframe(array.get(), &frame, &length, &must_free) < 0) {
    throw Error::internal(fmt::format("{}: the array cannot be compressed", file.string()));
  }
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> owned(must_free ? frame : nullptr,
                                                                  &std::free);
  write_file(file, {reinterpret_cast<const char*>(frame), static_cast<std::size_t>(length)},
             Flush::no);
}

struct ArrayFile::Mapping {
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;

  explicit Mapping(const fs::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (descriptor < 0 || ::fstat(descriptor, &status) != 0) {
      if (descriptor >= 0) ::close(descriptor);
      throw Error::input(
          fmt::format("{}: cannot be opened: {}", file.string(), std::strerror(errno)),
          "preprocess the data set again");
    }
    size = static_cast<std::size_t>(status.st_size);
    void* address =
        size == 0 ? MAP_FAILED : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    ::close(descriptor);
    if (address == MAP_FAILED) fail(file, "is empty or cannot be read");
    bytes = static_cast<std::uint8_t*>(address);
  }
  ~Mapping() { ::munmap(bytes, size); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  // Opening takes microseconds, and a decoder of its own is what lets threads read at once.
  Array open(const fs::path& file) const {
    b2nd_array_t* array = nullptr;
    if (b2nd_from_cframe(bytes, static_cast<std::int64_t>(size), false, &array) < 0) {
      fail(file, "is not a readable Blosc2 array");
    }
    return Array(array);
  }
};

ArrayFile::ArrayFile(fs::path file, const ArrayType& type, int dimensions)
    : file_(std::move(file)),
      type_(type),
      dimensions_(dimensions),
      mapping_(std::make_unique<Mapping>(file_)) {
  initialise_library();
  constexpr std::size_t kSmallestFrame = 96;
  if (mapping_->size < kSmallestFrame || std::memcmp(mapping_->bytes + 2, "b2frame", 8) != 0) {
    fail(file_, "is not a Blosc2 file");
  }
  if (frame_length(mapping_->bytes) != mapping_->size) fail(file_, "is truncated");
  const Array array = mapping_->open(file_);
  if (array->ndim != dimensions_)
    fail(file_, fmt::format("has {} dimensions instead of {}", array->ndim, dimensions_));
  if (array->sc->typesize != type_.bytes || array->dtype == nullptr ||
      array->dtype != type_.numpy) {
    fail(file_, fmt::format("does not hold {} values", type_.numpy));
  }
  shape_.fill(1);
  std::copy_n(array->shape, dimensions_, shape_.end() - dimensions_);
}

ArrayFile::~ArrayFile() = default;
ArrayFile::ArrayFile(ArrayFile&&) noexcept = default;

void ArrayFile::read(const ArrayShape& start, const ArrayShape& stop, void* values) const {
  ArrayShape size;
  for (std::size_t axis = 0; axis < 4; ++axis) {
    size[axis] = stop[axis] - start[axis];
    if (start[axis] < 0 || size[axis] < 0 || stop[axis] > shape_[axis]) {
      throw Error::internal(fmt::format("{}: a window outside the array", file_.string()));
    }
  }
  if (items(size) == 0) return;
  const Array array = mapping_->open(file_);
  const int skipped = 4 - dimensions_;
  const int result =
      b2nd_get_slice_cbuffer(array.get(), start.data() + skipped, stop.data() + skipped, values,
                             size.data() + skipped, items(size) * type_.bytes);
  if (result < 0) fail(file_, fmt::format("cannot be decoded ({})", blosc2_error_string(result)));
}

}  // namespace voxarena
