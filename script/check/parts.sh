# Sourced by script/lint and script/test: the parts of the lint, each a check (script/lib.sh).
# shellcheck shell=bash

lint_shell() {
  local file scripts=()
  while read -r file; do
    if [[ -f $file ]] && head -n 1 "$file" | grep -qE '^#!.*\b(ba)?sh$'; then scripts+=("$file"); fi
  done < <(git ls-files)
  shellcheck -x "${scripts[@]}"
}

# With a commit in lint_since, clang-tidy reads only what a change since then can reach; lint_seconds bounds its time.
lint() {
  check "lint: format" script/format --check
  check "lint: shell" lint_shell
  check "lint: includes" script/check/includes
  check "lint: links of documents" script/check/links
  check "lint: our checks bite" tests/lint/lint_test.sh
  check "lint: flags of the build" cmake --preset release
  check "lint: coroutines" script/check/coroutines build
  check "lint: clang-tidy" script/check/tidy build ${lint_since:+"$lint_since"} ${lint_seconds:+--seconds "$lint_seconds"}
}
