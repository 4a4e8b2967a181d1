"""Tests that mount things: in namespaces of their own, which takes root."""

import ctypes
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from harness import SKIPPED, main

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000


def run(*command, **options):
    """Runs it to its end, which has to be a good one; answers what it said."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def main_apart():
    """As harness.main, with mounts and a loopback that nobody else sees."""
    if os.geteuid() != 0:
        print("skipped: only root can mount")
        sys.exit(SKIPPED)
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS | CLONE_NEWNET) != 0:
        print("skipped: no namespaces here:", os.strerror(ctypes.get_errno()))
        sys.exit(SKIPPED)
    run("mount", "--make-rprivate", "/")
    run("ip", "link", "set", "lo", "up")
    main()
