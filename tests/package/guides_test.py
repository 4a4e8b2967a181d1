"""The commands of the short guides, taken out of their Markdown and run: in a tree that stands for a server's root.

A line of a ```sh block is a command. Each is run, by RUN, or passed over with the reason in SKIPPED; one that is in
neither fails the test, so that a guide cannot say what nobody has tried.
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

from harness import PATIENCE, ROZANEH, Rozaneh, main  # noqa: E402

GUIDES = ("bridge-for-friends", "bridge-in-five-minutes", "signal-in-five-minutes")

SKIPPED = {
    r"apt install": "installs into this machine; package.debian looks into the package",
    r"journalctl|systemctl": "needs systemd as this machine's first process",
    r"apparmor_parser": "needs AppArmor in the kernel",
    r"cat /var/lib/tor": "is made by a Tor that runs; tests/interop/tor has one",
    r"signal check": "needs a proxy that the world reaches; e2e.signal runs it with one here",
}

# Each with the exit codes that are right in the tree: a doctor may find warnings on the machine that tests run on,
# and ports of others.
RUN = {
    r"rozaneh setup": (0, 1),
    r"rozaneh doctor": (0, 1, 2),
    r"rozaneh config check": (0,),
    r"rozaneh client": (0,),
    r"tee -a": (0,),
}


def commands(guide):
    with open(os.path.join(ROOT, "docs", "guides", f"{guide}.md"), encoding="utf-8") as file:
        blocks = re.findall(r"^```sh\n(.*?)^```", file.read(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


class Guides(unittest.TestCase):
    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
        self.addCleanup(box.cleanup)
        self.tree = box.name
        for folder in ("etc/tor", "etc/apparmor.d/local"):
            os.makedirs(os.path.join(self.tree, folder))

    def in_tree(self, command, link):
        """The same without root, and with what it names below the tree."""
        command = command.replace("/usr/share/doc/rozaneh/examples/apparmor", os.path.join(ROOT, "packaging/apparmor"))
        command = re.sub(r"(?<=[ '])/(?=etc/|var/)", f"{self.tree}/", command.replace("sudo ", ""))
        command = command.replace("rozaneh setup", f"rozaneh setup --root {self.tree}").replace("LINK", link)
        command = re.sub(r"^rozaneh client", "rozaneh client --check --no-state", command)
        return re.sub(r"\brozaneh (?=[a-z]+ )", f"{ROZANEH} ", command, count=1)

    def run_all(self, guide, link=""):
        """Each command's words, with what it said."""
        said = {}
        for command in commands(guide):
            if any(re.search(pattern, command) for pattern in SKIPPED):
                continue
            codes = next((codes for pattern, codes in RUN.items() if re.search(pattern, command)), None)
            self.assertIsNotNone(codes, f"{guide}.md has a command that nothing is known of: {command}")
            done = subprocess.run(
                ["bash", "-o", "pipefail", "-c", self.in_tree(command, link)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=2 * PATIENCE,
            )
            said[command] = done.stdout.decode(errors="replace")
            self.assertIn(done.returncode, codes, f"{command}: {said[command]}")
        return said

    def test_have_commands(self):
        for guide in GUIDES:
            self.assertGreater(len(commands(guide)), 3, guide)

    def test_bridge_for_friends(self):
        options = ("--forward", "127.0.0.1:1", "--listen", "obfs4=127.0.0.1:0")
        with Rozaneh("bridge", *options) as bridge:
            said = self.run_all("bridge-for-friends", bridge.event("listening")["links"][0])
        self.assertIn("is good for `rozaneh bridge`", "".join(said.values()))
        self.assertIn("Connected", "".join(said.values()))

    def test_signal_in_five_minutes(self):
        said = self.run_all("signal-in-five-minutes")
        self.assertIn("https://signal.tube/#proxy.example.org", "".join(said.values()))

    def test_bridge_in_five_minutes(self):
        self.run_all("bridge-in-five-minutes")
        torrc = os.path.join(self.tree, "etc/tor/torrc")
        words = ["--verify-config", "-f", torrc, "--defaults-torrc", "/dev/null", "--DataDirectory", f"{self.tree}/data"]
        done = subprocess.run(["tor", *words], capture_output=True, timeout=2 * PATIENCE)
        self.assertEqual(done.returncode, 0, done.stdout.decode())
        self.assertTrue(os.path.getsize(os.path.join(self.tree, "etc/apparmor.d/local/system_tor")))


if __name__ == "__main__":
    main()
