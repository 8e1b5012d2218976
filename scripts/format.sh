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
diagnostics=$(mktemp)
trap 'rm -f "$diagnostics"' EXIT
printf '%s\0' "${files[@]}" | xargs -0 -n 16 -P "$(nproc)" "$tool" --style=file --dry-run 2>"$diagnostics"
mapfile -t differing < <(sed -nE 's/^([^:]+):([0-9]+):.*/\1/p' "$diagnostics" | sort -u)

if [ ${#differing[@]} -eq 0 ]; then
  echo "format: ${#files[@]} files are formatted"
elif [ $check -eq 0 ]; then  # only these are touched: a newer file is compiled anew
  "$tool" --style=file -i "${differing[@]}"
  echo "format: ${#differing[@]} of ${#files[@]} files changed"
else
  sed -nE 's/^([^:]+):([0-9]+):.*/\1:\2/p' "$diagnostics" | sort -u >&2
  echo "format: the files above differ; run scripts/format.sh" >&2
  exit 1
fi
