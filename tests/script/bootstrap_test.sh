#!/usr/bin/env bash
# shellcheck disable=SC2016,SC2034  # what is checked is evaluated later
# script/bootstrap against a Debian of a few lines: what it installs, and that no daemon may start meanwhile.
set -euo pipefail
bootstrap=$(cd "$(dirname "$0")/../.." && pwd)/script/bootstrap
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
mkdir "$box/bin"
export PATH=$box/bin:$PATH BOX=$box ROZANEH_POLICY_RC_D=$box/policy-rc.d

fake() { cat >"$box/bin/$1" && chmod +x "$box/bin/$1"; }
# Installed is what the file says; packages that dpkg does not know are an error, as with the real one.
fake dpkg-query <<'E2'
#!/bin/bash
shift 2
for name; do grep -qx "$name" "$BOX/installed" && echo "$name installed"; done
exit 1
E2
# Notes its calls and whether daemons were forbidden, then does what the case asks for.
fake apt-get <<'E2'
#!/bin/bash
policy=free
if [[ -x $ROZANEH_POLICY_RC_D ]]; then "$ROZANEH_POLICY_RC_D" tor start; [[ $? -ne 101 ]] || policy=forbidden; fi
case " $* " in
  *' update '*) echo "update" >>"$BOX/calls"; touch "$BOX/lists" ;;
  *' --simulate '*) [[ -e $BOX/lists ]] ;;
  *)
    echo "install $policy ${*##-*}" >>"$BOX/calls"
    [[ ! -e $BOX/hangs ]] || { touch "$BOX/hanging"; sleep 5; }
    ;;
esac
E2
fake id <<'E2'
#!/bin/bash
cat "$BOX/uid"
E2
fake systemctl <<'E2'
#!/bin/bash
E2

# A machine that has none of the packages, good lists of them, and root.
begin() {
  rm -f "$box"/{calls,lists,hangs,hanging} "$box"/policy-rc.d*
  touch "$box/lists" "$box/calls"
  echo 0 >"$box/uid"
  : >"$box/installed"
}

check() {
  if ! eval "$2"; then
    printf 'FAILED: %s\n  %s\n' "$1" "$2"
    sed 's/^/  calls: /' "$box/calls"
    exit 1
  fi
  printf 'ok: %s\n' "$1"
}

begin
"$bootstrap" demo >"$box/out"
check "installs while daemons are forbidden" 'grep -q "^install forbidden .*clang-19" "$box/calls"'
check "does not fetch lists that are good" '! grep -q update "$box/calls"'
check "takes the policy away afterwards" '[[ ! -e $ROZANEH_POLICY_RC_D ]]'
check "brings no peer to those who want the demo" '! grep -q obfs4proxy "$box/calls"'

sed -n 's/.*from Debian: //p' "$box/out" | tr ' ' '\n' >"$box/installed.all"
begin
cp "$box/installed.all" "$box/installed"
"$bootstrap" demo >"$box/out"
check "does and says nothing when all is there" '[[ ! -s $box/calls && ! -s $box/out ]]'

grep -vx lld-19 "$box/installed.all" >"$box/installed"
"$bootstrap" demo >"$box/out"
check "installs only what is missing" 'grep -qE "^install forbidden .* lld-19\$" "$box/calls" && ! grep -q cmake "$box/calls"'

begin
rm "$box/lists"
"$bootstrap" demo >"$box/out"
check "fetches absent lists first" '[[ $(head -n 1 "$box/calls") == update ]] && grep -q "^install" "$box/calls"'

begin
printf '#!/bin/sh\nexit 0\n' >"$ROZANEH_POLICY_RC_D"
chmod +x "$ROZANEH_POLICY_RC_D"
"$bootstrap" demo >"$box/out"
check "forbids daemons although the machine's policy allows them" 'grep -q "^install forbidden" "$box/calls"'
check "gives the machine its policy back" '[[ $(tail -n 1 "$ROZANEH_POLICY_RC_D") == "exit 0" ]]'

touch "$box/hangs"
set -m
"$bootstrap" demo >"$box/out" 2>&1 &
set +m
while [[ ! -e $box/hanging ]]; do sleep 0.05; done
kill -INT -- -$!
status=0
wait $! || status=$?
check "ends on Ctrl-C" '[[ $status -eq 130 ]]'
check "gives the policy back also then" '[[ $(tail -n 1 "$ROZANEH_POLICY_RC_D") == "exit 0" ]]'

begin
echo 1000 >"$box/uid"
status=0
# A path that has all that a shell script needs, and no sudo.
mkdir "$box/tools"
ln -s "$box/bin"/* "$box/tools"
for tool in bash cat env grep sed sort; do ln -s "$(command -v $tool)" "$box/tools/$tool"; done
PATH=$box/tools "$bootstrap" demo >"$box/out" 2>&1 || status=$?
check "without root and sudo names what is missing and installs nothing" \
  '[[ $status -eq 1 && ! -s $box/calls ]] && grep -q "apt-get install .*clang-19" "$box/out"'
