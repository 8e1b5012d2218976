#include "voxarena/data/case_listing.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"
#include "voxarena/core/json.h"
#include "voxarena/data/image_file.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

void require_file(const fs::path& file, const std::string& id, std::string_view role) {
  std::error_code ignored;
  if (fs::is_regular_file(file, ignored)) return;
  throw Error::input(fmt::format("{}: the {} of case '{}' is missing", file.string(), role, id),
                     "add the file or remove the case");
}

// All channels are there, one file each, or in a single 4-D file.
void check_channels(const RawCase& one, std::int64_t channels) {
  std::int64_t found = static_cast<std::int64_t>(one.images.size());
  if (found == 1 && channels > 1) found = count_channels(one.images.front());
  if (found == channels) return;
  throw Error::input(
      fmt::format("{}: case '{}' has {} channel(s) but dataset.json declares {}",
                  one.images.front().parent_path().string(), one.id, found, channels),
      fmt::format("the files of a case end in _0000 to _{:04}; or correct channel_names",
                  channels - 1));
}

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// "$HOME/a" and "${HOME}/a"; unknown variables stay as they are.
std::string expand_variables(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const bool braced = text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{';
    const std::size_t from = i + (braced ? 2 : 1);
    std::size_t end = from;
    while (text[i] == '$' && end < text.size() && (braced ? text[end] != '}' : is_name(text[end])))
      ++end;
    const std::size_t next = std::min(braced ? end + 1 : end, text.size());
    const char* value = end > from ? std::getenv(text.substr(from, end - from).c_str()) : nullptr;
    out += value == nullptr ? text.substr(i, next - i) : std::string(value);
    i = next;
  }
  return out;
}

fs::path resolve(const std::string& text, const fs::path& folder) {
  const fs::path path = expand_variables(text);
  return (path.is_absolute() ? path : fs::absolute(folder / path)).lexically_normal();
}

RawCase listed_case(const std::string& id, const Json& entry, const fs::path& folder) {
  const bool valid = entry.is_object() && entry.contains("images") &&
                     entry.at("images").is_array() && !entry.at("images").empty() &&
                     entry.contains("label") && entry.at("label").is_string();
  if (!valid) {
    throw Error::input(fmt::format("{}: dataset.{} is not of the expected form",
                                   (folder / "dataset.json").string(), id),
                       R"(write "case": {"images": ["a_0000.nii.gz"], "label": "a.nii.gz"})");
  }
  RawCase one{id, {}, resolve(entry.at("label").get<std::string>(), folder)};
  for (const Json& image : entry.at("images")) {
    if (!image.is_string()) {
      throw Error::input(fmt::format("{}: dataset.{}.images: {} is not a path",
                                     (folder / "dataset.json").string(), id, json_text(image)),
                         "list file names");
    }
    one.images.push_back(resolve(image.get<std::string>(), folder));
    require_file(one.images.back(), id, "image");
  }
  require_file(one.label, id, "label");
  return one;
}

void sort_by_id(std::vector<RawCase>& cases) {
  std::sort(cases.begin(), cases.end(),
            [](const RawCase& a, const RawCase& b) { return a.id < b.id; });
}

std::vector<std::string> file_names(const fs::path& folder, const std::string& ending) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (name.ends_with(ending) && name.front() != '.') names.push_back(std::move(name));
  }
  if (error) {
    throw Error::input(fmt::format("{}: cannot be listed: {}", folder.string(), error.message()),
                       "check that the folder exists and may be read");
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool is_channel_suffix(std::string_view text) {  // "_0000"
  return text.size() == 5 && text[0] == '_' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::vector<RawCase> cases_of_file_list(const Json& list, const fs::path& folder,
                                        std::int64_t channels) {
  const std::string source = (folder / "dataset.json").string();
  if (!list.is_object()) {
    throw Error::input(fmt::format("{}: 'dataset' is not an object", source),
                       "it maps case ids to their files");
  }
  std::vector<RawCase> cases;
  std::map<fs::path, std::string> user_of;
  for (const auto& [id, entry] : list.items()) {
    RawCase one = listed_case(id, entry, folder);
    check_channels(one, channels);
    for (const fs::path& image : one.images) {
      const auto [user, added] = user_of.emplace(image, id);
      if (added) continue;
      throw Error::input(
          fmt::format("{}: cases '{}' and '{}' are duplicates: both name {}", source, user->second,
                      id, image.string()),
          "the same image in training and validation spoils the result: remove one of them");
    }
    cases.push_back(std::move(one));
  }
  sort_by_id(cases);
  return cases;
}

std::vector<RawCase> list_cases(const fs::path& images, const std::string& file_ending,
                                std::int64_t channels) {
  std::map<std::string, RawCase> found;
  for (const std::string& name : file_names(images, file_ending)) {
    const std::string stem = name.substr(0, name.size() - file_ending.size());
    if (stem.size() <= 5 || !is_channel_suffix(std::string_view(stem).substr(stem.size() - 5))) {
      throw Error::input(
          fmt::format("{}: the name has no channel number", (images / name).string()),
          fmt::format("images are called CASE_0000{}, one file per channel", file_ending));
    }
    RawCase& one = found[stem.substr(0, stem.size() - 5)];
    const std::string expected =
        fmt::format("{}_{:04}{}", stem.substr(0, stem.size() - 5), one.images.size(), file_ending);
    if (name != expected) {
      throw Error::input(fmt::format("{}: missing channel file", (images / expected).string()),
                         "every case needs all channels: add the file or remove the case");
    }
    one.images.push_back(images / name);
  }
  std::vector<RawCase> cases;
  for (auto& [id, one] : found) {
    one.id = id;
    if (one.images.size() != 1 && static_cast<std::int64_t>(one.images.size()) < channels) {
      throw Error::input(
          fmt::format(
              "{}: missing channel file",
              (images / fmt::format("{}_{:04}{}", id, one.images.size(), file_ending)).string()),
          "every case needs all channels: add the file or remove the case");
    }
    check_channels(one, channels);
    cases.push_back(std::move(one));
  }
  if (cases.empty()) {
    throw Error::input(
        fmt::format("{}: holds no images ending in {}", images.string(), file_ending),
        fmt::format("images are called CASE_0000{}", file_ending));
  }
  return cases;
}

void add_labels(std::vector<RawCase>& cases, const fs::path& labels,
                const std::string& file_ending) {
  for (RawCase& one : cases) {
    one.label = labels / (one.id + file_ending);
    require_file(one.label, one.id, "label");
  }
}

std::vector<std::string> list_label_files(const fs::path& folder, const std::string& file_ending) {
  std::error_code error;
  std::vector<std::string> cases;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.size() > file_ending.size() && name.front() != '.' && name.ends_with(file_ending)) {
      cases.push_back(name.substr(0, name.size() - file_ending.size()));
    }
  }
  if (error)
    throw Error::input(fmt::format("{}: cannot be read: {}", folder.string(), error.message()),
                       "check that the folder exists and may be read");
  if (cases.empty()) {
    throw Error::input(fmt::format("{}: no file ends with {}", folder.string(), file_ending),
                       "the ending is 'file_ending' of dataset.json");
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

}  // namespace voxarena
