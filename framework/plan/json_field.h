// Typed access to a JSON document whose errors name the file and the field. For the readers of this
// room.
#pragma once

#include <fmt/core.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "voxarena/core/error.h"
#include "voxarena/core/json.h"

namespace voxarena {

class JsonField {
 public:
  // `json` must outlive the field.
  JsonField(const Json& json, std::string source, std::string path = {})
      : json_(&json), source_(std::move(source)), path_(std::move(path)) {}

  const Json& json() const { return *json_; }
  bool has(const std::string& key) const {
    return json_->is_object() && json_->contains(key) && !json_->at(key).is_null();
  }

  // Error (input) if this is no object or has no such key.
  JsonField operator[](const std::string& key) const {
    if (!json_->is_object()) throw broken("must be an object");
    const auto found = json_->find(key);
    if (found == json_->end()) {
      throw Error::input(
          fmt::format("{}: key '{}' is missing", source_, name_of(key)),
          "the file was perhaps written by another program or by hand; make it anew");
    }
    return {*found, source_, name_of(key)};
  }
  JsonField operator[](std::size_t index) const {
    if (!json_->is_array() || index >= json_->size()) {
      throw broken(fmt::format("must be a list of more than {} entries", index));
    }
    return {(*json_)[index], source_, fmt::format("{}[{}]", path_, index)};
  }

  // Error (input) if the value has another type. null is NaN where a number is wanted (Python
  // writes NaN).
  template <class T>
  T as() const {
    try {
      if constexpr (std::is_same_v<T, double>) {
        if (json_->is_null()) return std::numeric_limits<double>::quiet_NaN();
      }
      return json_->get<T>();
    } catch (const nlohmann::json::exception&) {
      throw broken("has the wrong type");
    }
  }

  // Every item of a list through `convert(JsonField)`.
  template <class Convert>
  auto map(Convert convert) const {
    if (!json_->is_array()) throw broken("must be a list");
    std::vector<decltype(convert(*this))> out;
    out.reserve(json_->size());
    for (std::size_t i = 0; i < json_->size(); ++i) out.push_back(convert((*this)[i]));
    return out;
  }

  Error broken(const std::string& problem,
               const std::string& hint =
                   "the file was perhaps written by another program or by "
                   "hand; make it anew") const {
    return Error::input(
        fmt::format("{}: '{}' {} (it is {})", source_, path_, problem, json_->dump().substr(0, 60)),
        hint);
  }

 private:
  std::string name_of(const std::string& key) const {
    return path_.empty() ? key : path_ + "." + key;
  }

  const Json* json_;
  std::string source_;
  std::string path_;
};

}  // namespace voxarena
