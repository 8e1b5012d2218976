#!/usr/bin/env bash
# VoxArena and Python's nnU-Net side by side on raw data sets; prints a table and fails if a bound is broken.
#   scripts/parity.sh [OPTIONS] DATASET_FOLDER...   folders DatasetXXX_Name in nnU-Net's raw layout
#   --python PYTHON      interpreter with nnunetv2==2.8.1 (default: python3)
#   --voxarena PROGRAM   (default: build/release/bin/voxarena)
#   --cases N            preprocess only N cases with Python (default: all)
#   --predictions N      predict the N smallest cases (default: 20)
#   --iterations N       of the checkpoints that are compared (default: 200)
#   --work FOLDER        keep the files of both sides in FOLDER/DATASET (default: a temporary folder)
# Hippocampus (200 cases) takes a few minutes on 2 cores.
set -euo pipefail
usage() { sed -n '2,10s/^# \{0,1\}//p' "$0"; }

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=python3 voxarena=$top/build/release/bin/voxarena cases="" predictions=20 iterations=200 work="" datasets=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --python | --voxarena | --cases | --predictions | --iterations | --work)
      [ $# -ge 2 ] || { usage >&2; exit 2; }
      printf -v "${1#--}" %s "$2"
      shift 2 ;;
    -*) usage >&2; exit 2 ;;
    *) datasets+=("$1"); shift ;;
  esac
