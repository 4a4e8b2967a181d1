# Sourced by checks that need a kernel of their own: Debian's, built to run as an ordinary program (User-Mode
# Linux). It needs no root, and has no network but loopback.
# shellcheck shell=bash disable=SC2154  # root is script/lib.sh's

# machine MEMORY SECONDS COMMAND: runs a shell's COMMAND as root in there, from the project's folder. It sees this
# machine's files, read only, and may write to /run. Fails if COMMAND does, or is not done in time.
machine() {
  local box status=0
  box=$(mktemp -d)
  cat >"$box/init" <<END
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmp /run
ip link set lo up
mkdir -p /run/modules/lib
ln -s /usr/lib/uml/modules /run/modules/lib/modules
printf '#!/bin/sh\nexec modprobe -d /run/modules "\$@"\n' >/run/modprobe
chmod +x /run/modprobe
echo /run/modprobe >/proc/sys/kernel/modprobe
cd '$root'
uname -sr
$3
printf '\nmachine: ended with %s\n' \$?
echo o >/proc/sysrq-trigger
sleep 60
END
  chmod +x "$box/init"
  timeout "$2" linux.uml mem="$1" rootfstype=hostfs rootflags=/ ro init="$box/init" con=null con0=null,fd:1 quiet \
    </dev/null 2>&1 | tr -d '\r' | tee "$box/said"
  grep -q '^machine: ended with 0$' "$box/said" || status=1
  rm -r "$box"
  return $status
}
