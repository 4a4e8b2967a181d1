#!/usr/bin/env bash
# The archive for other systems, as script/package makes it of a build: tarball_test.sh BUILD
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
newest_glibc=2.36
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT

die() { printf 'FAILED: %s\n' "$@" >&2; exit 1; }
ok() { printf 'ok: %s\n' "$*"; }
# Into folders of different names, under another mask.
made() { (umask "$2" && script/package --tarball "$build" "$box/$1"); }

tarball=$(made one 022)
cmp "$tarball" "$(made another 077)" || die "the same build makes two archives"
ok "the same build makes the same archive: $(basename "$tarball"), $(stat -c %s "$tarball") bytes"
(cd "$box/one" && sha256sum --quiet --check SHA256SUMS) || die "its checksum is another"

name=$(basename "$tarball" .tar.gz)
tar -tvf "$tarball" | awk '{print $1, $2, $6}' >"$box/content"
while read -r mode path; do
  grep -qxF -- "$mode 0/0 $name/$path" "$box/content" || die "the archive lacks $mode $path" "$(cat "$box/content")"
done <<'END'
-rwxr-xr-x bin/rozaneh
-rw-r--r-- etc/rozaneh/bridge.toml
-rw-r--r-- etc/systemd/system/rozaneh-bridge.service
-rw-r--r-- share/man/man1/rozaneh-bridge-by-name.1.gz
-rw-r--r-- share/bash-completion/completions/rozaneh
-rw-r--r-- share/zsh/vendor-completions/_rozaneh
-rw-r--r-- share/fish/vendor_completions.d/rozaneh.fish
-rw-r--r-- share/rozaneh/policies/parallel.toml
-rw-r--r-- share/rozaneh/censors/iran-2012-02.toml
-rw-r--r-- share/doc/rozaneh/guides/install.md
-rw-r--r-- share/doc/rozaneh/copyright
-rw-r--r-- share/doc/rozaneh/licences/libssl-dev
-rw-r--r-- share/doc/rozaneh/licences/libboost1.81-dev
-rw-r--r-- share/doc/rozaneh/licences/libstdc++-12-dev
END
! grep -qE 'staged|log$' "$box/content" || die "it holds what it was made with" "$(cat "$box/content")"
tar -C "$box" -xf "$tarball"
program=$box/$name/bin/rozaneh
grep -qx 'ExecStart=/usr/local/bin/rozaneh bridge .*' "$box/$name/etc/systemd/system/rozaneh-bridge.service" ||
  die "the unit starts another program"
"$program" --version >/dev/null || die "the program does not run"
! grep -qaF "$PWD" "$program" || die "the program tells where it was built"
ok "it holds what it is to hold"

readelf -dW "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' >"$box/needed"
! grep -vE '^(libc|libm|ld-linux-.*)\.so\.[0-9]+$' "$box/needed" || die "it needs other libraries than glibc's"
version=$(readelf -VW "$program" | grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -n 1)
[[ $(printf '%s\n' "$version" "GLIBC_$newest_glibc" | sort -V | tail -n 1) == "GLIBC_$newest_glibc" ]] ||
  die "it needs $version"
ok "it needs $(paste -sd ' ' "$box/needed") of $version"

# libcurl, of which parts were left out, does what it is there for: it asks an authority, over TLS that it checks.
ROZANEH=$program python3 tests/e2e/acme_test.py Pebbles.test_proves_by_alpn >"$box/said" 2>&1 ||
  die "it gets no certificate" "$(cat "$box/said")"
ok "it gets a certificate from an authority"
