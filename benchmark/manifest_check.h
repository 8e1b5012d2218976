// Whether a manifest.json holds what tables read from it: files come from other machines, other
// versions and editors.
#pragma once

#include <filesystem>
#include <string>

#include "voxarena/core/json.h"

namespace voxarena {

// "started", "finished". Error (input) naming the file if it is no manifest or says no status.
std::string manifest_status(const Json& manifest, const std::filesystem::path& file);

// Of a finished run. Error (input) naming the file and the dotted key that is missing or has a
// value of another kind: "seconds.train is -5 instead of a finite number that is not negative".
void require_manifest(const Json& manifest, const std::filesystem::path& file);

}  // namespace voxarena
