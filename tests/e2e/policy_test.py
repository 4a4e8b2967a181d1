"""How a session's connections are used: our client with a policy, and between it and the bridge somebody who counts,
slows down or freezes connections.

    application -- SOCKS5 -- client == session over obfs4 == [ wire ] == bridge --egress open -- service
"""

import contextlib
import os
import signal
import sys
import tempfile
import time
import unittest

from cutter import Cutter
from harness import Bridge, Client, Service, main, numbered, receive, socks5, through, until

MEGABIT = 125_000  # bytes a second
FREEZE = 24_000  # bytes to the client; obfs4's own hello takes up to 8,193 of them
PAGE = 1_000_000


def send_page(connection):
    size = int.from_bytes(receive(connection, 4), "big")
    connection.sendall(numbered(size))


def fetch(client, target, size):
    code, connection = socks5(client.address, target.address)
    if code != 0:
        raise AssertionError(f"SOCKS answered {code}")
    with connection:
        connection.sendall(size.to_bytes(4, "big"))
        return receive(connection, size) == numbered(size)


@contextlib.contextmanager
def pieces(policy, **path):
    with Service(send_page) as target, Bridge(tunnel=True) as bridge, Cutter(bridge.address, **path) as wire, Client(
        through(bridge.link, wire.address[1]), "--policy", policy
    ) as client:
        yield client, wire, target


class Policies(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
        self.addCleanup(self.folder.cleanup)

    def file(self, text, name="mine.toml"):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def speed(self, policy):
        """Megabits a second where each connection gets one, and how many there were at once at most."""
        with pieces(policy, rate=MEGABIT) as (client, wire, target):
            self.assertTrue(fetch(client, target, 50_000))  # connections are there, and their windows open
            begun = time.monotonic()
            self.assertTrue(fetch(client, target, PAGE))
            return PAGE * 8e-6 / (time.monotonic() - begun), wire.most_alive

    def test_parallel_adds_up_what_each_connection_is_allowed(self):
        for _ in range(3):  # the best, since the cutter has to be in time for each connection
            (one, _), (four, most) = self.speed("plain"), self.speed("parallel")
            print(f"each connection 1 Mbit/s: plain {one:.2f} Mbit/s, parallel {four:.2f}", file=sys.stderr)
            self.assertLessEqual(most, 6)
            if four > 3 * one:
                return
        self.fail(f"{four} Mbit/s with four, {one} with one")

    def test_small_gets_a_page_through_where_connections_freeze(self):
        with pieces("small", most=FREEZE, freezes=True) as (client, wire, target):
            begun = time.monotonic()
            self.assertTrue(fetch(client, target, PAGE))
            took = time.monotonic() - begun
            print(f"1 MB through {wire.accepted} connections of {FREEZE} bytes: {took:.1f} s", file=sys.stderr)
            self.assertGreater(wire.accepted, PAGE // FREEZE)

    def test_counted_never_has_two_connections(self):
        # At the start a way is looked for, and what was found is used.
        with pieces("counted") as (client, wire, target):
            for _ in range(5):
                self.assertTrue(fetch(client, target, 100_000))
                wire.cut_all()
            self.assertTrue(fetch(client, target, 100_000))
            self.assertGreater(wire.accepted, 2)
            self.assertEqual(wire.most_alive, 1)

    def test_aged_replaces_connections_while_streams_go_on(self):
        with pieces(self.file("age = 1\n"), rate=4 * MEGABIT) as (client, wire, target):
            self.assertTrue(fetch(client, target, 2 * PAGE))
            self.assertGreater(wire.accepted, 3)

    def test_another_file_counts_after_sighup(self):
        path = self.file("")
        with pieces(path) as (client, wire, target):
            self.assertTrue(fetch(client, target, 1000))
            self.assertEqual(len(wire.alive), 1)
            self.file("connections = 3\n")
            client.signal(signal.SIGHUP)
            client.event("reloaded")
            self.assertTrue(until(lambda: len(wire.alive) == 3), len(wire.alive))
            self.assertTrue(fetch(client, target, 1000))

    def test_a_file_that_is_wrong_leaves_the_old_one(self):
        path = self.file("")
        with pieces(path) as (client, _, target):
            self.file("conections = 3\n")
            client.signal(signal.SIGHUP)
            client.said(r"the old settings stay: .*mine.toml:1: unknown key 'conections'")
            self.assertTrue(fetch(client, target, 1000))

    def test_costs(self):
        """Printed for docs/guides/policies.md: what a page and a hundred small requests take on the wire."""
        for policy in ("plain", "parallel", "counted", "aged", "small", "padded"):
            with pieces(policy) as (client, wire, target):
                begun = time.monotonic()
                self.assertTrue(fetch(client, target, PAGE))
                page, page_took = wire.carried, time.monotonic() - begun
                for _ in range(100):
                    self.assertTrue(fetch(client, target, 500))
                rest = wire.carried - page
                print(f"{policy}: {wire.accepted} connections; a page of 1 MB {page / PAGE:.3f} MB in {page_took * 1000:.0f} ms, "
                      f"100 requests {rest / 1000:.0f} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
