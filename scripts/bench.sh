#!/usr/bin/env bash
# The speed of VoxArena beside Python's nnU-Net: ratios measured in one run, printed as a table.
#   scripts/bench.sh [OPTIONS] [LARGE SMALL]   data sets in nnU-Net's raw layout: LARGE is preprocessed (ACDC),
#                                              SMALL predicted and trained on (Hippocampus); both may be left out
#   --python PYTHON   interpreter with nnunetv2==2.8.1 (default: python3)
#   --build FOLDER    of cmake --preset release (default: build/release)
#   --rounds N        median of N rounds (default: 3)
#   --quick           small sizes, for a first impression: the bounds are meant for the full ones
#   --only NAMES      comma-separated: resampling,augmentation,label_export,preparation,prediction,training_step
# Both sides get 2 threads or processes. Needs a quiet machine; the export needs 24 GiB.
set -euo pipefail
usage() { sed -n '2,10s/^# \{0,1\}//p' "$0"; }

cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=python3 build=build/release rounds=3 only="" quick=() datasets=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --quick) quick=(--quick); shift ;;
    --python | --build | --rounds | --only)
      [ $# -ge 2 ] || { usage >&2; exit 2; }
      printf -v "${1#--}" %s "$2"
      shift 2 ;;
    -*) usage >&2; exit 2 ;;
    *) datasets+=("$1"); shift ;;
  esac
done
[ ${#datasets[@]} -eq 0 ] || [ ${#datasets[@]} -eq 2 ] || { usage >&2; exit 2; }
"$python" -c 'import nnunetv2' || { echo "$python has no nnunetv2: name one with --python" >&2; exit 2; }
cmake --build "$build" --target resampling augmentation label_export voxarena_cli voxarena_plugins >/dev/null

BENCH_TABLE=$(mktemp)
export BENCH_TABLE OMP_NUM_THREADS=2
trap 'rm -f "$BENCH_TABLE"' EXIT
status=0

# measure NAME ARGUMENT...
measure() {
  local name=$1
  shift
  [ -z "$only" ] || [[ ,$only, == *,$name,* ]] || return 0
  printf '\n---- %s\n' "$name" >&2
  "$python" "perf/$name.py" "$@" --rounds "$rounds" "${quick[@]}" >&2 || {
    printf '| %s | | | | | did not run to its end |\n' "$name" >>"$BENCH_TABLE"
    status=1
  }
}

measure resampling "$build/bin/resampling"
measure augmentation "$build/bin/augmentation"
measure label_export "$build/bin/label_export"
if [ ${#datasets[@]} -eq 2 ]; then
  measure preparation "$build/bin/voxarena" "${datasets[0]}"
  measure prediction "$build/bin/voxarena" "${datasets[1]}"
  measure training_step "$build/bin/voxarena" "${datasets[1]}"
fi

printf '\n| what | Python | VoxArena | ratio | wanted | |\n| --- | --- | --- | --- | --- | --- |\n'
cat "$BENCH_TABLE"
printf '\n%s, %s cores, load %s, %s rounds, %s\n' \
  "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(cut -d ' ' -f 1-3 /proc/loadavg)" "$rounds" \
  "$(date +%F)"
exit $status
