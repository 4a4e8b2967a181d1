"""The container's image as its Dockerfile makes it, without an engine: container_test.py BUILD

    client's command of compose.yaml == obfs4 == bridge's -- echo

each as its own user in the image, which is mounted read-only, in a network of the test's own. Wants root.
"""

import os
import re
import ssl
import sys
import tempfile
import unittest

import yaml

from apart import main_apart, run
from harness import ROOT, Process, Rozaneh, Service, connect, echo, endpoint, receive, receive_all, socks5

BUILD = os.path.abspath(sys.argv.pop(1))
PACKAGING = os.path.join(ROOT, "packaging")
LARGEST = 30_000_000


def read(name):
    with open(os.path.join(PACKAGING, "container", name), encoding="ascii") as file:
        return file.read()


class Contained(Rozaneh):
    """A command of the image, as an engine would start it: its user, its environment, nothing else."""

    def __init__(self, image, *words):
        self.own = None
        user = re.search(r"^USER (\S+)$", read("Dockerfile"), re.M).group(1)
        variables = re.findall(r"^ENV (\S+)$", read("Dockerfile"), re.M)
        program = re.search(r'^ENTRYPOINT \["(.*)"\]$', read("Dockerfile"), re.M).group(1)
        Process.__init__(
            self, ["env", "-i", *variables, "/usr/sbin/chroot", f"--userspec={user}", image, program, *words, "--json"]
        )

    def user(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return re.search(r"Uid:\t(.*)", status.read()).group(1).split()


class Container(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = tempfile.TemporaryDirectory(prefix="rozaneh-container-")
        cls.addClassCleanup(cls.box.cleanup)
        cls.image = os.path.join(cls.box.name, "image")
        tarball = run(os.path.join(ROOT, "script/package"), "--tarball", BUILD, os.path.join(cls.box.name, "made"))
        step = re.search(r"^RUN (packaging/container/image) build/package/rozaneh-\*.tar.gz /image$", read("Dockerfile"), re.M)
        run(step.group(1), tarball.strip(), cls.image, cwd=ROOT)
        cls.compose = yaml.safe_load(read("compose.yaml"))["services"]

    def setUp(self):
        """As compose.yaml has it: all read-only but the state, and the settings of packaging/config."""
        settings, state = os.path.join(self.image, "etc/rozaneh"), os.path.join(self.image, "var/lib/rozaneh")
        os.makedirs(settings, exist_ok=True)
        run("mount", "--bind", self.image, self.image)
        self.addCleanup(run, "umount", "--recursive", self.image)
        run("mount", "--bind", os.path.join(PACKAGING, "config"), settings)
        run("mount", "-o", "remount,bind,ro", settings)
        run("mount", "-t", "tmpfs", "-o", "mode=0700,uid=65532,gid=65532", "none", state)
        run("mount", "-o", "remount,bind,ro", self.image)

    def started(self, service, *words):
        for name, value in self.compose[service]["sysctls"].items():
            run("sysctl", "-q", f"{name}={value}")
        return Contained(self.image, *self.compose[service]["command"], *words)

    def test_is_small_and_has_neither_shell_nor_privileges(self):
        files = [os.path.join(folder, name) for folder, _, names in os.walk(self.image) for name in names]
        size = sum(os.lstat(file).st_size for file in files)
        self.assertLess(size, LARGEST)
        print(f"{size} bytes in {len(files)} files")
        self.assertFalse([file for file in files if os.lstat(file).st_mode & 0o6000])
        self.assertFalse([file for file in files if os.path.basename(file) in ("sh", "bash")])
        for name, service in self.compose.items():
            with self.subTest(name):
                self.assertTrue(service["read_only"])
                self.assertEqual(service["cap_drop"], ["ALL"])

    def test_serves_a_connection_on_a_disk_that_nobody_can_write(self):
        with self.assertRaisesRegex(OSError, "Read-only"):
            os.mkdir(os.path.join(self.image, "new"))
        with Service(echo) as target, self.started("bridge", "--address", "127.0.0.1", "--allow-private") as bridge:
            link = bridge.event("listening")["links"][0]
            self.assertEqual(bridge.user(), ["65532"] * 4)
            with self.started("client", link) as client:
                code, connection = socks5(("127.0.0.1", endpoint(client.event("listening")["at"])[1]), target.address)
                self.assertEqual(code, 0)
                with connection:
                    connection.sendall(b"from inside")
                    self.assertEqual(receive(connection, 11), b"from inside")
                self.assertEqual(client.stop(), 0)
            self.assertEqual(bridge.stop(), 0)

    def test_is_a_web_site_to_strangers(self):
        with self.started("signal", "--domain", "proxy.example.org", "--self-signed") as signal:
            signal.event("listening")
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(connect(("127.0.0.1", 443)), server_hostname="proxy.example.org") as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: proxy.example.org\r\nConnection: close\r\n\r\n")
                self.assertIn(b"200 OK", receive_all(connection))
            self.assertEqual(signal.stop(), 0)


if __name__ == "__main__":
    main_apart()
