#!/usr/bin/env python3
"""The censor lab: commands behind censors, what is wrong with them, and that nothing is left of it.

What gets through which censor: matrix_test.py.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

from harness import PATIENCE, ROZANEH, SKIPPED, main, until


def lab(*words, censor, command, patience=60, **options):
    return subprocess.run([ROZANEH, "lab", "run", *words, censor, "--", *command],
                          capture_output=True, text=True, timeout=patience, check=False, **options)


def processes():
    """Of this machine: (number, moment of its start), whose child it is, what it runs, its network namespace."""
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            yield (int(entry), fields[19]), int(fields[1]), words, os.readlink(f"/proc/{entry}/ns/net")
        except OSError:
            pass  # it has ended meanwhile


def family(ancestor):
    """The process and all below it."""
    known = list(processes())
    found = {ancestor}
    while True:
        more = {one[0] for one, parent, _, _ in known if parent in found} | found
        if more == found:
            return {one: world for one, _, _, world in known if one[0] in found}
        found = more


class Censors(unittest.TestCase):
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
        """A namespace that no process is in, and that is mounted nowhere, is gone."""
        mark = str(100000 + os.getpid()).encode()
        interfaces, mounts = os.listdir("/sys/class/net"), self.mounted_networks()
        for number in (signal.SIGKILL, signal.SIGTERM):
            with subprocess.Popen([ROZANEH, "lab", "run", "iran-2012-02", "--bridge", "obfs4", "--", "sleep", mark],
                                  stdout=subprocess.DEVNULL) as running:
                self.assertTrue(until(lambda: any(words[:2] == [b"sleep", mark] for _, _, words, _ in processes())))
                ours = family(running.pid)
                self.assertGreater(len(set(ours.values())), 2, "both sides have a network of their own")
                running.send_signal(number)
                running.wait(PATIENCE)
            self.assertTrue(until(lambda of=ours: not of.keys() & {one for one, _, _, _ in processes()}))
        self.assertEqual((os.listdir("/sys/class/net"), self.mounted_networks()), (interfaces, mounts))

    @staticmethod
    def mounted_networks():
        with open("/proc/self/mountinfo", encoding="utf-8") as file:
            return [line for line in file if "net:[" in line]

    def test_lists_its_censors_with_their_sources(self):
        listed = subprocess.run([ROZANEH, "lab", "list", "--json"], capture_output=True, text=True, check=True)
        censors = [json.loads(line) for line in listed.stdout.splitlines()]
        self.assertIn("iran-2012-02", {each["id"] for each in censors})
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
