#!/usr/bin/env python3
"""The lab under load: many flows at once and one after the other, and what is left of them in memory."""

import contextlib
import os
import re
import subprocess
import sys
import unittest

from harness import ROOT, ROZANEH, SANITIZED, family, main_isolated

LOAD = [sys.executable, os.path.join(ROOT, "tests", "e2e", "lab_load.py")]
CENSOR = "iran-2012-02"  # reads the start of every connection, and finds nothing in these
FLOWS = 20_000 if SANITIZED else 100_000
MOST_GROWTH = 4096  # kilobytes


def lab(*words, **options):
    return subprocess.Popen([ROZANEH, "lab", "run", CENSOR, "--", *LOAD, *words], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True, **options)


def answer(*words):
    with lab(*words) as running:
        told = running.communicate(timeout=300)[0]
    return int(told) if running.returncode == 0 else f"exit code {running.returncode}"


def resident(ancestor):
    """Kilobytes of a process and all its descendants that are ours."""
    total = 0
    for each in family(ancestor):
        with contextlib.suppress(OSError), open(each.place("status"), encoding="utf-8") as file:
            status = file.read()
            size = re.search(r"RssAnon:\s+(\d+)", status)
            if size and status.startswith("Name:\trozaneh\n"):
                total += int(size[1])
    return total


class Flows(unittest.TestCase):
    def test_that_no_rule_concerns_pass_as_they_are_a_thousand_at_once(self):
        self.assertEqual(answer("crowd", "1000"), 1000)

    def test_in_fragments_pass_as_they_are(self):
        self.assertEqual(answer("datagrams"), 14)

    def test_leave_nothing_behind(self):
        with lab("stream") as running:

            def send(count):
                running.stdin.write(f"{count}\n")
                running.stdin.flush()
                self.assertEqual(running.stdout.readline().strip(), str(count))
                return resident(running.pid)

            send(FLOWS // 10)
            before = send(FLOWS // 10)
            after = send(FLOWS)
            running.stdin.close()
        print(f"{FLOWS} flows: from {before} kB to {after} kB", end=" ... ")
        self.assertGreater(before, 1000, "nobody was measured")
        if not SANITIZED:
            self.assertLess(after - before, MOST_GROWTH)


if __name__ == "__main__":
    main_isolated()
