#!/usr/bin/env bash
# Debian's package, as script/package makes it of a build: package_test.sh BUILD
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT

die() { printf 'FAILED: %s\n' "$@" >&2; exit 1; }
ok() { printf 'ok: %s\n' "$*"; }
# Into folders of different names, under another mask.
made() { (umask "$2" && script/package "$build" "$box/$1"); }

package=$(made one 022)
cmp "$package" "$(made another 077)" || die "the same build makes two packages"
ok "the same build makes the same package: $(basename "$package"), $(stat -c %s "$package") bytes"

dpkg-deb --fsys-tarfile "$package" | tar -tvf - | awk '{print $1, $2, $6}' >"$box/content"
while read -r entry; do
  grep -qxF -- "$entry" "$box/content" || die "the package lacks $entry" "$(cat "$box/content")"
done <<'END'
-rwxr-xr-x root/root ./usr/bin/rozaneh
-rw-r--r-- root/root ./lib/systemd/system/rozaneh-bridge.service
-rw-r--r-- root/root ./lib/systemd/system/rozaneh-client.service
-rw-r--r-- root/root ./lib/systemd/system/rozaneh-signal.service
-rw-r--r-- root/root ./etc/rozaneh/bridge.toml
-rw-r--r-- root/root ./usr/share/man/man1/rozaneh-bridge-by-name.1.gz
-rw-r--r-- root/root ./usr/share/bash-completion/completions/rozaneh
-rw-r--r-- root/root ./usr/share/zsh/vendor-completions/_rozaneh
-rw-r--r-- root/root ./usr/share/fish/vendor_completions.d/rozaneh.fish
-rw-r--r-- root/root ./usr/share/rozaneh/policies/parallel.toml
-rw-r--r-- root/root ./usr/share/rozaneh/censors/iran-2012-02.toml
-rw-r--r-- root/root ./usr/share/doc/rozaneh/guides/install.md
-rw-r--r-- root/root ./usr/share/doc/rozaneh/copyright
END
dpkg-deb --extract "$package" "$box/tree"
"$box/tree/usr/bin/rozaneh" --version >/dev/null || die "the program does not run"
! grep -qaF "$PWD" "$box/tree/usr/bin/rozaneh" || die "the program tells where it was built"
ok "it holds what it is to hold"

# The settings that come with it are valid, but for what only their owner knows.
for kind in bridge client signal; do
  said=$("$box/tree/usr/bin/rozaneh" "$kind" --config "$box/tree/etc/rozaneh/$kind.toml" --state "$box/state" --listen nonsense 2>&1) &&
    die "$kind takes anything"
  [[ $said != *"$kind.toml"* ]] || die "the settings of $kind are wrong" "$said"
done
ok "its settings are valid"

lintian --allow-root --fail-on error "$package" >"$box/said" 2>&1 || die "lintian finds errors" "$(cat "$box/said")"
ok "lintian has no errors: $(grep -c '^W:' "$box/said" || true) warnings"
