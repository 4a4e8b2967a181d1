# Sourced by the scripts beside it: where we are, how to build, how parts are run and counted.
# shellcheck shell=bash disable=SC2034  # what is set here is used there
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
jobs=$(nproc)
logs=$root/build/logs
passed=0 failed=0 skipped=0

# A cache shared by all clones and presets; with the root as base, another clone's objects are found too.
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
fi

# build_directory PRESET: where CMakePresets.json builds it.
build_directory() {
  if [[ $1 == release ]]; then echo "$root/build"; else echo "$root/build-$1"; fi
}

# build PRESET [TARGET...]: configures if need be and builds, all if no target is named.
# Says nothing unless it fails.
build() {
  local preset=$1 directory log
  directory=$(build_directory "$preset")
  log=$directory/build.log
  shift
  mkdir -p "$directory"
  if ! { cmake --preset "$preset" && cmake --build "$directory" -j "$jobs" ${1:+--target "$@"}; } >"$log" 2>&1; then
    grep -v '^\[[0-9/]*\]' "$log" | tail -n 200 >&2
    return 1
  fi
}

seconds() { printf '%4d s' "$1"; }

# part NAME COMMAND...: runs it, then prints one line; of a failed part also all that it said.
# Leaves the exit code of COMMAND in part_status and what it printed in the file part_log.
part() {
  local name=$1 begun=$SECONDS
  shift
  part_log=$logs/${name//[^a-z0-9+]/-}.log
  part_status=0
  [[ ! -t 1 ]] || printf '        %s ...\r' "$name"
  "$@" >"$part_log" 2>&1 || part_status=$?
  if [[ $part_status -eq 0 ]]; then
    printf '%s  %-42s%s\n' "$(seconds $((SECONDS - begun)))" "$name" "$(part_summary)"
  else
    cat "$part_log"
    printf '%s  %-42sFAILED\n' "$(seconds $((SECONDS - begun)))" "$name"
  fi
}

# The last line of a part may say in a word what was done.
part_summary() { tail -n 1 "$part_log" | sed -n 's/^summary: //p' | grep . || echo ok; }

# check NAME COMMAND...: a part that counts as one test.
check() {
  part "$@"
  if [[ $part_status -eq 0 ]]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
