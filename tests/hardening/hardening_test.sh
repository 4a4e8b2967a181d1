#!/usr/bin/env bash
# Reads a built program and says whether its hardening arrived there: hardening_test.sh PROGRAM
set -euo pipefail
program=$1
failures=0
export LC_ALL=C

# has WHAT PATTERN TEXT
has() {
  if grep -qE "$2" <<<"$3"; then
    printf 'ok: %s\n' "$1"
  else
    printf 'FAILED: %s (no %s)\n' "$1" "$2"
    failures=$((failures + 1))
  fi
}
lacks() {
  if grep -qE "$2" <<<"$3"; then
    printf 'FAILED: %s\n%s\n' "$1" "$(grep -E "$2" <<<"$3")"
    failures=$((failures + 1))
  else
    printf 'ok: %s\n' "$1"
  fi
}

header=$(readelf -hW "$program")
segments=$(readelf -lW "$program")
dynamic=$(readelf -dW "$program")
symbols=$(readelf --dyn-syms -W "$program")

has "position-independent" 'Type: +DYN' "$header"
has "position-independent executable" '\(FLAGS_1\).*PIE' "$dynamic"
has "relocations are read-only after start" 'GNU_RELRO' "$segments"
has "every symbol is bound at start" 'BIND_NOW|\(FLAGS_1\).*NOW' "$dynamic"
has "the stack is marked" 'GNU_STACK' "$segments"
lacks "the stack is not executable" 'GNU_STACK.* RWE ' "$segments"
lacks "no segment is writable and executable" 'LOAD.* RWE ' "$segments"
lacks "no relocation into the program's text" 'TEXTREL' "$dynamic"
lacks "no search path for libraries" 'RPATH|RUNPATH' "$dynamic"
has "stack protector" '__stack_chk_fail' "$symbols"
has "checked library calls (FORTIFY)" '__[a-z]+_chk(@|$)' "$(grep -v __stack_chk <<<"$symbols")"

# The marks of CET are on a program only if every object has them, and Debian's start files have none; so one
# function of ours is looked at: what can be called through a pointer begins with endbr64.
if grep -q 'X86-64' <<<"$header"; then
  has "indirect calls land on endbr64 (CET)" endbr64 \
    "$(objdump -d --no-show-raw-insn --disassemble=main "$program" | grep -A 1 '<main>:$')"
fi

exit "$failures"
