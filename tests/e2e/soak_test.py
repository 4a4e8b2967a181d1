"""A session under everything at once, for as long as is asked for: script/soak.

    200 streams -- SOCKS5 -- client == session over obfs4 == [ cutter ] == bridge -- echo      in a network of its own

Connections are cut one by one and all together at random, the client's network changes, and the bridge's program is
replaced in place. Every stream must come to its end with every byte that it was to bring, both ways, and client and
bridge must not grow: neither in the life of one process, nor from one to its successor.

Environment: SOAK_MINUTES (3), SOAK_SEED (drawn).
"""

import contextlib
import os
import random
import re
import statistics
import threading
import time
import unittest

from cutter import Cutter
from harness import PATIENCE, SANITIZED, Client, Service, echo, enter_own_network, main, socks5, through, until
from restarted import Restarted
from tun import TUN, make_interface

STREAMS = 40 if SANITIZED else 200
MINUTES = float(os.environ.get("SOAK_MINUTES", "1" if SANITIZED else "3"))
SEED = int(os.environ.get("SOAK_SEED", random.randrange(1 << 32)))
CUT_EVERY = (0.5, 3)  # seconds
CHANGE_EVERY = (8, 16)
RESTART_EVERY = (20, 20 + 6 * MINUTES)  # so that in a long run some processes live long
SETTLES = 8  # seconds in which a process takes what it will keep, and its predecessor ends
SILENT = 4 * PATIENCE  # seconds after which a stream counts as stuck
MOST_GROWTH = 4 << 10  # kilobytes, and a tenth of what there was


def memory(process):
    """Kilobytes that are its alone or its share of."""
    with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
        return int(re.search(r"Pss:\s+(\d+)", file.read()).group(1))


