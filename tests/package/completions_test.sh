#!/usr/bin/env bash
# What bash, zsh and fish offer at a line that is not finished: completions_test.sh PROGRAM
set -euo pipefail
program=$1
completions=$(cd "$(dirname "$0")/../.." && pwd)/packaging/completions
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
ln -s "$program" "$box/rozaneh"
export PATH=$box:$PATH HOME=$box LC_ALL=C.UTF-8

die() { printf 'FAILED: %s\n' "$@" >&2; exit 1; }
ok() { printf 'ok: %s\n' "$*"; }

# Each answers with one word a line. The shells call what they call at Tab; of zsh's own helpers the test has stand-ins, for
# they want a terminal.
# shellcheck disable=SC2016
in_bash() {
  bash --norc -c '. "$0/rozaneh.bash"
    compopt() { echo "compopt $*"; }
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    $(complete -p rozaneh | sed "s/.*-F \([^ ]*\) .*/\1/")
    printf "%s\n" "${COMPREPLY[@]}"' "$completions" "$@" 2>&1
}
# shellcheck disable=SC2016
in_zsh() {
  zsh -f -c '_describe() { local each; for each in "${(@P)argv[-1]}"; do print -r -- "${each%%:*}"; done }
    _files() { print -r -- "_files $*" }
    completion=$1; shift
    words=("$@") CURRENT=$#
    . "$completion/_rozaneh"' zsh "$completions" "$@" 2>&1
}
# shellcheck disable=SC2016
in_fish() {
  fish --no-config -c 'set -l completion $argv[1]; source $completion/rozaneh.fish
    complete -C (string join " " -- $argv[2..-1]) | cut -f 1' "$completions" "$@" 2>&1
}

# offers WORD ABSENT LINE...: all three offer WORD and nothing of the kind of ABSENT.
offers() {
  local wanted=$1 absent=$2 shell
  shift 2
  for shell in bash zsh fish; do
    "in_$shell" "$@" >"$box/offered"
    grep -qxF -- "$wanted" "$box/offered" || die "$shell does not offer $wanted at '$*' but:" "$(cat "$box/offered")"
    if grep -qxF -- "$absent" "$box/offered"; then die "$shell offers $absent at '$*'"; fi
  done
}

offers bridge manual rozaneh ''
offers certificate bridge rozaneh cert
offers by-name get rozaneh bridge b
offers --listen-http --list-url rozaneh signal --listen-h
offers --egress --domain rozaneh bridge --allow-private --e
offers auto --listen rozaneh bridge --zero-copy ''
offers --name auto rozaneh bridge --zero-copy off --name
offers iran-2012-02 china-2013-obfs rozaneh lab run iran
ok "commands, flags, values and censors are offered"

touch "$box/links.txt"
cd "$box"
[[ $(in_bash rozaneh client li) == "compopt -o filenames -o default"* ]] || die "bash offers no files"
[[ $(in_bash rozaneh wipe --state '') == "compopt -o filenames -o dirnames"* ]] || die "bash offers no directories"
[[ $(in_zsh rozaneh client li) == "_files " ]] || die "zsh offers no files"
[[ $(in_zsh rozaneh wipe --state '') == "_files -/" ]] || die "zsh offers no directories"
[[ $(in_fish rozaneh client li) == links.txt ]] || die "fish offers no files"
ok "files and directories are offered"
