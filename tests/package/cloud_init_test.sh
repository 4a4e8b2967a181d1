#!/usr/bin/env bash
# The user data for new servers, without a server: cloud_init_test.sh PROGRAM
#
# Against cloud-init's own schema; what it writes is read by whom it is for, and its commands by shellcheck.
set -euo pipefail
program=$1
packaging=$(cd "$(dirname "$0")/../.." && pwd)/packaging
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT

die() { printf 'FAILED: %s\n' "$@" >&2; exit 1; }
ok() { printf 'ok: %s\n' "$*"; }
valid() { cloud-init schema --config-file "$1" >"$box/said" 2>&1; }

# laid_out FILE TREE: what it writes, below TREE, and its commands in TREE/run.
laid_out() {
  python3 - "$1" "$2" <<'END'
import os, sys, yaml
with open(sys.argv[1], encoding="utf-8") as file:
    data = yaml.safe_load(file)
tree = sys.argv[2]
for each in [*data["write_files"], {"path": "/run", "content": "#!/bin/sh\n" + "\n".join(data["runcmd"])}]:
    os.makedirs(os.path.dirname(tree + each["path"]), exist_ok=True)
    with open(tree + each["path"], "w", encoding="utf-8") as file:
        file.write(each["content"])
END
}

for file in "$packaging"/cloud-init/*.yaml; do
  name=$(basename "$file" .yaml) tree=$box/$(basename "$file" .yaml)
  valid "$file" || die "cloud-init does not take $name" "$(cat "$box/said")"
  laid_out "$file" "$tree"
  shellcheck --exclude=SC1091 "$tree/run" || die "the commands of $name are wrong"
  sed -n 's/.*enable --now //p' "$tree/run" | while read -r unit; do
    [[ -e $packaging/systemd/$unit.service ]] || die "there is no service $unit"
  done
  for settings in "$tree"/etc/rozaneh/*.toml; do
    [[ -e $settings ]] || continue
    said=$("$program" "$(basename "$settings" .toml)" --config "$settings" --state "$box/state" --listen nonsense 2>&1) &&
      die "any settings are taken"
    [[ $said != *.toml* ]] || die "the settings of $name are wrong" "$said"
  done
  if [[ -e $tree/etc/tor/torrc ]]; then
    tor --verify-config -f "$tree/etc/tor/torrc" --DataDirectory "$box/tor" >"$box/said" 2>&1 ||
      die "tor does not take the torrc of $name" "$(cat "$box/said")"
  fi
  ok "$name"
done
ls "$box"/*/etc/rozaneh/{bridge,signal}.toml "$box"/*/etc/tor/torrc >/dev/null || die "not all were looked at"
[[ -e $packaging/apparmor/system_tor ]] || die "what tor-bridge takes from the package is not there"

printf '#cloud-config\npackages: tor\n' >"$box/wrong.yaml"
if valid "$box/wrong.yaml"; then die "cloud-init takes anything: this test shows nothing"; fi
ok "cloud-init finds errors there"