class Memory:
    """What one process after the other takes, second by second, and whether that stays flat."""

    def __init__(self, name):
        self.name = name
        self.lives = {}  # process: its samples and their times, in the order of the processes

    def look(self, process):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just made room for its successor
            self.lives.setdefault(process, []).append((time.monotonic(), memory(process)))

    def levels(self):
        """(at first, at last) of each process that lived long enough to tell."""
        found = []
        for samples in self.lives.values():
            begun, ended = samples[0][0], samples[-1][0]
            since = begun + max(SETTLES, (ended - begun) / 3)
            settled = [size for at, size in samples if at >= since]
            part = max(1, len(settled) // 4)
            if settled:
                found.append((statistics.median(settled[:part]), statistics.median(settled[-part:])))
        return found

    def assert_flat(self, test):
        levels = self.levels()
        test.assertTrue(levels, f"{self.name}: no process lived long enough")
        first, last, most = levels[0][0], levels[-1][1], max(size for each in self.lives.values() for _, size in each)
        print(f"{self.name}: {first:.0f} kB after the start, {last:.0f} kB at the end, {most} kB at most, {len(levels)} processes")
        if SANITIZED:  # sanitizers have a memory of their own
            return
        for begun, ended in levels:
            test.assertLess(ended, 1.1 * begun + MOST_GROWTH, f"{self.name}: one process grows")
            test.assertLess(ended, 1.1 * first + MOST_GROWTH, f"{self.name}: a successor is larger")


class Load:
    """Streams that come one after the other, STREAMS at a time, and what they have seen."""

    def __init__(self, client, target):
        self.client, self.target = client, target
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.streams = self.bytes = 0
        self.pause = 0.0  # the longest without a byte, of a stream that waited for one
        self.failures = []
        self.threads = [threading.Thread(target=self.work, args=(i,), daemon=True) for i in range(STREAMS)]

    def work(self, number):
        draw = random.Random(f"{SEED} {number}")
        while not self.over.is_set() and not self.failures:
            try:
                # Calls and logins, pages, and now and then a download.
                kind = draw.random()
                if kind < 0.3:
                    sent = self.converse(draw, draw.randint(5, 40))
                else:
                    sent = self.transfer(draw, draw.randint(1, 200_000) if kind < 0.95 else draw.randint(1 << 20, 4 << 20))
            except Exception as failure:  # pylint: disable=broad-except
                with self.lock:
                    self.failures.append(f"stream of worker {number}: {failure!r}")
                return
            with self.lock:
                self.streams += 1
                self.bytes += 2 * sent
            self.over.wait(draw.uniform(0, 1.5))

    def connect(self):
        code, connection = socks5(self.client.address, self.target, limit=SILENT)
        if code != 0:
            raise AssertionError(f"SOCKS answered {code}")
        return connection

    def receive(self, connection, size):
        begun = time.monotonic()
        part = connection.recv(size)
        with self.lock:
            self.pause = max(self.pause, time.monotonic() - begun)
        return part

    def converse(self, draw, turns):
        """Says a little, and waits for the answer."""
        total = 0
        with self.connect() as connection:
            for _ in range(turns):
                word = draw.randbytes(draw.randint(1, 600))
                connection.sendall(word)
                back = b""
                while len(back) < len(word):
                    part = self.receive(connection, len(word) - len(back))
                    if not part:
                        raise AssertionError("it ended early")
                    back += part
                if back != word:
                    raise AssertionError("other bytes came back")
                total += len(word)
                if self.over.wait(draw.uniform(0, 0.2)):
                    break
        return total

    def transfer(self, draw, size):
        """Sends all of it and ends; the same must come back, and the end."""
        data = draw.randbytes(size)
        with self.connect() as connection:

            def send():
                with contextlib.suppress(OSError):  # the reader tells
                    connection.sendall(data)
                    connection.shutdown(1)

            sender = threading.Thread(target=send, daemon=True)
            sender.start()
            came = 0
            while part := self.receive(connection, 1 << 17):
                if data[came : came + len(part)] != part:
                    raise AssertionError(f"other bytes came back, from {came}")
                came += len(part)
            if came != size:
                raise AssertionError(f"{came} bytes of {size} came back")
            sender.join()
        return size


class Trouble(threading.Thread):
    """Somebody on the path, and a user who travels."""

    def __init__(self, wire, over):
        super().__init__(daemon=True)
        self.wire, self.over = wire, over
        self.cuts = self.changes = 0
        self.draw = random.Random(f"{SEED} trouble")

    def run(self):
        other, change = None, time.monotonic() + self.draw.uniform(*CHANGE_EVERY)
        while not self.over.wait(self.draw.uniform(*CUT_EVERY)):
            self.cut()
            if time.monotonic() > change:
                if other is None:
                    other = make_interface("other0", "198.51.100.2/24", "default")
                else:
                    os.close(other)  # and gone again
                    other = None
                self.changes += 1
                change = time.monotonic() + self.draw.uniform(*CHANGE_EVERY)
        if other is not None:
            os.close(other)

    def cut(self):
        alive = list(self.wire.alive)
        if self.draw.random() < 0.3:
            self.wire.cut_all()
            self.cuts += len(alive)
        elif alive:
            self.wire.cut(self.draw.choice(alive))
            self.cuts += 1


class Upgrades(threading.Thread):
    """An administrator who replaces the bridge's program now and then."""

    def __init__(self, bridge, load):
        super().__init__(daemon=True)
        self.bridge, self.load = bridge, load
        self.draw = random.Random(f"{SEED} upgrades")
        self.restarts = 0

    def run(self):
        while not self.load.over.wait(self.draw.uniform(*RESTART_EVERY)):
            try:
                self.restart()
            except Exception as failure:  # pylint: disable=broad-except
                self.load.failures.append(f"restart {self.restarts}: {failure!r}")
                return
            self.restarts += 1

    def restart(self):
        gave = self.bridge.restart()
        took = self.bridge.next("resumed", self.restarts)
        handed = [gave["sessions"], gave["streams"], gave["left_out"]]
        if handed != [took["sessions"], took["streams"], took["lost"]] or gave["left_out"] > 0:
            raise AssertionError(f"{gave} became {took}")


@unittest.skipUnless(os.path.exists(TUN) and enter_own_network(), "no network of our own here")
class Soak(unittest.TestCase):
    def watch(self, load, client, bridge):
        """Looks at the memory of both, second by second, until the time is over or something failed."""
        memories, end = (Memory("client"), Memory("bridge")), time.monotonic() + 60 * MINUTES
        while time.monotonic() < end and not load.failures:
            time.sleep(1)
            for each, process in zip(memories, (client.pid, bridge.now)):
                each.look(process)
        return memories

    def test_loses_no_byte_and_does_not_grow(self):
        with Service(echo) as target, Restarted() as bridge, Cutter(bridge.address) as wire, Client(
            through(bridge.link, wire.address[1])
        ) as client:
            load = Load(client, target.address)
            trouble, upgrades = Trouble(wire, load.over), Upgrades(bridge, load)
            threads = (*load.threads, trouble, upgrades)
            for each in threads:
                each.start()
            begun = time.monotonic()
            memories = self.watch(load, client, bridge)
            load.over.set()
            for each in threads:
                each.join(2 * SILENT)
            took = time.monotonic() - begun
            self.assertEqual(load.failures, [])
            self.assertFalse(any(each.is_alive() for each in threads), "a stream is stuck")
            print(f"seed {SEED}: {took:.0f} s, {STREAMS} streams at a time, {load.streams} in all, {load.bytes / 1e6:.0f} MB both ways")
            print(f"{wire.accepted} connections, {trouble.cuts} cut, {trouble.changes} changes of the network, {upgrades.restarts} restarts; ", end="")
            print(f"the longest wait for a byte {load.pause:.2f} s")
            self.assertGreater(trouble.cuts, 10 * MINUTES)
            self.assertGreater(trouble.changes, 2 * MINUTES)
            self.assertGreater(upgrades.restarts, 0)
            for each in memories:
                each.assert_flat(self)
            self.assertTrue(until(lambda: len(os.listdir(f"/proc/{bridge.now}/fd")) < 64), "connections stay")


if __name__ == "__main__":
    main()
