"""`rozaneh setup`: by three questions on a real terminal, or by flags, into a tree that stands for a machine."""

import json
import os
import pty
import select
import stat
import subprocess
import tempfile
import time
import tomllib
import unittest

from harness import PATIENCE, ROOT, ROZANEH, Rozaneh, main, rozaneh


class Terminal:
    """The program on a terminal of its own."""

    def __init__(self, *words):
        self.seen = ""
        outer, inner = pty.openpty()
        self.run = subprocess.Popen([ROZANEH, *words], stdin=inner, stdout=inner, stderr=inner, start_new_session=True)
        os.close(inner)
        self.end = outer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.run.poll() is None:
            self.run.kill()
        self.run.wait()
        os.close(self.end)

    def read_until(self, words):
        """All that it shows up to these words, which it does not have shown before; None: to its end."""
        begin, limit = len(self.seen), time.monotonic() + PATIENCE
        while words is None or words not in self.seen[begin:]:
            if not select.select([self.end], [], [], max(limit - time.monotonic(), 0))[0]:
                raise AssertionError(f"it never showed {words!r}, but: {self.seen}")
            try:
                part = os.read(self.end, 65536)
            except OSError:  # how a terminal says that nobody has it open any more
                part = b""
            if not part:
                if words is None:
                    break
                raise AssertionError(f"it ended without {words!r}: {self.seen}")
            self.seen += part.decode(errors="replace")
        return self.seen[begin:]

    def answer(self, question, words):
        self.read_until(question)
        os.write(self.end, words.encode() + b"\n")

    def ended(self):
        self.read_until(None)
        return self.run.wait(PATIENCE)


class Setup(unittest.TestCase):
    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
        self.addCleanup(box.cleanup)
        self.root = box.name

    def path(self, name):
        return os.path.join(self.root, name)

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def set_up(self, *words):
        """Exit code, and its events."""
        code, said = rozaneh("setup", "--root", self.root, "--json", *words, stdin=subprocess.DEVNULL)
        return code, [json.loads(line) for line in said.splitlines() if line.startswith("{")], said

    def test_asks_three_questions_at_most(self):
        with Terminal("setup", "--root", self.root) as terminal:
            terminal.answer("1, 2, 3 or 4:", "4")
            terminal.answer("domain", "proxy.example.org")
            terminal.answer("e-mail", "me@example.org")
            terminal.ended()
            self.assertIn("https://signal.tube/#proxy.example.org", terminal.seen)
            self.assertIn("█", terminal.seen, "a QR code")
        settings = tomllib.loads(self.text("etc/rozaneh/signal.toml"))
        self.assertEqual(settings, {"domain": "proxy.example.org", "acme-contact": "me@example.org"})
        self.assertEqual(tomllib.loads(self.text("etc/rozaneh/bridge.toml")), {"egress": "open"})
        self.assertIn("\nContactInfo me@example.org\n", self.text("etc/torrc.d/rozaneh.conf"))

    def test_asks_no_more_than_it_needs(self):
        with Terminal("setup", "--root", self.root) as terminal:
            terminal.answer("1, 2, 3 or 4:", "1")
            terminal.ended()
        with Terminal("setup", "--root", self.root, "--offer", "signal") as terminal:
            terminal.answer("domain", "proxy.example.org")
            terminal.ended()
        with Terminal("setup", "--root", self.root) as terminal:
            terminal.answer("1, 2, 3 or 4:", "5")
            self.assertEqual(terminal.ended(), 2)

    def test_needs_flags_where_nobody_can_be_asked(self):
        for words in ([], ["--offer", "signal"], ["--offer", "all", "--domain", "localhost"], ["--offer", "nothing"]):
            self.assertEqual(self.set_up(*words)[0], 2, words)
        self.assertEqual(self.set_up("--offer", "tor", "--email", "nobody")[0], 2)
        self.assertEqual(os.listdir(self.root), [])

    def test_writes_the_files_of_the_package_with_what_was_answered(self):
        code, events, said = self.set_up("--offer", "friends")
        self.assertEqual(code, 0, said)
        with open(os.path.join(ROOT, "packaging/config/bridge.toml"), encoding="utf-8") as file:
            self.assertEqual(self.text("etc/rozaneh/bridge.toml"), file.read())
        self.assertEqual(stat.S_IMODE(os.stat(self.path("etc/rozaneh/bridge.toml")).st_mode), 0o640)
        self.assertEqual(os.listdir(self.path("etc/rozaneh")), ["bridge.toml"])
        started = [event for event in events if event["event"] == "enabled"]
        self.assertEqual([(each["unit"], each["done"]) for each in started], [("rozaneh-bridge", False)])
        self.assertEqual(events[-1]["event"], "examined")

    def test_shows_the_link_of_a_bridge_that_has_run(self):
        self.assertEqual(self.set_up("--offer", "friends")[0], 0)
        state = self.path("var/lib/rozaneh/bridge")
        with Rozaneh(
            "bridge", "--config", self.path("etc/rozaneh/bridge.toml"), "--listen", "obfs4=127.0.0.1:0", state=state
        ) as bridge:
            links = bridge.event("listening")["links"]
            self.assertEqual(bridge.stop(), 0)
        _, events, said = self.set_up("--offer", "friends")
        self.assertEqual([event["links"] for event in events if event["event"] == "share"], [links], said)

    def test_leaves_alone_what_somebody_has_changed(self):
        self.assertEqual(self.set_up("--offer", "friends")[0], 0)
        with open(self.path("etc/rozaneh/bridge.toml"), "a", encoding="utf-8") as file:
            file.write('name = "mine"\n')
        before = self.text("etc/rozaneh/bridge.toml")
        code, _, said = self.set_up("--offer", "all", "--domain", "proxy.example.org")
        self.assertEqual(code, 1)
        self.assertIn("--force", said)
        self.assertEqual(self.text("etc/rozaneh/bridge.toml"), before)
        self.assertEqual(os.listdir(self.path("etc/rozaneh")), ["bridge.toml"], "all or nothing")
        self.assertEqual(self.set_up("--offer", "friends", "--force")[0], 0)
        self.assertNotIn("mine", self.text("etc/rozaneh/bridge.toml"))

    def test_only_says_what_it_would_do(self):
        code, events, _ = self.set_up("--offer", "all", "--domain", "proxy.example.org", "--dry-run")
        self.assertEqual(code, 0)
        self.assertEqual(os.listdir(self.root), [])
        self.assertEqual([event["done"] for event in events if event["event"] == "written"], [False] * 3)
        commands = [event["command"] for event in events if event["event"] == "enabled"]
        self.assertIn("systemctl enable --now rozaneh-signal", commands)

    @unittest.skipUnless(os.path.exists("/usr/sbin/tor"), "tor is not here")
    def test_gives_tor_what_it_takes(self):
        self.assertEqual(self.set_up("--offer", "tor", "--email", "me@example.org")[0], 0)
        words = ["-f", self.path("etc/torrc.d/rozaneh.conf"), "--defaults-torrc", "/dev/null"]
        done = subprocess.run(
            ["/usr/sbin/tor", "--verify-config", *words, "--DataDirectory", self.path("tor")], capture_output=True
        )
        self.assertEqual(done.returncode, 0, done.stdout.decode())


if __name__ == "__main__":
    main()
