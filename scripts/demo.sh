#!/usr/bin/env bash
# From nothing to a leaderboard: set-up, build, two methods trained and three shown a few labelled volumes, on a synthetic data set.
#   scripts/demo.sh [FOLDER]   FOLDER takes data, checkpoints and tables (default: demo)
# Run it again after an interruption and it goes on where it was.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case ${1:-} in
  -h | --help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
  -*) sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
folder=$(realpath -m "${1:-$top/demo}")
cd "$top"

bash scripts/setup.sh
cmake --preset release
cmake --build build/release -j "$(nproc)" --target voxarena_cli voxarena_plugins

voxarena=build/release/bin/voxarena
specs=(examples/phantom_cpu.toml examples/phantom_few_shot.toml)
dataset=$(sed -nE 's/^datasets *= *\[ *"([^"]+)".*/\1/p' "${specs[0]}")
raw=$folder/raw
mkdir -p "$raw"
begin=$SECONDS
[ -f "$raw/$dataset/dataset.json" ] || "$voxarena" phantom "$raw/$dataset" --size 24,40,40 --spacing 3.2,1.6,1.6
for spec in "${specs[@]}"; do
  "$voxarena" benchmark "$spec" --raw "$raw" --preprocessed "$folder/preprocessed" --results "$folder/results"
done
"$voxarena" leaderboard "$folder/results" --raw "$raw" -o "$folder/leaderboard"
cat "$folder/leaderboard/leaderboard.md"

echo
echo "The job took $((SECONDS - begin)) s."
echo "  data set      $raw/$dataset"
echo "  runs          $folder/results"
echo "  leaderboard   $folder/leaderboard"
