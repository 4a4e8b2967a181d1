#!/usr/bin/env python3
"""The censor lab: commands behind censors, what is wrong with them, and that nothing is left of it.

What gets through which censor: matrix_test.py.
"""

import contextlib
import ctypes
import errno
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

from harness import PATIENCE, ROZANEH, family, main_isolated, processes, until


def lab(*words, censor, command, patience=60, **options):
    return subprocess.run([ROZANEH, "lab", "run", *words, censor, "--", *command],
                          capture_output=True, text=True, timeout=patience, check=False, **options)


def without_packet_sockets():
    """From here on this process gets no socket of AF_PACKET, as on a kernel without them: a filter of seccomp(2)."""
    number, family, packet, refused = 41, 16, 17, 0x00050000 | errno.EAFNOSUPPORT  # of x86-64
    steps = [(0x20, 0, 0, 0), (0x15, 0, 3, number), (0x20, 0, 0, family), (0x15, 0, 1, packet), (0x06, 0, 0, refused),
             (0x06, 0, 0, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)  # no new privileges, which the filter asks for
    if libc.prctl(22, 2, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no filter")


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

    def test_says_what_the_system_does_not_give(self):
        forbid = "echo 0 > /proc/sys/user/max_user_namespaces; exec "
        without = subprocess.run(["unshare", "-Ur", "sh", "-c", f"{forbid}{ROZANEH} lab run iran-2012-02 -- true"],
                                 capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(without.returncode, 125)
        self.assertRegex(without.stderr, "^rozaneh: .*namespaces.*sysctl -w user.max_user_namespaces.*\n$")
        if os.uname().machine == "x86_64":
            without = lab(censor="iran-2012-02", command=["true"], preexec_fn=without_packet_sockets)
            self.assertEqual(without.returncode, 125)
            self.assertRegex(without.stderr, "^rozaneh: .*AF_PACKET.*modprobe af_packet.*\n$")

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
                self.assertTrue(until(lambda: any(each.words[:2] == [b"sleep", mark] for each in processes())))
                ours = family(running.pid)
                networks = set()
                for each in ours:
                    with contextlib.suppress(OSError):  # it has ended meanwhile
                        networks.add(os.readlink(each.place("ns/net")))
                self.assertGreater(len(networks), 2, "both sides have a network of their own")
                running.send_signal(number)
                running.wait(PATIENCE)
            self.assertTrue(until(lambda of=ours: not {each.life for each in of} & {each.life for each in processes()}))
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
    main_isolated()
