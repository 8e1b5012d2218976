#include "voxarena/data/file_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include "voxarena/core/error.h"
#include "voxarena/data/file_stream.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestHeader = 1 << 20;

std::string first_bytes(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kLongestHeader, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

// The value of "key<separator> value" in a header of lines; empty if there is none.
std::string header_value(const std::string& header, const std::string& key, char separator) {
  for (std::size_t line = 0; line < header.size();) {
    const std::size_t end = std::min(header.find('\n', line), header.size());
    if (header.compare(line, key.size(), key) == 0) {
      std::size_t from = header.find_first_not_of(' ', line + key.size());
      if (from != std::string::npos && header[from] == separator) {
        from = header.find_first_not_of(' ', from + 1);
        return from < end ? header.substr(from, header.find_last_not_of("\r ", end - 1) + 1 - from)
                          : "";
      }
    }
    line = end + 1;
  }
  return {};
}

[[noreturn]] void fail(const fs::path& file) {
  throw Error::input(fmt::format("{}: is truncated or damaged", file.string()),
                     "copy or download the file again");
}

}  // namespace

void require_complete_nifti(const fs::path& file, std::uint64_t data_bytes) {
  constexpr std::uint64_t kHeaderBytes = 352;  // as ITK writes it
  FileStream stream(file);
  stream.skip(kHeaderBytes + data_bytes);
  stream.skip_to_end();
}

void require_complete_meta_image(const fs::path& file, std::uint64_t data_bytes) {
  const std::string text = first_bytes(file);
  const std::size_t last_line = text.find("ElementDataFile");
  const std::size_t end = last_line == std::string::npos ? last_line : text.find('\n', last_line);
  if (end == std::string::npos) fail(file);
  const std::string header = text.substr(0, end + 1);
  if (header_value(header, "ElementDataFile", '=') != "LOCAL") {
    throw Error::input(fmt::format("{}: its voxels are in another file", file.string()),
                       "save it as one .mha file");
  }
  std::uint64_t stored = data_bytes;
  if (header_value(header, "CompressedData", '=') == "True") {
    const std::string size = header_value(header, "CompressedDataSize", '=');
    stored = size.empty() ? 0 : std::strtoull(size.c_str(), nullptr, 10);
  }
  if (fs::file_size(file) < header.size() + stored) fail(file);
}

void require_complete_nrrd(const fs::path& file, std::uint64_t data_bytes) {
  const std::string text = first_bytes(file);
  const std::size_t unix_end = text.find("\n\n");
  const std::size_t dos_end = text.find("\r\n\r\n");
  const bool dos = dos_end < unix_end;
  const std::size_t end = dos ? dos_end : unix_end;
  if (end == std::string::npos) fail(file);
  const std::string header = text.substr(0, end + 1);
  const std::string encoding = header_value(header, "encoding", ':');
  if (encoding != "raw" && encoding != "gzip" && encoding != "gz") {
    throw Error::input(fmt::format("{}: encoding '{}' is not supported", file.string(), encoding),
                       "save it with encoding raw or gzip");
  }
  FileStream stream(file, end + (dos ? 4 : 2));
  stream.skip(data_bytes);
  stream.skip_to_end();
}

}  // namespace voxarena
