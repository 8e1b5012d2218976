#!/usr/bin/env bash
# Everything that must hold before a change is merged: set-up, format, layering, build, tests, sanitizers.
#   scripts/test.sh          all of it (up to 40 minutes on 2 cores from a clean clone)
#   scripts/test.sh --fast   without the slow tests and the sanitizer build
#   scripts/test.sh --no-asan  without the sanitizer build
# VOXARENA_REAL_DATA names an nnU-Net raw folder for the tests on real data; without it they are skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

slow=1 asan=1
case ${1:-} in
  "") ;;
  --fast) slow=0 asan=0 ;;
  --no-asan) asan=0 ;;
  -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

cores=$(nproc)
summary=()

finish() {
  local status=$?
  printf '\n%s\n' "---- scripts/test.sh: steps and seconds"
  printf '%s\n' "${summary[@]}"
  [ $status -eq 0 ] && echo "passed in $SECONDS s" || echo "FAILED after $SECONDS s (exit status $status)"
}
trap finish EXIT

# step NAME COMMAND...
step() {
  local name=$1 begin=$SECONDS
  shift
  printf '\n---- %s: %s\n' "$name" "$*"
  summary+=("$(printf '%-22s started, not finished' "$name")")
  "$@"
  summary[-1]=$(printf '%-22s %5d' "$name" $((SECONDS - begin)))
}

# One LibTorch thread a test: they run side by side.
run_fast_tests() {
  OMP_NUM_THREADS=1 ctest --test-dir build/release --output-on-failure --no-tests=error -j "$cores" -LE '^slow$'
}

# ctest fails where a label selects nothing in some versions only, so ask first.
run_slow_tests() {
  if ctest --test-dir build/release -N -L '^slow$' | grep -q '^Total Tests: 0$'; then
    echo "no slow tests"
  else
    ctest --test-dir build/release --output-on-failure -L '^slow$'
  fi
}

# Leaks are reported by LibTorch's and ITK's own static objects, so only memory errors count. A program starts slowly
# under the sanitizers: all tests of a room run in one process.
run_asan_tests() {
  local program
  for program in build/asan/bin/test_*; do
    printf '%s\n' "$program"
    ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:strict_string_checks=1 \
      UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 OMP_NUM_THREADS=1 "$program" --gtest_brief=1 || return
  done
}

step "set-up" bash scripts/setup.sh
step "format" bash scripts/format.sh --check
step "layering" python3 scripts/check_layers.py
step "layering self-test" python3 tests/scripts/check_layers_test.py
step "configure release" cmake --preset release
step "build release" cmake --build build/release -j "$cores"
step "fast tests" run_fast_tests
if [ $slow -eq 1 ]; then step "slow tests" run_slow_tests; fi
if [ $asan -eq 1 ]; then
  step "configure asan" cmake --preset asan
  step "build asan" cmake --build build/asan -j "$cores" --target asan_tests
  step "asan tests" run_asan_tests
fi
