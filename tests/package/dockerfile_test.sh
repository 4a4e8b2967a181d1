#!/usr/bin/env bash
# What dockerfilelint, a package of npm's, says of the Dockerfile: dockerfile_test.sh FOLDER, where npm may install it.
set -euo pipefail
dockerfile=$(cd "$(dirname "$0")/../.." && pwd)/packaging/container/Dockerfile
npm=$1
lint=$npm/node_modules/.bin/dockerfilelint
skipped=77
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT

die() { printf 'FAILED: %s\n' "$@" >&2; exit 1; }
ok() { printf 'ok: %s\n' "$*"; }
skip() { printf 'skipped: %s\n' "$*"; exit "$skipped"; }

command -v npm >/dev/null || skip "there is no npm"
[[ -x $lint ]] || npm install --prefix "$npm" --no-audit --no-fund --fetch-retries=0 dockerfilelint@1.8.0 >/dev/null 2>&1 ||
  skip "npm cannot get dockerfilelint"

said=$("$lint" "$dockerfile") || die "dockerfilelint finds something" "$said"
ok "dockerfilelint finds nothing"
printf 'FROM debian\nRUN sudo apt-get install tor\n' >"$box/Dockerfile"
if "$lint" "$box/Dockerfile" >"$box/said"; then
  die "dockerfilelint takes anything: this test shows nothing"
fi
grep -q 'sudo' "$box/said" || die "dockerfilelint does not say what is wrong" "$(cat "$box/said")"
ok "dockerfilelint finds errors there"
