#!/usr/bin/env python3
"""The censor lab: what gets through which censor, with real programs, and that nothing is left of it."""

import concurrent.futures
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

from harness import PATIENCE, ROOT, ROZANEH, SANITIZED, SKIPPED, main, until

SUBJECTS = os.path.join(ROOT, "tests", "e2e", "lab_subjects.py")
TRANSPORTS = ["obfs2", "obfs3", "obfs4", "scramblesuit"]

# Subjects that do not get through; all others of the row do. Each is a stated fact: the rule in the censor's file
# that does it.
ALWAYS = ["http", "https-1.2", "https-1.3", "https-1.3-v6", "http-listed", *TRANSPORTS]
TLS = ["https-1.2", "https-1.3", "https-1.3-v6"]
BLOCKED = {
    # censor: (scale, more subjects, blocked)
    "iran-2012-02-tls": (1, ["http-keyword", "https-address"], [*TLS, "https-address"]),
    "iran-2012-02-address": (1, ["https-address"], ["https-address"]),
    "iran-2012-02-keyword": (1, ["http-keyword"], ["http-keyword"]),
    "iran-2012-02": (1, ["http-keyword", "https-address"], [*TLS, "http-keyword", "https-address"]),
    "kazakhstan-2012-02": (1, [], ["https-1.2"]),
    "iran-2013-06-14": (1, [], [*TLS, *TRANSPORTS]),
    "china-2021-fully-encrypted-always": (15, ["random"], ["random", *TRANSPORTS]),
    "iran-2020-whitelister": (10, [], TRANSPORTS),
    "iran-2021-signal": (1, ["https-signal", "https-listed"], ["https-signal"]),
    "russia-2025-16kb": (1, [], TLS),
    "iran-2025-server-hello": (1, [], TLS),
    "china-sni": (15, ["https-listed"], ["https-listed"]),
    "iran-2011-09": (1, [], []),
    "iran-2026-allow-list": (10, [], []),
    "kazakhstan-2021": (1, ["https-listed"], ["https-listed"]),
    "russia-sni-1": (1, ["https-listed"], ["https-listed"]),
    "russia-sni-2": (1, ["https-listed"], ["https-listed"]),
    "russia-sni-3": (1, ["https-listed"], ["https-listed"]),
    "russia-sni-4": (1, ["https-listed"], ["https-listed"]),
    "turkmenistan": (5, ["https-listed", "dns-listed"], ["https-listed", "http-listed", "dns-listed"]),
}


def lab(*words, censor, command, patience=60, **options):
    environment = {**os.environ, "ROZANEH": ROZANEH, "PYTHONDONTWRITEBYTECODE": "1", **options.pop("environment", {})}
    return subprocess.run([ROZANEH, "lab", "run", *words, censor, "--", *command], env=environment,
                          capture_output=True, text=True, timeout=patience, check=False, **options)


