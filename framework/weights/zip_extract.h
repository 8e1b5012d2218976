// Files out of a zip archive that nobody vouches for.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace voxarena {

// Writes the entries that are `wanted` (all if empty) below `folder`, each atomically, folders made
// as needed. Error (input) naming the entry, before anything is written, if a name leads out of the
// folder, or if together they have more than `limit` bytes.
void extract_zip(const std::filesystem::path& zip, const std::filesystem::path& folder,
                 const std::function<bool(const std::string&)>& wanted, std::uint64_t limit);

}  // namespace voxarena
