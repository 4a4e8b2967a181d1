#!/usr/bin/env bash
# What we ship for Debian's tor, against the files of Debian's tor package: nothing is loaded or started.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
PATH=$PATH:/usr/sbin:/sbin

die() { printf 'FAILED: %s\n' "$@" >&2; exit 1; }
ok() { printf 'ok: %s\n' "$*"; }

# ---- AppArmor: a copy of the system's profiles, ours included as an administrator would
cp -r /etc/apparmor.d "$box/apparmor.d"
compile() { apparmor_parser --skip-kernel-load --skip-cache --base "$box/apparmor.d" "$@" "$box/apparmor.d/system_tor"; }

: >"$box/apparmor.d/local/system_tor"
compile --debug >"$box/before" 2>&1 || die "Debian's own profile does not compile" "$(cat "$box/before")"
cp "$root/packaging/apparmor/system_tor" "$box/apparmor.d/local/system_tor"
compile --debug >"$box/after" 2>&1 || die "the profile does not compile with ours" "$(cat "$box/after")"
for program in /usr/bin/rozaneh /usr/local/bin/rozaneh; do
  grep -qF "$program" "$box/before" && die "tor's profile knows $program already"
  grep -qE "Mode:\s+x:x\s+Name:\s+\($program\)" "$box/after" || die "tor may not execute $program"
  compile --preprocess | grep -qxF "$program ix," || die "$program would leave tor's profile"
done
ok "tor's profile lets rozaneh be executed, and keeps it confined"

echo '/usr/bin/rozaneh nonsense,' >>"$box/apparmor.d/local/system_tor"
if compile >/dev/null 2>&1; then die "the parser takes anything: this test shows nothing"; fi
ok "the parser finds errors there"

# ---- systemd: Debian's unit with our drop-in
mkdir "$box/units"
cp /lib/systemd/system/tor@default.service /lib/systemd/system/tor.service "$box/units/"
cp -r "$root/packaging/systemd/tor@default.service.d" "$box/units/"
verify() { SYSTEMD_UNIT_PATH="$box/units:/lib/systemd/system" systemd-analyze verify --man=no tor@default.service 2>&1; }
complaints() { verify | grep -F "$box" || true; }
[[ -z $(complaints) ]] || die "systemd does not take the drop-in" "$(complaints)"
ok "systemd takes the drop-in"
sed -i 's/^NoNewPrivileges=.*/NoNewPrivileges=perhaps/' "$box/units/tor@default.service.d/"*
[[ -n $(complaints) ]] || die "systemd takes anything: this test shows nothing"
ok "systemd finds errors there"
