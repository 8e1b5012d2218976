#include "evaluation/latex_text.h"

#include <fmt/core.h>

#include <cstdint>

namespace voxarena {
namespace {

std::string escaped(char c) {
  switch (c) {
    case '\\': return "\\textbackslash{}";
    case '~': return "\\textasciitilde{}";
    case '^': return "\\textasciicircum{}";
    case '<': return "\\textless{}";
    case '>': return "\\textgreater{}";
    case '|': return "\\textbar{}";
    case '"': return "\\textquotedbl{}";
    case '\'': return "\\textquotesingle{}";
    case '`': return "\\textasciigrave{}";
    case '[': return "{[}";  // would be taken as an option after "\\"
    case ']': return "{]}";
    case '*': return "{*}";
    case '&':
    case '%':
    case '$':
    case '#':
    case '_':
    case '{':
    case '}': return std::string("\\") + c;
    default: break;
  }
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? std::string(" ") : std::string(1, c);
}

// Symbols outside of T1 that our own texts use.
const char* symbol(std::uint32_t code) {
  switch (code) {
    case 0x00A0: return "~";
    case 0x00B1: return "$\\pm$";
    case 0x00B2: return "$^2$";
    case 0x00B3: return "$^3$";
    case 0x00B5:
    case 0x03BC: return "$\\mu$";
    case 0x00B7: return "$\\cdot$";
    case 0x00D7: return "$\\times$";
    case 0x2013: return "--";
    case 0x2014: return "---";
    case 0x2018: return "`";
    case 0x2019: return "'";
    case 0x201C: return "``";
    case 0x201D: return "''";
    case 0x2026: return "\\ldots{}";
    case 0x2192: return "$\\to$";
    case 0x2212: return "$-$";
    case 0x2264: return "$\\leq$";
    case 0x2265: return "$\\geq$";
    case 0x03B1: return "$\\alpha$";
    case 0x03B2: return "$\\beta$";
    case 0x03B3: return "$\\gamma$";
    case 0x03BB: return "$\\lambda$";
    case 0x03C3: return "$\\sigma$";
    default: return nullptr;
  }
}

// Of the letters from U+00C0 to U+017E those that T1 fonts have not.
bool lacks_a_glyph(std::uint32_t code) {
  return code == 0xF7 || code == 0x126 || code == 0x127 || code == 0x138 || code == 0x13F ||
         code == 0x140 || code == 0x149 || code == 0x166 || code == 0x167;
}

// The code point that starts at `i`, which is moved behind it; 0xFFFD for broken UTF-8.
std::uint32_t next_code_point(std::string_view text, std::size_t& i) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(i++);
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : -1;
  if (more < 0 || i + static_cast<std::size_t>(more) > text.size()) return 0xFFFD;
  std::uint32_t code = first & (0x3FU >> more);
  for (int k = 0; k < more; ++k, ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0xFFFD;
    code = code << 6U | (byte(i) & 0x3FU);
  }
  return code;
}

}  // namespace

std::string latex_text(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size();) {
    if (static_cast<unsigned char>(utf8[i]) < 0x80) {
      const bool dashes = utf8[i] == '-' && i > 0 && utf8[i - 1] == '-';  // no ligature
      out += dashes ? "{-}" : escaped(utf8[i]);
      ++i;
      continue;
    }
    const std::size_t start = i;
    const std::uint32_t code = next_code_point(utf8, i);
    const bool letter = code >= 0xC0 && code <= 0x17E && !lacks_a_glyph(code);
    if (const char* known = symbol(code)) {
      out += known;
    } else if (letter) {
      out += utf8.substr(start, i - start);
    } else {
      out += fmt::format("{{[}}U+{:04X}{{]}}", code);
    }
  }
  return out;
}

}  // namespace voxarena
