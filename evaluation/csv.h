// Comma-separated values (RFC 4180, one record a line): fields with a comma or a quote are quoted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace voxarena {

// Without the end of line. Error (input) if a field holds a line break.
std::string csv_line(const std::vector<std::string>& fields);

// Error (input) naming `place` ("records.csv:12") for a quote that is not closed.
std::vector<std::string> parse_csv_line(std::string_view line, std::string_view place);

// The shortest decimal text that reads back as the same double; "NaN" where undefined.
std::string number_text(double value);

}  // namespace voxarena
