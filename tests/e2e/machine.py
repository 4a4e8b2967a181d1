"""A machine of its own that systemd has booted, with our units as the package installs them.

It is a container of systemd-nspawn: the programs of this machine (/usr) with ours among them, everything else new, and
the network of this machine. It takes root, and a system that lets containers be made.

    with Machine({"bridge.toml": "..."}) as machine:
        machine.ctl("start", "rozaneh-bridge")
"""

import contextlib
import glob
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import unittest

from harness import PATIENCE, ROOT, ROZANEH, SANITIZED, Process, family, until

USER = 64_000  # the services' number in there


def write(path, text, mode=0o644, group=0):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    os.chown(path, 0, group)


class Machine:
    def __init__(self, settings):
        if SANITIZED:
            raise unittest.SkipTest("a sanitizer looks for leaks as a debugger would, which no service of ours may")
        if os.geteuid() != 0:
            raise unittest.SkipTest("it takes root to boot a machine")
        if not shutil.which("systemd-nspawn"):
            raise unittest.SkipTest("systemd-nspawn is not installed")
        self.own = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
        os.chmod(self.own.name, 0o755)  # its users go through it
        self.root = os.path.join(self.own.name, "root")
        self.ours = os.path.join(self.own.name, "usr")
        self.run = None
        self._furnish(settings)
        self._install()

    def _furnish(self, settings):
        for name in ("usr", "etc", "var", "run", "tmp", "proc", "sys", "dev", "root"):
            os.makedirs(os.path.join(self.root, name))
        for name in ("bin", "sbin", "lib", "lib64"):
            os.symlink(f"usr/{name}", os.path.join(self.root, name))
        etc = os.path.join(self.root, "etc")
        write(f"{etc}/os-release", "ID=debian\n")
        write(f"{etc}/machine-id", os.urandom(16).hex() + "\n")  # or it would be the first boot, which enables all units
        everybody = {each.pw_name: each for each in pwd.getpwall() if each.pw_uid < 1000}
        users = "".join(f"{each.pw_name}:x:{each.pw_uid}:{each.pw_gid}::/:/bin/sh\n" for each in everybody.values())
        write(f"{etc}/passwd", f"{users}rozaneh:x:{USER}:{USER}::/var/lib/rozaneh:/usr/sbin/nologin\n")
        shutil.copy("/etc/group", f"{etc}/group")
        with open(f"{etc}/group", "a", encoding="ascii") as groups:
            groups.write(f"rozaneh:x:{USER}:\n")
        for name, text in settings.items():
            self.configure(name, text)

    def configure(self, name, text):
        """A file of /etc/rozaneh, which is for root and our services alone."""
        folder = os.path.join(self.root, "etc/rozaneh")
        write(f"{folder}/{name}", text, 0o640, USER)
        os.chmod(folder, 0o750)
        os.chown(folder, 0, USER)

    def _install(self):
        units = os.path.join(self.ours, "lib/systemd/system")
        os.makedirs(units)
        for unit in glob.glob(f"{ROOT}/packaging/systemd/rozaneh-*.service"):
            shutil.copy(unit, units)
        os.makedirs(os.path.join(self.ours, "bin"))
        shutil.copy(ROZANEH, os.path.join(self.ours, "bin/rozaneh"))

    def _started(self, *words):
        return Process(
            ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--link-journal=no", "--console=pipe",
             f"--directory={self.root}", f"--overlay-ro=/usr:{self.ours}:/usr", *words]
        )

    def __enter__(self):
        try:
            with self._started("/usr/bin/true") as probe:
                if probe.ended() != 0:
                    raise unittest.SkipTest("no container can be made here: " + " ".join(probe.lines))
            self.run = self._started("--boot", "--", "--unit=basic.target")
            if not until(self._is_up):
                raise unittest.SkipTest("systemd does not boot here: " + " ".join(self.run.lines))
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *failure):
        if self.run:
            if failure and failure[0] is not None:
                print(*self.journal()[-60:], sep="\n")
            self.run.signal(signal.SIGTERM)  # shuts it down
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.run.ended(PATIENCE)
            self.run.kill()
        self.own.cleanup()

    def _init(self):
        """Its first process, as this machine counts."""
        for each in family(self.run.pid):
            with contextlib.suppress(OSError), open(each.place("status"), encoding="ascii") as status:
                if any(line.split()[0] == "NSpid:" and line.split()[2:] == ["1"] for line in status):
                    return each.number
        return None

    def _is_up(self):
        return self._init() and self.inside("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")

    def inside(self, *command):
        return subprocess.run(["nsenter", "--all", "--target", str(self._init()), *command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=3 * PATIENCE)

    def ctl(self, *words):
        done = self.inside("systemctl", *words)
        if done.returncode != 0:
            raise AssertionError(f"systemctl {' '.join(words)}: {done.stdout}\n" + "\n".join(self.journal()[-40:]))
        return done.stdout.strip()

    def shown(self, unit, name):
        return self.ctl("show", "--value", "--property", name, unit)

    def journal(self, *words):
        return self.inside("journalctl", "--no-pager", "--output", "cat", *words).stdout.splitlines()

    def event(self, unit, name, skip=0):
        """What the unit's programs said as JSON: the event of this name, after `skip` others of it."""

        def look():
            events = [json.loads(line) for line in self.journal("--unit", unit) if line.startswith("{")]
            return next(iter([event for event in events if event.get("event") == name][skip:]), None)

        found = until(look)
        if not found:
            raise AssertionError(f"no event {name!r} of {unit}, but:\n" + "\n".join(self.journal()[-40:]))
        return found
