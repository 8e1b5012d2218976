// The one exception type that crosses a library boundary.
//
//   throw Error::input(fmt::format("{}: label value {} is not declared", path.string(), value),
//                      "add it to 'labels' in dataset.json or correct the file");
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace voxarena {

class Error : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t { input, usage, internal, interrupted };

  // `message` names the file, case or field; `hint` says what the user can do.
  Error(Kind kind, const std::string& message, std::string hint = {})
      : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

  static Error input(const std::string& message, std::string hint = {}) {
    return {Kind::input, message, std::move(hint)};
  }
  static Error usage(const std::string& message, std::string hint = {}) {
    return {Kind::usage, message, std::move(hint)};
  }
  static Error internal(const std::string& message, std::string hint = {}) {
    return {Kind::internal, message, std::move(hint)};
  }
  static Error interrupted() {
    return {Kind::interrupted, "interrupted", "start the same command again to go on from here"};
  }

  Kind kind() const { return kind_; }
  const std::string& hint() const { return hint_; }

  // Exit status of the program: 1 the user's input, 2 usage, 3 internal, 130 interrupted.
  int exit_code() const;

 private:
  Kind kind_;
  std::string hint_;
};

}  // namespace voxarena
