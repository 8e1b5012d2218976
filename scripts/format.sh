#!/usr/bin/env bash
# Formats every tracked C++ file with clang-format and the repository's .clang-format.
#   scripts/format.sh           rewrite the files
#   scripts/format.sh --check   change nothing, list what differs, exit 1 if anything does
# Versions of clang-format disagree about details; the reference is 14 (setup.sh installs it).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

check=0
case ${1:-} in
  "") ;;
  --check) check=1 ;;
  -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

tool=$(command -v clang-format-14 || command -v clang-format || true)
if [ -z "$tool" ]; then
  echo "format: error: clang-format is missing; run scripts/setup.sh (or apt-get install clang-format-14)" >&2
  exit 1
fi
version=$("$tool" --version | sed -E 's/.*version ([0-9]+).*/\1/')
[ "$version" = 14 ] || echo "format: note: clang-format $version found, the reference is 14" >&2

list() { git ls-files -z --cached --others --exclude-standard -- '*.h' '*.cpp' | xargs -0 -r ls -d 2>/dev/null || true; }
mapfile -t files < <(list)
[ ${#files[@]} -gt 0 ] || { echo "format: no C++ files"; exit 0; }
run() { printf '%s\0' "${files[@]}" | xargs -0 -n 16 -P "$(nproc)" "$tool" --style=file "$@"; }

if [ $check -eq 0 ]; then
  run -i
  echo "format: ${#files[@]} files formatted"
elif ! run --dry-run -Werror --ferror-limit=1 2>/tmp/voxarena_format.$$; then
  sed -nE 's/^([^:]+):([0-9]+):.*/\1:\2/p' /tmp/voxarena_format.$$ | sort -u >&2
  rm -f /tmp/voxarena_format.$$
  echo "format: the files above differ; run scripts/format.sh" >&2
  exit 1
else
  rm -f /tmp/voxarena_format.$$
  echo "format: ${#files[@]} files are formatted"
fi