def tried(censor, subjects, *words, **environment):
    """Which of the subjects got through."""
    bridges = [word for each in subjects if each in TRANSPORTS for word in ("--bridge", each)]
    done = lab(*words, *bridges, censor=censor, command=[sys.executable, SUBJECTS, *subjects],
               environment=environment)
    if done.returncode != 0:
        raise AssertionError(f"{censor}: exit code {done.returncode}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def worlds():
    """The network namespaces that processes of this machine are in."""
    found = set()
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                found.add(os.readlink(f"/proc/{entry}/ns/net"))
            except OSError:
                pass
    return found


class Censors(unittest.TestCase):
    def test_block_what_their_files_say_and_nothing_else(self):
        def row(censor):
            scale, more, _ = BLOCKED[censor]
            return tried(censor, [*ALWAYS, *more], "--scale", str(scale), LAB_PATIENCE="12" if SANITIZED else "5")

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for censor, got in zip(BLOCKED, pool.map(row, BLOCKED)):
                with self.subTest(censor):
                    _, more, blocked = BLOCKED[censor]
                    expected = {name: name not in blocked for name in [*ALWAYS, *more]}
                    # 100 kB/s are shared by all that got through.
                    if censor == "iran-2013-06-14":
                        del expected["http"], expected["http-listed"], got["http"], got["http-listed"]
                    self.assertEqual(got, expected)

    def test_cut_a_connection_that_grows_old(self):
        """60 seconds are 3 here. All are slowed down to 250 kB/s, so 1.5 MB last longer than that."""
        got = tried("iran-2013-05", ["https-long", "http", "obfs4"], "--scale", "20", "--bridge", "obfs4",
                    LAB_PATIENCE="15")
        self.assertEqual(got, {"https-long": False, "http": True, "obfs4": True})

    def test_punish_all_that_a_client_has_with_an_address(self):
        """So the listed names above are tried without the one that is not."""
        got = tried("iran-2026-allow-list", ["https-listed"], "--scale", "10")
        self.assertEqual(got, {"https-listed": False})

    def test_count_connections(self):
        self.assertEqual(tried("russia-2025-connections", ["https-many"], "--scale", "10", LAB_PATIENCE="8"),
                         {"https-many": False})
        self.assertEqual(tried("russia-2025-connections", ["https-1.3"], "--scale", "10"), {"https-1.3": True})

    def test_draw_the_same_for_the_same_seed(self):
        probe = (
            "import os, socket, sys\n"
            "out = ''\n"
            "for number in range(10, 45, 34):\n"
            "  for port in (80, 443, 1443, 2443):\n"
            "    with socket.create_connection((f'198.51.100.{number}', port), 1) as s:\n"
            "      s.sendall(b'\\xc3\\x1e\\x8b\\xf0' * 60)\n"
            "      try:\n"
            "        out += 'p' if s.recv(1) is not None else '?'\n"
            "      except ConnectionResetError: out += 'p'\n"
            "      except TimeoutError: out += 'b'\n"
            "print(out)\n")

        def verdicts(seed):
            return lab("--seed", str(seed), censor="china-2021-fully-encrypted",
                       command=[sys.executable, "-c", probe]).stdout.strip()

        seen = [verdicts(seed) for seed in (1, 1, 2, 3)]
        self.assertRegex(seen[0], "^[pb]{8}$")
        self.assertEqual(seen[0], seen[1])
        self.assertGreater(len(set(seen)), 1, "chance must depend on the seed")


class TheLab(unittest.TestCase):
    def test_answers_with_the_commands_exit_code(self):
        for code in (0, 1, 7, 125):
            self.assertEqual(lab(censor="iran-2012-02", command=["sh", "-c", f"exit {code}"]).returncode, code)
        self.assertEqual(lab(censor="iran-2012-02", command=["sh", "-c", "kill -9 $$"]).returncode, 128 + 9)
        missing = lab(censor="iran-2012-02", command=["no-such-program"])
        self.assertEqual(missing.returncode, 127)
        self.assertIn("no-such-program", missing.stderr)

    def test_names_what_is_wrong(self):
        unknown = lab(censor="atlantis-2030", command=["true"])
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("iran-2012-02", unknown.stderr)
        fast = lab("--scale", "1000", censor="iran-2013-05", command=["true"])
        self.assertEqual(fast.returncode, 2)
        self.assertIn("20", fast.stderr)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "own.toml")
            with open(path, "w", encoding="utf-8") as file:
                file.write('title = "x"\ncontrol = {}\n[[rule]]\nname = "y"\ndorps = "both"\n')
            wrong = lab(censor=path, command=["true"])
            self.assertEqual(wrong.returncode, 2)
            self.assertIn(f"{path}:5: unknown key 'dorps'", wrong.stderr)
            self.assertIn("drops", wrong.stderr)

    def test_needs_no_root(self):
        if os.geteuid() != 0:
            return  # then every other test has shown it
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ROZANEH, "lab", "run", "iran-2012-02",
                   "--", "curl", "-s", "--max-time", "5", "http://example.org/"]
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(command, cwd=folder if os.access(folder, os.X_OK) else "/", capture_output=True,
                                  text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("far side", done.stdout)

    def test_leaves_nothing_behind_when_it_is_killed(self):
        before = worlds()
        mark = str(100000 + os.getpid())
        for number in (signal.SIGKILL, signal.SIGTERM):
            with subprocess.Popen([ROZANEH, "lab", "run", "iran-2012-02", "--bridge", "obfs4", "--", "sleep", mark],
                                  stdout=subprocess.DEVNULL) as running:
                self.assertTrue(until(lambda: self.processes(mark)))
                running.send_signal(number)
                running.wait(PATIENCE)
            self.assertTrue(until(lambda: not self.processes(mark) and worlds() <= before), worlds() - before)

    @staticmethod
    def processes(mark):
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if words[:2] == [b"sleep", mark.encode()]:
                found.append(entry)
        return found

    def test_lists_its_censors_with_their_sources(self):
        listed = subprocess.run([ROZANEH, "lab", "list", "--json"], capture_output=True, text=True, check=True)
        censors = [json.loads(line) for line in listed.stdout.splitlines()]
        self.assertGreaterEqual({each["id"] for each in censors}, set(BLOCKED))
        for each in censors:
            with self.subTest(each["id"]):
                self.assertRegex(each["from"], r"^20\d\d")
                self.assertTrue(each["sources"] and all(source["text"] for source in each["sources"]))
                shown = subprocess.run([ROZANEH, "lab", "show", each["id"]], capture_output=True, text=True, check=True)
                self.assertIn(each["title"], shown.stdout)


if __name__ == "__main__":
    if subprocess.run(["unshare", "-rnm", "true"], capture_output=True, check=False).returncode != 0:
        print("this machine gives no user namespaces")
        sys.exit(SKIPPED)
    main()