done
[ ${#datasets[@]} -gt 0 ] || { usage >&2; exit 2; }
for dataset in "${datasets[@]}"; do
  [ -f "$dataset/dataset.json" ] || {
    echo "$dataset: is no folder with a dataset.json: name raw data sets, such as nnUNet_raw/Dataset004_Hippocampus" >&2
    exit 2
  }
done
"$python" -c 'import nnunetv2' || { echo "$python has no nnunetv2: name one with --python" >&2; exit 2; }
if [ -z "$work" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
status=0

# run LOG COMMAND...: quietly; the end of its output where it fails.
run() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 && return
  printf '%s failed:\n' "$*" >&2
  tail -n 15 "$log" >&2
  return 1
}

# compare TOPIC ARGUMENT...: tests/parity/TOPIC.py adds its rows to the table.
compare() {
  local topic=$1 log=$place/$1.log
  shift
  "$python" "$top/tests/parity/$topic.py" "$@" >"$log" 2>&1 && return
  status=1
  grep -q 'broken\*\* |$' "$log" && return
  printf '%s failed:\n' "$topic.py" >&2
  tail -n 15 "$log" >&2
  printf '| %s | | did not run to its end | **broken** |\n' "$topic" >>"$PARITY_TABLE"
}

planners=(nnUNetPlannerResEncM nnUNetPlannerResEncL nnUNetPlannerResEncXL ResEncUNetPlanner)
smoke() { run "$place/train.log" "$voxarena" train "$name" plain_unet --budget smoke -c "$configuration" --raw "$place/raw" "$@"; }

# prepare: plans and cases of both sides.
prepare() {
  local planner
  run "$place/plan.log" "$voxarena" plan "$name" --raw "$place/raw" --preprocessed "$ours/preprocessed" || return
  configuration=3d_fullres configurations=(2d 3d_fullres)
  grep -q '"3d_fullres"' "$ours/preprocessed/$name/nnUNetPlans.json" || configuration=2d configurations=(2d)
  for planner in "${planners[@]}"; do
    run "$place/plan.log" "$voxarena" plan "$name" --raw "$place/raw" --preprocessed "$ours/preprocessed" \
      --planner "$planner" || return
  done
  run "$place/preprocess.log" "$voxarena" preprocess "$name" -c "${configurations[@]}" --raw "$place/raw" \
    --preprocessed "$ours/preprocessed" || return
  run "$place/reference.log" "$python" "$top/tests/parity/reference.py" "$place" "$name" ${cases:+"$cases"}
}

# The same training on both stores.
read_pythons_store() {
  local store=$place/python/preprocessed/$name/nnUNetPlans_$configuration
  "$python" "$top/tests/parity/store_read.py" list "$store" "$place/stamps.json"
  smoke --iterations 10 --preprocessed "$ours/preprocessed" --results "$ours/short" || return
  smoke --iterations 10 --preprocessed "$place/python/preprocessed" --results "$place/python/short" || return
  compare store_read compare "$store" "$place/stamps.json" "$(find "$ours/short" -name log.jsonl)" \
    "$(find "$place/python/short" -name log.jsonl)"
}

# predict_both NAME WHAT MODEL FOLDS MIRRORED
predict_both() {
  local mirroring=() folds
  IFS=, read -ra folds <<<"$4"
  [ "$5" = 1 ] || mirroring=(--no-mirroring)
  run "$place/predict.log" "$voxarena" predict "$3" "$place/images" "$ours/$1" --folds "${folds[@]}" "${mirroring[@]}" || return
  run "$place/predict.log" "$python" "$top/tests/parity/predictions.py" python "$place" "$3" "$place/images" "$1" "$4" "$5" || return
  compare predictions compare "$place" "$1" "$2"
}

# Checkpoints both ways, and what is predicted with them.
exchange_models() {
  local folds mirrored ending model=$ours/results/nnUNetTrainer__nnUNetPlans__$configuration
  smoke --iterations "$iterations" --preprocessed "$ours/preprocessed" --results "$ours/results" || return
  run "$place/export.log" "$voxarena" export "$model" "$(dirname "$(find "$ours/results" -name log.jsonl)")" \
    --preprocessed "$ours/preprocessed" || return
  compare training "$place" "$model" "$iterations"
  ending=$(sed -nE 's/.*"file_ending": *"([^"]+)".*/\1/p' "$dataset/dataset.json")
  mkdir -p "$place/images"
  ls -SrL "$dataset/imagesTr" | sed -n "s/_0000${ending//./\\.}\$//p" | head -n "$predictions" | while read -r case; do
    ln -sf "$dataset/imagesTr/$case"_[0-9][0-9][0-9][0-9]"$ending" "$place/images/"
  done
  for folds in 0 0,1; do
    for mirrored in 0 1; do
      predict_both "python_${folds/,/}_$mirrored" "Python's checkpoint, folds $folds, mirroring $mirrored" "$place/python/model" \
        "$folds" "$mirrored" || return
    done
  done
  predict_both ours_0_1 "our checkpoint, fold 0, mirroring 1" "$model" 0 1 || return
  run "$place/evaluate.log" "$voxarena" evaluate "$dataset/labelsTr" "$place/python/python_0_1" -o "$ours/summary" --chill \
    --dataset-json "$dataset/dataset.json" || return
  compare summaries "$place" "$dataset/labelsTr" "$place/python/python_0_1"
}

for dataset in "${datasets[@]}"; do
  dataset=$(realpath "$dataset") begin=$SECONDS
  name=$(basename "$dataset") place=$(realpath -m "$work")/$(basename "$dataset")
  ours=$place/ours
  mkdir -p "$place/raw" "$ours"
  ln -sfn "$dataset" "$place/raw/$name"
  export PARITY_TABLE=$place/table.md
  printf '| %s | bound | reached | verdict |\n| --- | --- | --- | --- |\n' "$name" >"$PARITY_TABLE"
  if prepare; then
    compare fingerprint "$place" "$name"
    compare plans "$ours/preprocessed/$name"
    compare stores "$place" "$name"
    read_pythons_store || status=1
    exchange_models || status=1
  else
    status=1
  fi
  printf '\n'
  cat "$PARITY_TABLE"
  printf '\n%s: %s s, %s cores\n' "$name" $((SECONDS - begin)) "$(nproc)"
done
exit $status
