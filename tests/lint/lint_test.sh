#!/usr/bin/env bash
# Shows that our own checks bite: each names exactly the lines that carry its mark, and is silent on the rest.
set -euo pipefail
cd "$(dirname "$0")"
check=$PWD/../../script/check
failures=0

# expect WHAT WANTED GOT
expect() {
  [[ $2 != "$3" ]] || return 0
  printf '%s: the lint does not say what the marks say\n' "$1"
  diff <(echo "$2") <(echo "$3") || true
  failures=$((failures + 1))
}

# "file:line:rule" of every mark `// rule` in the sample's files.
marks() { grep -rnHE "// ($1)\$" "$2" | sed -E 's|^([^:]*):([0-9]+):.*// ([A-Za-z0-9]+)$|\1:\2:\3|' | sort; }

includes_said() { "$check/includes" "includes/$1" | sed -E 's/^([^:]+):([0-9]+): ([a-z]+): .*/\1:\2:\3/' | sort; }
expect "includes, bad" "$(cd includes/bad && marks 'direction|asio|purity|transport' src)" "$(includes_said bad)"
expect "includes, good" "" "$(includes_said good)"

coroutines_said() {
  "$check/coroutines" -- "coroutines/$1.cpp" | sed -E "s|^$PWD/||; s/^([^:]+):([0-9]+): (R[0-9]).*/\1:\2:\3/" | sort -u
}
expect "coroutines, bad" "$(marks 'R[0-9]' coroutines/bad.cpp)" "$(coroutines_said bad)"
expect "coroutines, good" "" "$(coroutines_said good)"

links_said() { "$check/links" "links/$1" | sed 's/.* //' | sort; }
expect "links, bad" "$(grep -oE '[^ ]+  *BAD' links/bad/page.md | sed -E 's/ *BAD//; s/.*\(([^)]*)\)/\1/; s/`//g' | sort)" "$(links_said bad)"
expect "links, good" "" "$(links_said good)"

exit "$failures"
