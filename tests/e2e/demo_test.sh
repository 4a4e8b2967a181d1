#!/usr/bin/env bash
# shellcheck disable=SC2016,SC2034  # what is checked is evaluated later
# script/demo with a program that is built already: demo_test.sh BUILD_DIRECTORY
set -euo pipefail
cd "$(dirname "$0")/../.."
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
mkdir "$box/tmp" "$box/broken"
export ROZANEH_BUILD_DIR=$1 TMPDIR=$box/tmp

check() {
  if ! eval "$2"; then
    printf 'FAILED: %s\n  %s\n' "$1" "$2"
    sed 's/^/  demo: /' "$box/out"
    exit 1
  fi
  printf 'ok: %s\n' "$1"
}

# Whether a process is left whose arguments name the demo's folder.
left() { grep -qsaF "$box/tmp/" /proc/[0-9]*/cmdline; }

row() { grep -qE "^  $1 +$2 .*  $3\$" "$box/out"; }

status=0
script/demo >"$box/out" 2>&1 || status=$?
check "carries the file whole" '[[ $status -eq 0 ]] && grep -q "through the tunnel .* is right" "$box/out"'
check "shows a hello in the open alone" 'row "a TLS ClientHello" yes no'
check "shows the name in the open alone" 'row "the server.s name" forbidden.example "not seen"'
check "is blocked behind a censor, but for the tunnel" \
  'grep -q "left out" "$box/out" || { grep -q "directly  *blocked" "$box/out" && grep -q "through the tunnel  *8 MB" "$box/out"; }'
check "leaves no file and no process" '[[ -z $(ls -A "$box/tmp") ]] && ! left'

set -m
script/demo >"$box/out" 2>&1 &
set +m
until left; do sleep 0.02; done
kill -INT -- -$!
status=0
wait $! || status=$?
check "ends on Ctrl-C" '[[ $status -eq 130 ]]'
check "leaves nothing then either" '[[ -z $(ls -A "$box/tmp") ]] && ! left'

printf '#!/bin/sh\necho "this is why" >&2\nexit 1\n' >"$box/broken/rozaneh"
chmod +x "$box/broken/rozaneh"
status=0
ROZANEH_BUILD_DIR=$box/broken script/demo >"$box/out" 2>&1 || status=$?
check "says which part did not start, and why" \
  '[[ $status -eq 1 ]] && grep -q "bridge did not start" "$box/out" && grep -q "this is why" "$box/out"'
check "leaves nothing behind a failure" '[[ -z $(ls -A "$box/tmp") ]] && ! left'
