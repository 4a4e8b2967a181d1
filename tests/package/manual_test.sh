#!/usr/bin/env bash
# The manual's pages, as man and mandoc read them, and beside --help: manual_test.sh PROGRAM
set -euo pipefail
program=$1
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
export LC_ALL=C.UTF-8 MANWIDTH=80

die() { printf 'FAILED: %s\n' "$@" >&2; exit 1; }
ok() { printf 'ok: %s\n' "$*"; }

"$program" manual "$box" --date 2026-01-31
pages=("$box"/*.1)
[[ ${#pages[@]} -gt 20 ]] || die "there are only ${#pages[@]} pages"

# page NAME: as people see it, without what marks bold letters.
page() { man --warnings -E UTF-8 -l "$box/$1.1" 2>"$box/said" | col -bx; }

for path in "${pages[@]}"; do
  name=$(basename "$path" .1)
  page "$name" >"$box/text"
  [[ ! -s $box/said ]] || die "man complains of $name" "$(cat "$box/said")"
  mandoc -T lint -W warning "$path" >"$box/said" || die "mandoc complains of $name" "$(cat "$box/said")"
  for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' 'SEE ALSO'; do
    grep -qxF "$section" "$box/text" || die "$name has no section $section"
  done
  lexgrog "$path" >/dev/null || die "apropos will not find $name"
done
ok "man, mandoc and apropos take ${#pages[@]} pages"

# Each flag and each command of --help is on the page, and its commands have pages.
help_words() { "$program" "$@" --help | sed -n "s/^  \(-[a-z],\)\?\(--[a-z0-9-]*\).*/\2/p; /^Subcommands:/,\$s/^  \([a-z][a-z-]*\) .*/\1/p"; }
check_command() {
  local name text word words
  name=$(IFS=-; echo "rozaneh${*:+-$*}")
  words=$(help_words "$@")
  [[ -n $words ]] || die "--help of $name names nothing: this test shows nothing"
  text=$(page "$name")
  for word in $words; do
    if [[ $word == --* ]]; then
      grep -qE "^ +(-[a-zA-Z], )?$word( |\$)" <<<"$text" || die "$name does not have $word"
    else
      grep -qF "$name-$word(1)" <<<"$text" || die "$name does not have the command $word"
      check_command "$@" "$word"
    fi
  done
}
check_command
ok "what --help shows is in the manual"

printf '.TH X 1\n.SH NAME\n.XX wrong\n' >"$box/wrong.1"
if mandoc -T lint -W warning "$box/wrong.1" >/dev/null; then die "mandoc takes anything: this test shows nothing"; fi
ok "mandoc finds errors there"
