// Text of users (names of methods, classes, files) inside LaTeX.
#pragma once

#include <string>
#include <string_view>

namespace voxarena {

// Characters with a meaning in LaTeX are escaped; those that pdflatex with T1 fonts cannot set
// become "[U+4E2D]", so that the document compiles whatever a method is called.
std::string latex_text(std::string_view utf8);

}  // namespace voxarena
