// EXPECT_INPUT_ERROR(statement, "part of the message"): an Error of kind `input` that names the
// culprit and has a hint.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "voxarena/core/error.h"

namespace voxarena::test {

template <class Call>
void expect_error(const Call& call, Error::Kind kind, const std::string& part) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
        << error.what() << "\nlacks: " << part;
    EXPECT_FALSE(kind == Error::Kind::input && error.hint().empty()) << "no hint: " << error.what();
    return;
  }
  ADD_FAILURE() << "no Error was thrown; expected one that says: " << part;
}

}  // namespace voxarena::test

#define EXPECT_INPUT_ERROR(statement, part) \
  voxarena::test::expect_error([&] { (void)(statement); }, voxarena::Error::Kind::input, part)
