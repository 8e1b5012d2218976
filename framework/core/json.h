// JSON files in Python's dialect: NaN and Infinity are legal numbers, four spaces of indentation.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace voxarena {

using Json = nlohmann::ordered_json;  // keeps the order of keys, which has meaning in dataset.json

// Error (input) with file, line and column if the text is not JSON.
Json read_json(const std::filesystem::path& path);
Json parse_json(std::string_view text, std::string_view source_name);

// Text as Python's json.dump(indent=4) writes it; undefined numbers become NaN.
std::string dump_json(const Json& value);
// In one line, for messages and records. (One copy of the writer in the program: it is slow to
// compile.)
std::string json_text(const Json& value);
// Without any white space and with sorted keys: the form that is hashed.
std::string canonical_json(const Json& value);

// Atomic, ends with a new line.
void write_json(const std::filesystem::path& path, const Json& value);

// Keys sorted at every level, as json.dump(sort_keys=True) does.
Json sorted(const Json& value);

}  // namespace voxarena
