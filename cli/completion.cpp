// Completion of commands, options, data sets and files: the script asks the program for its
// commands and options, so it knows what this version knows.
#include <fmt/core.h>

#include "cli/command.h"
#include "voxarena/core/error.h"

namespace voxarena::cli {
namespace {

constexpr const char* kBash =
    R"SCRIPT(# completion of voxarena for bash: source <(voxarena completion bash)
_voxarena_commands() { "${words[@]:0:$1}" --help 2>/dev/null | awk '/^  [a-zA-Z]/ {print $1}'; }
_voxarena_options() {
  "$@" --help 2>/dev/null | grep -oE '^ +(-[a-zA-Z] \[ )?--?[a-zA-Z][a-zA-Z_-]*' | grep -oE -- '-+[a-zA-Z][a-zA-Z_-]*$'
}
_voxarena() {
  local words=("${COMP_WORDS[@]}") current="${COMP_WORDS[COMP_CWORD]}" depth=1
  [[ ${words[1]} == nnunet || ${words[1]} == sam ]] && depth=2
  if ((COMP_CWORD <= depth)); then
    mapfile -t COMPREPLY < <(compgen -W "$(_voxarena_commands "$COMP_CWORD")" -- "$current")
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_voxarena_options "${words[@]:0:depth+1}")" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _voxarena voxarena
)SCRIPT";

constexpr const char* kZsh =
    R"SCRIPT(# completion of voxarena for zsh: source <(voxarena completion zsh)
_voxarena() {
  local depth=1
  [[ ${words[2]} == nnunet || ${words[2]} == sam ]] && depth=2
  if ((CURRENT - 1 <= depth)); then
    compadd -- $(${words[1,CURRENT-1]} --help 2>/dev/null | awk '/^  [a-zA-Z]/ {print $1}')
  elif [[ ${words[CURRENT]} == -* ]]; then
    compadd -- $(${words[1,depth+1]} --help 2>/dev/null |
      grep -oE '^ +(-[a-zA-Z] \[ )?--?[a-zA-Z][a-zA-Z_-]*' | grep -oE -- '-+[a-zA-Z][a-zA-Z_-]*$')
  else
    _files
  fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _voxarena voxarena
)SCRIPT";

}  // namespace

int completion(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("completion", "bash|zsh", "source <(voxarena completion bash)");
  line.positional("SHELL", "bash or zsh; put the example's line into ~/.bashrc or ~/.zshrc");
  if (!line.parse(arguments, context)) return 0;
  const std::string shell = line.text("SHELL");
  if (shell != "bash" && shell != "zsh")
    throw Error::usage(fmt::format("completion: '{}' is not known", shell), "use bash or zsh");
  fmt::print("{}", shell == "bash" ? kBash : kZsh);
  return 0;
}

}  // namespace voxarena::cli
