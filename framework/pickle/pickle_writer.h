// Pickles for Python, written value by value: keys and values of a dict in turn, members of a list
// or tuple one after the other.
//
//   Writer writer(2);
//   writer.begin_dict();
//   writer.text("epoch");
//   writer.integer(7);
//   writer.end_dict();
//   const std::string pickle = writer.finish();
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "voxarena/core/json.h"

namespace voxarena::pickle {

class Writer {
 public:
  // 2 is what torch.save writes; arrays need 4.
  explicit Writer(int protocol);

  void none() { out_ += 'N'; }
  void boolean(bool value) { out_ += value ? '\x88' : '\x89'; }
  void integer(std::int64_t value);
  void real(double value);
  void text(std::string_view value);

  void begin_list() { out_ += "]("; }
  void end_list() { out_ += 'e'; }
  void begin_dict() { out_ += "}("; }
  void end_dict() { out_ += 'u'; }
  void begin_items() { out_ += '('; }  // of a dict that was made by a call; end_dict() ends them
  void begin_tuple() { out_ += '('; }
  void end_tuple() { out_ += 't'; }

  void json(const Json& value);
  void integers(std::span<const std::int64_t> values);  // a tuple
  void reals(std::span<const double> values);           // a tuple
  // A NumPy array of int64 or float64, in C order.
  void array(std::span<const std::int64_t> values, std::span<const std::int64_t> shape);
  void array(std::span<const double> values, std::span<const std::int64_t> shape);

  // A class or function; call() applies it to the tuple that was written after it.
  void name(std::string_view module, std::string_view object);
  void call() { out_ += 'R'; }
  // What the reader of the file knows the tuple before it by.
  void persistent_id() { out_ += 'Q'; }

  std::string finish();

 private:
  template <class T>
  void raw(T value);
  void array(std::string_view type, std::span<const std::byte> values,
             std::span<const std::int64_t> shape);

  std::string out_;
};

}  // namespace voxarena::pickle
