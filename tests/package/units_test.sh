#!/usr/bin/env bash
# The services' units, read by systemd without being started: that it understands all of them, and how far they are shut off.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
units=("$root"/packaging/systemd/rozaneh-*.service)
# Of 10, in tenths. What is left of it: a server needs the network, and the user that takes ports below 1024 one capability.
most_exposure=15
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT

die() { printf 'FAILED: %s\n' "$@" >&2; exit 1; }
ok() { printf 'ok: %s\n' "$*"; }

# The program is not installed here; /bin/true stands for it.
complaints() { systemd-analyze verify --man=no "$1" 2>&1 | grep -F "$(basename "$1")" || true; }
exposed() { ! systemd-analyze security --offline=true --threshold="$most_exposure" "$1" >"$box/said" 2>&1; }

[[ ${#units[@]} -eq 3 ]] || die "there are ${#units[@]} units"
for unit in "${units[@]}"; do
  copy=$box/$(basename "$unit")
  sed 's#^ExecStart=/usr/bin/rozaneh#ExecStart=/bin/true#' "$unit" >"$copy"
  [[ -z $(complaints "$copy") ]] || die "systemd does not take $(basename "$unit")" "$(complaints "$copy")"
  if exposed "$copy"; then die "$(basename "$unit") is more exposed than $most_exposure tenths" "$(cat "$box/said")"; fi
  ok "$(grep -o 'Overall.*: [0-9.]*' "$box/said")"
done

sed -i 's/^ProtectHome=.*/ProtectHome=perhaps/; s/^CapabilityBoundingSet=.*//' "$copy"
[[ -n $(complaints "$copy") ]] || die "systemd takes anything: this test shows nothing"
exposed "$copy" || die "every unit is closed enough: this test shows nothing"
ok "systemd finds errors and exposure there"
