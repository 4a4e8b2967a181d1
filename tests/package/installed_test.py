"""Debian's package on a machine: installed, upgraded under a stream, removed, purged. installed_test.py BUILD

The machine is this one, seen through an overlay, so that all that dpkg does to it is gone at the end. Wants root.

    client == session over obfs4 == bridge of the package, its successor after the upgrade -- echo

Systemd does not run there. What stands for it writes down what it is asked for, and when the bridge is to be restarted it
is replaced in place; e2e.restart shows the same through systemd's descriptor store.
"""

import os
import re
import sys
import tempfile
import unittest

from apart import main_apart, run
from harness import ROOT, Client, Service, echo, receive, socks5
from restarted import Restarted

BUILD = os.path.abspath(sys.argv.pop(1))
STANDS_FOR_SYSTEMD = """#!/bin/sh
echo "${0##*/} $*" >>/run/asked
case $* in *try-restart*) kill -USR2 "$(cat /run/bridge)" ;; esac
"""


class Machine:
    def __init__(self, box):
        self.tree = os.path.join(box, "tree")
        overlay = os.path.join(box, "overlay")
        for folder in (overlay, self.tree):
            os.mkdir(folder)
        run("mount", "-t", "tmpfs", "none", overlay)
        for folder in ("upper", "work"):
            os.mkdir(os.path.join(overlay, folder))
        layers = f"lowerdir=/,upperdir={overlay}/upper,workdir={overlay}/work"
        run("mount", "-t", "overlay", "none", self.tree, "-o", layers)
        for folder in ("dev", "proc"):
            run("mount", "--rbind", f"/{folder}", self.path(folder))
        os.makedirs(self.path("run/systemd/system"), exist_ok=True)
        for name in ("systemctl", "deb-systemd-invoke"):
            self.write(f"usr/bin/{name}", STANDS_FOR_SYSTEMD)
            os.chmod(self.path(f"usr/bin/{name}"), 0o755)

    def path(self, name):
        return os.path.join(self.tree, name)

    def write(self, name, text):
        # Not through what lies below the overlay: the old file stays whole.
        with open(self.path(name) + ".new", "w", encoding="ascii") as file:
            file.write(text)
        os.rename(self.path(name) + ".new", self.path(name))

    def dpkg(self, *words):
        run("chroot", self.tree, "dpkg", *words, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})

    def install(self, package):
        run("cp", package, self.path("package.deb"))
        self.dpkg("--install", "/package.deb")

    def asked(self):
        """What systemd was asked for since the last time."""
        with open(self.path("run/asked"), "r+", encoding="ascii") as file:
            lines = file.read().splitlines()
            file.truncate(0)
        return lines

    def has(self, name):
        return os.path.lexists(self.path(name))

    def user(self):
        """Number and group of the package's user; nothing where it is not there."""
        with open(self.path("etc/passwd"), encoding="utf-8") as file:
            found = re.search(r"^rozaneh:[^:]*:(\d+):(\d+):", file.read(), re.M)
        return found and found.groups()


def newer(package, box):
    """The same, with a greater version."""
    tree = os.path.join(box, "newer")
    run("dpkg-deb", "--raw-extract", package, tree)
    control = os.path.join(tree, "DEBIAN/control")
    with open(control, encoding="utf-8") as file:
        text = file.read()
    with open(control, "w", encoding="utf-8") as file:
        file.write(re.sub(r"^Version: .*$", "Version: 99-1", text, flags=re.M))
    run("dpkg-deb", "--build", "-Znone", tree, os.path.join(box, "newer.deb"))
    return os.path.join(box, "newer.deb")


class Installed(Restarted):
    """The bridge of the package, as its unit starts it."""

    def __init__(self, machine):
        number, group = machine.user()
        state = machine.path("var/lib/rozaneh/bridge")
        os.makedirs(state, mode=0o700)
        os.chown(state, int(number), int(group))
        inside = f'shift; exec /usr/sbin/chroot --userspec={number}:{group} {machine.tree} /usr/bin/rozaneh "$@"'
        super().__init__(
            "--config", "/etc/rozaneh/bridge.toml", state="/var/lib/rozaneh/bridge", wrapper=("sh", "-c", inside, "sh")
        )
        machine.write("run/bridge", str(self.pid))

    def replaced(self):
        """Waits until its successor serves; answers that one's process."""
        self.successors.append(int(self.next("handed_over", 0)["to"].split()[-1]))
        return self.successors[-1]


class Package(unittest.TestCase):
    def test_is_installed_upgraded_removed_and_purged(self):
        box = tempfile.TemporaryDirectory(prefix="rozaneh-installed-")
        self.addCleanup(box.cleanup)
        package = run(os.path.join(ROOT, "script/package"), BUILD, os.path.join(box.name, "made")).strip()
        machine = Machine(box.name)
        self.addCleanup(run, "umount", "--recursive", machine.tree, os.path.join(box.name, "overlay"))
        self.assertIsNone(machine.user(), "a machine that has the package is no place for this test")

        machine.install(package)
        self.assertEqual(machine.asked(), ["systemctl --system daemon-reload"])
        self.assertEqual(os.stat(machine.path("etc/rozaneh")).st_mode & 0o777, 0o750)
        with Service(echo) as target, Installed(machine) as bridge, Client(bridge.link) as client:
            code, connection = socks5(client.address, target.address)
            self.assertEqual(code, 0)
            with connection:
                connection.sendall(b"before")
                self.assertEqual(receive(connection, 6), b"before")
                self.upgrade(machine, newer(package, box.name), bridge)
                connection.sendall(b"after")
                self.assertEqual(receive(connection, 5), b"after")
        self.remove(machine)
        self.purge(machine)

    def upgrade(self, machine, package, bridge):
        with open(machine.path("etc/rozaneh/bridge.toml"), "a", encoding="utf-8") as settings:
            settings.write("# mine\n")
        machine.install(package)
        self.assertIn("try-restart rozaneh-bridge.service", " ".join(machine.asked()))
        program = os.stat(f"/proc/{bridge.replaced()}/exe")
        self.assertEqual(program.st_ino, os.stat(machine.path("usr/bin/rozaneh")).st_ino)
        self.assertEqual(bridge.next("resumed", 0)["streams"], 1)
        with open(machine.path("etc/rozaneh/bridge.toml"), encoding="utf-8") as settings:
            self.assertTrue(settings.read().endswith("# mine\n"))

    def remove(self, machine):
        machine.dpkg("--remove", "rozaneh")
        asked = " ".join(machine.asked())
        self.assertIn("deb-systemd-invoke stop rozaneh-bridge.service", asked)
        self.assertIn("disable rozaneh-bridge.service", asked)
        self.assertFalse(machine.has("usr/bin/rozaneh"))
        for kept in ("etc/rozaneh/bridge.toml", "var/lib/rozaneh/bridge/obfs4_state.json"):
            self.assertTrue(machine.has(kept), kept)

    def purge(self, machine):
        machine.dpkg("--purge", "rozaneh")
        for gone in ("etc/rozaneh", "var/lib/rozaneh", "usr/share/doc/rozaneh", "lib/systemd/system/rozaneh-bridge.service"):
            self.assertFalse(machine.has(gone), gone)
        self.assertIsNone(machine.user())


if __name__ == "__main__":
    main_apart()
