#include "evaluation/report/page.h"

#include <nlohmann/json.hpp>

#include "evaluation/report/resources.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

// JSON inside of a script element: "<" could end it.
std::string script_safe(const std::string& json) {
  std::string out;
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string to_html(const Leaderboard& board, const std::vector<BlockNumbers>& numbers,
                    const std::vector<BlockStory>& stories, const PageOptions& options) {
  const std::string data = script_safe(json_text(page_data(board, numbers, stories, options)));
  const std::string_view page = embedded_file("page.html");
  std::string out;
  std::size_t done = 0;
  for (std::size_t open = page.find("{{"); open != std::string_view::npos;
       open = page.find("{{", done)) {
    const std::size_t close = page.find("}}", open);
    if (close == std::string_view::npos) throw Error::internal("page.html: '{{' without '}}'");
    const std::string_view name = page.substr(open + 2, close - open - 2);
    out += page.substr(done, open - done);
    out += name == "data" ? std::string_view(data) : embedded_file(name);
    done = close + 2;
  }
  return out.append(page.substr(done));
}

}  // namespace voxarena
