"""As many connections as one process may hold, with the default configuration; and thousands that are opened and left.

    crowd.py ×4 (addresses of their own) ── rozaneh signal ── crowd.py serve

A machine gives a process so many descriptors; a connection takes one, and a relayed one two.
"""

import contextlib
import os
import re
import resource
import socket
import struct
import subprocess
import sys
import unittest

from harness import PATIENCE, SANITIZED, connect, main, receive, until
from signal_proxy import CHAT, DOMAIN, Signal
from tls_in_tls import Pki, client_context, hello_for, outer

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "crowd.py")
ALLOWED = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
MOST = 1500 if SANITIZED else 39_000  # fewer than --max-connections
HOLDERS = 4
SPARE = 60  # descriptors for what is looked at meanwhile
# Seconds: who has sent nothing is waited for 60, and who is relayed may idle for 900.
OPENING = int(os.environ.get("OPENING", "40"))


def pss(pid):
    """Kilobytes of memory that are the process's own, or its share."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return int(re.search(r"^Pss:\s+(\d+)", file.read(), re.M).group(1))


class Script:
    def __init__(self, *words):
        self.run = subprocess.Popen([sys.executable, SCRIPT, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    text=True)

    def number(self):
        return int(self.run.stdout.readline())

    def asked(self):
        self.run.stdin.write("\n")
        self.run.stdin.flush()
        return self.number()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.run.stdin.close()
        self.run.wait()
        self.run.stdout.close()


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki = cls.enterClassContext(Pki())

    def setUp(self):
        server = self.enterContext(Script("serve"))
        self.proxy = self.enterContext(Signal(self.pki, "--upstream", f"{CHAT}=127.0.0.1:{server.number()}"))
        self.session = self.open()
        self.serves(self.open())

    def open(self):
        carrier = outer(self.proxy.address, self.pki.trust, DOMAIN)
        self.addCleanup(carrier.close)
        hello = hello_for(CHAT)
        carrier.sendall(hello)
        self.assertEqual(receive(carrier, len(hello)), hello)
        return carrier

    def serves(self, carrier):
        carrier.sendall(b"are you there?")
        self.assertEqual(receive(carrier, 14), b"are you there?")


class Crowds(Case):
    def room(self, each):
        """How many connections of so many descriptors each still fit."""
        return min((ALLOWED - self.proxy.descriptors() - SPARE) // each, MOST)

    @contextlib.contextmanager
    def held(self, kind, count):
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(Script("hold", self.proxy.address[1], count // HOLDERS, 1 + i, kind, OPENING))
                   for i in range(HOLDERS)]

    def holds(self, kind, descriptors, at_least):
        before, memory, counts = self.proxy.descriptors(), pss(self.proxy.pid), self.proxy.counted()
        room = self.room(descriptors)
        with self.held(kind, room) as holders:
            opened = sum(holder.number() for holder in holders)
            self.assertTrue(until(lambda: self.proxy.descriptors() >= before + descriptors * opened),
                            f"{self.proxy.descriptors()} descriptors for {opened}")
            self.assertEqual(sum(holder.asked() for holder in holders), opened, "some were closed")
            each = (pss(self.proxy.pid) - memory) / max(opened, 1)
            print(f"{opened} connections ({kind}) held, of {room} that fit into {ALLOWED} descriptors; {each:.1f} KiB each",
                  end=" ... ")
            self.assertGreaterEqual(opened, at_least(room))
            # Everybody else is served as before.
            self.serves(self.session)
            self.serves(self.open())
            now = self.proxy.counted()
            for kind in ("over_limit", "over_address_limit", "no_descriptors"):
                self.assertEqual(now[kind], counts[kind], kind)
            self.assertGreaterEqual(now["held"], opened)
        self.assertTrue(until(lambda: self.proxy.descriptors() <= before + 4, 2 * PATIENCE))
        self.serves(self.open())
        return each

    # Whether all fit into the time that the machine has is its business, for TLS; who is there must stay.

    def test_of_people_who_say_nothing_are_held(self):
        each = self.holds("tcp", 1, lambda room: HOLDERS * (room // HOLDERS))
        if not SANITIZED:
            self.assertLess(each, 8)

    def test_of_people_who_have_shaken_hands_are_held(self):
        self.holds("outer", 1, lambda room: room // 10)

    def test_of_idle_sessions_are_held(self):
        each = self.holds("relayed", 2, lambda room: room // 10)
        if not SANITIZED:
            self.assertLess(each, 12)

    def test_of_one_address_are_told_where_they_end(self):
        most, more = 1024, 60
        counts = self.proxy.counted()
        with contextlib.ExitStack() as stack:
            for _ in range(most + more):
                stack.enter_context(socket.create_connection(self.proxy.address, PATIENCE, source_address=("127.0.9.9", 0)))
            self.assertTrue(until(lambda: self.proxy.counted()["over_address_limit"] == more))
            self.proxy.said(f"connection closed: {most} are open of one address, which is the limit")
            self.assertEqual(sum("connection closed" in line for line in self.proxy.lines), 1)
            self.assertEqual(self.proxy.counted()["held"], counts["held"] + most)
            self.serves(self.session)
            self.serves(self.open())

    def test_that_the_system_has_no_descriptors_for_wait(self):
        """More than fit: who is served goes on being served, and the others come in when there is room."""
        room = (ALLOWED - self.proxy.descriptors()) + 40
        if room > MOST:
            self.skipTest("this machine has more descriptors than the limit on connections")
        with self.held("tcp", room) as holders:
            for holder in holders:
                holder.number()
            self.proxy.said("cannot accept now: .*out of file descriptors")
            self.serves(self.session)
            self.assertGreater(self.proxy.counted()["no_descriptors"], 0)
        self.serves(self.open())


class Abandoned(Case):
    """Opened and left at each point of the way, with an end or with a reset."""

    COUNT = 500 if SANITIZED else 5000
    AT_ONCE = 100
    MOST_GROWTH = 2048  # kilobytes, once the heap has what a busy moment needs

    def test_connections_leave_nothing(self):
        """In all 5,000 at a time, a quarter at each point; the second 5,000 must not cost what the first did."""
        self.go(self.COUNT // 5)
        before = self.proxy.descriptors()
        sizes = []
        for _ in range(3):
            sizes.append(pss(self.proxy.pid))
            self.go(self.COUNT)
            self.assertTrue(until(lambda: self.proxy.descriptors() <= before), f"{before} became {self.proxy.descriptors()}")
            self.serves(self.session)
            self.serves(self.open())
            before = self.proxy.descriptors()
        sizes.append(pss(self.proxy.pid))
        growth = [after - first for first, after in zip(sizes, sizes[1:])]
        print(f"{self.COUNT} abandoned each time: {growth} kB more", end=" ... ")
        if not SANITIZED:
            self.assertLess(growth[-1], self.MOST_GROWTH)

    def go(self, count):
        steps = (self.to_tcp, self.to_half_a_hello, self.to_the_handshake, self.to_half_an_inner_hello)
        before = self.proxy.descriptors()
        for first in range(0, count, self.AT_ONCE):
            left = [steps[i % len(steps)]() for i in range(first, first + self.AT_ONCE)]
            for i, connection in enumerate(left):
                if i // len(steps) % 2 == 0:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
            self.assertTrue(until(lambda: self.proxy.descriptors() < before + 2 * self.AT_ONCE))

    def to_tcp(self):
        return connect(self.proxy.address)

    def to_half_a_hello(self):
        connection = connect(self.proxy.address)
        connection.sendall(self.half)
        return connection

    def to_the_handshake(self):
        raw = connect(self.proxy.address)
        return self.context.wrap_socket(raw, server_hostname=DOMAIN)

    def to_half_an_inner_hello(self):
        connection = self.to_the_handshake()
        connection.sendall(self.half)
        return connection

    def setUp(self):
        super().setUp()
        hello = hello_for(CHAT)
        self.half = hello[:len(hello) // 2]
        self.context = client_context(self.pki.trust)


if __name__ == "__main__":
    main()
