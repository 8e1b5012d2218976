#include "voxarena/weights/zip_extract.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/weights/zip_file.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

// Relative, without "..", without a drive or a back slash.
bool stays_inside(const std::string& name) {
  const fs::path path(name);
  return !name.empty() && path.is_relative() && name.find('\\') == std::string::npos &&
         name.find(':') == std::string::npos && name.find('\0') == std::string::npos &&
         std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

}  // namespace

void extract_zip(const fs::path& zip, const fs::path& folder,
                 const std::function<bool(const std::string&)>& wanted, std::uint64_t limit) {
  ZipFile archive(zip);
  std::vector<const ZipEntry*> chosen;
  std::uint64_t together = 0;
  for (const ZipEntry& entry : archive.entries()) {
    if (entry.name.ends_with('/') || (wanted && !wanted(entry.name))) continue;
    if (!stays_inside(entry.name)) {
      throw Error::input(
          fmt::format("{}: entry '{}' would be written elsewhere", zip.string(), entry.name),
          "do not use this file");
    }
    if (entry.size > limit - together) {
      throw Error::input(
          fmt::format("{}: has more than {} MB to extract", zip.string(), limit >> 20U),
          "unpack it by hand if you trust it");
    }
    together += entry.size;
    chosen.push_back(&entry);
  }
  for (const ZipEntry* entry : chosen)
    write_file(folder / entry->name, archive.read(*entry, limit), Flush::no);
}

}  // namespace voxarena
