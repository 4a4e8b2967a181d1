"""What nobody should send, at each port: afterwards the program still serves, no larger than before.

    attacker --- bridge (obfs4, scramblesuit, obfs3, obfs2), client (SOCKS5 and HTTP; plain forward)
"""

import concurrent.futures
import contextlib
import itertools
import os
import random
import socket
import struct
import threading
import time
import unittest

from harness import (
    SANITIZED,
    Bridge,
    Client,
    Service,
    Wire,
    connect,
    echo,
    ignore,
    main,
    numbered,
    receive,
    socks5,
    through,
    until,
)

TRANSPORTS = ("obfs4", "scramblesuit", "obfs3", "obfs2")
SHORT_CONNECTIONS = 500  # at each port, and as many again
AT_ONCE = 600  # connections that may wait for us: on a slow machine they pile up, and then need more memory
MOST_GROWTH = 2048  # kilobytes that nothing of this may leave behind
# Hundreds of handshakes at once need memory, which the heap keeps for the next ones.
MOST_AT_ONCE = 16 << 10


def cut(connection):
    """Ends it with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def throw(address, data, ending):
    """Sends what the other side takes within a second, then ends."""
    with contextlib.suppress(OSError):
        connection = connect(address, 1)
        with contextlib.suppress(OSError):
            connection.sendall(data)
        if ending == "reset":
            cut(connection)
        else:
            connection.close()


def dribble(address, data, seconds, pause=0.05):
    """One byte at a time."""
    with contextlib.suppress(OSError), connect(address) as connection:
        end = time.monotonic() + seconds
        for byte in data:
            if time.monotonic() > end:
                break
            connection.sendall(bytes([byte]))
            time.sleep(pause)


def hello_of(bridge, transport):
    """What a proper client sends first; the bridge does not get it."""
    with Wire(bridge.address_of(transport), deliver=False) as wire:
        with Client(through(bridge.link_of(transport), wire.address[1])):
            until(lambda: wire.sent and wire.sent[0])
            time.sleep(0.3)
            return bytes(wire.sent[0])


# What applications' ports read first, wrong in all the ways that a parser may care for.
PROXY_WORDS = [
    b"\x04\x01\x00\x50\x7f\x00\x00\x01\x00",
    b"\x05\x00",
    b"\x05\xff" + bytes(255),
    b"\x05\x01\x02",
    b"\x05\x01\x00\x05\x01\x00\x03\x00\x00\x50",
    b"\x05\x01\x00\x05\x01\x00\x03\xff" + b"a" * 255 + b"\x00\x50",
    b"\x05\x01\x00\x05\x01\x00\x09\x00\x00\x50",
    b"\x05\x01\x00\x05\x03\x00\x01" + bytes(6),
    b"\x05\x01\x00\x05\x02\x00\x04" + bytes(18),
    b"CONNECT example.org:99999 HTTP/1.1\r\n\r\n",
    b"CONNECT " + b"a" * 70_000 + b":443 HTTP/1.1\r\n\r\n",
    b"CONNECT example.org:443 HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    b"GET http://example.org/ HTTP/1.1\r\nHost: example.org\r\n\r\n",
    b"\r\n" * 10_000,
    b"\0" * 100_000,
]


class Input(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.target = cls.stack.enter_context(Service(echo))
        cls.bridge = cls.stack.enter_context(
            Bridge("--max-per-address", 0, "--threads", 2, listen=TRANSPORTS, forward=cls.target.address)
        )
        cls.open_bridge = cls.stack.enter_context(Bridge("--max-per-address", 0))
        cls.open_client = cls.stack.enter_context(Client(cls.open_bridge.link))
        cls.plain_client = cls.stack.enter_context(Client(cls.bridge.link))
        cls.programs = [cls.bridge, cls.open_bridge, cls.open_client, cls.plain_client]
        cls.ports = {name: cls.bridge.address_of(name) for name in TRANSPORTS}
        cls.ports["the client's proxy"] = cls.open_client.address
        cls.ports["the client's plain forward"] = cls.plain_client.address
        for _ in range(3):
            cls.serves()
        time.sleep(1)
        cls.descriptors = [program.descriptors() for program in cls.programs]
        cls.resident = [program.resident() for program in cls.programs]

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    @classmethod
    def serves(cls):
        """A proper exchange by each way in."""
        question = os.urandom(5000)
        for transport in TRANSPORTS:
            with Client("--log-level", "debug", cls.bridge.link_of(transport)) as client, connect(
                client.address
            ) as connection:
                connection.sendall(question)
                assert receive(connection, len(question)) == question, transport
        code, connection = socks5(cls.open_client.address, cls.target.address)
        with connection:
            assert code == 0
            connection.sendall(question)
            assert receive(connection, len(question)) == question

    def tearDown(self):
        self.serves()
        self.all_are_over()
        growth = [program.resident() - before for program, before in zip(self.programs, self.resident)]
        print(f"resident size of bridge, open bridge, client, plain client grew by {growth} kB", end=" ... ")
        if not SANITIZED:
            self.assertLess(max(growth), MOST_AT_ONCE)

    def all_are_over(self):
        for program, before in zip(self.programs, self.descriptors):
            same = until(lambda p=program, b=before: p.descriptors() <= b)
            self.assertTrue(same, f"{before} descriptors became {program.descriptors()}")

    def throw_all(self, items):
        items = list(items)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            for first in range(0, len(items), AT_ONCE):
                list(pool.map(lambda item: throw(*item), items[first : first + AT_ONCE]))
                self.all_are_over()

    def test_of_random_bytes(self):
        draw = random.Random(1)
        sizes = [1, 16, 31, 32, 64, 140, 141, 192, 208, 8191, 8192, 8193, 65536]
        self.throw_all(
            (address, draw.randbytes(size), ending)
            for address in self.ports.values()
            for size in sizes
            for ending in ("close", "reset")
        )

    def test_of_malformed_requests_for_a_proxy(self):
        self.throw_all((self.open_client.address, words, "close") for words in PROXY_WORDS)
        # And cut short after every byte.
        self.throw_all(
            (self.open_client.address, words[:length], "close")
            for words in PROXY_WORDS
            for length in range(1, min(len(words), 24))
        )

    def test_of_truncated_and_replayed_hellos(self):
        items = []
        for transport in TRANSPORTS:
            hello = hello_of(self.bridge, transport)
            address = self.ports[transport]
            items += [(address, hello[: len(hello) * part // 40], "close") for part in range(1, 40)]
            items += [(address, hello, "reset")] * 5
            items += [(address, hello + os.urandom(10_000), "close")]
        self.throw_all(items)

    def test_of_garbage_behind_a_proper_hello(self):
        """Who has the link may still send anything."""
        for transport in TRANSPORTS:
            with connect(self.ports[transport]) as connection:
                connection.sendall(hello_of(self.bridge, transport))
                with contextlib.suppress(OSError):
                    self.assertTrue(connection.recv(1 << 16), transport)
                    connection.sendall(os.urandom(200_000))

    def test_of_more_than_anybody_needs(self):
        """Megabytes at each port, as fast as they are taken."""
        data = os.urandom(4 << 20)
        self.throw_all((address, data, "close") for address in self.ports.values())

    def test_that_comes_a_byte_at_a_time(self):
        """Meanwhile others are served."""
        slow = []
        for name, address in self.ports.items():
            data = [os.urandom(200), bytes(200)]
            if name in TRANSPORTS:
                data.append(hello_of(self.bridge, name))
            else:
                data.append(b"CONNECT example.org:443 HTTP/1.1\r\nX: ")
            slow += [threading.Thread(target=dribble, args=(address, each, 3)) for each in data for _ in range(10)]
        for each in slow:
            each.start()
        self.serves()
        for each in slow:
            each.join()

    def test_of_thousands_of_short_connections(self):
        words = [b"", b"\x05\x01\x00", os.urandom(100), b"GET / HTTP/1.0\r\n\r\n"]
        sizes = []
        for _ in range(4):
            self.throw_all(
                (address, words[i % len(words)], "reset" if i % 2 else "close")
                for i in range(SHORT_CONNECTIONS)
                for address in self.ports.values()
            )
            sizes.append([program.resident() for program in self.programs])
            growth = [max(after - before for before, after in zip(*pair)) for pair in itertools.pairwise(sizes)]
            if growth and (SANITIZED or growth[-1] < MOST_GROWTH):
                break
        print(f"each time after the first by {growth} kB", end=" ... ")
        if not SANITIZED:  # what leaks does so each time
            self.assertLess(growth[-1], MOST_GROWTH)


@unittest.skipIf(SANITIZED, "sanitizers have a memory of their own")
class PeersThatStopReading(unittest.TestCase):
    """Each side writes as much as the other takes; what we hold meanwhile must stay small."""

    def grow(self, bridge, client, writers):
        """Kilobytes that bridge and client grow by while the writers write until nothing moves any more."""
        before = bridge.resident(), client.resident()
        sent = [0] * len(writers)

        def write(number):
            data = numbered(1 << 16)
            with contextlib.suppress(OSError):
                while True:
                    sent[number] += writers[number].send(data)

        for number, writer in enumerate(writers):
            writer.settimeout(None)
            threading.Thread(target=write, args=(number,), daemon=True).start()
        last = -1
        while last != sum(sent) or min(sent) == 0:
            last = sum(sent)
            time.sleep(2)
        self.assertGreater(min(sent), 1 << 18, "nothing was written")
        growth = bridge.resident() - before[0], client.resident() - before[1]
        print(f"{len(writers)} writers stopped after {last >> 20} MB; bridge +{growth[0]} kB, client +{growth[1]} kB")
        return max(growth)

    def connections(self, client, count):
        made = [connect(client.address) for _ in range(count)]
        for each in made:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        return made

    def warm(self, client):
        """Buffers that are kept anyway are there before we look."""
        client.event("connected")
        for _ in range(2):
            with connect(client.address) as connection:
                connection.sendall(numbered(1 << 16))
        time.sleep(1)

    def test_cost_little_behind_the_bridge(self):
        for mode in (0, 1, 2):
            with self.subTest(iat_mode=mode), Service(ignore) as target, Bridge(
                "--set", f"obfs4.iat-mode={mode}", forward=target.address
            ) as bridge, Client(bridge.link) as client, contextlib.ExitStack() as stack:
                self.warm(client)
                writers = [stack.enter_context(each) for each in self.connections(client, 4)]
                self.assertLess(self.grow(bridge, client, writers), MOST_GROWTH)

    def test_cost_little_before_the_client(self):
        for mode in (0, 1, 2):
            with self.subTest(iat_mode=mode), Service(ignore) as target, Bridge(
                "--set", f"obfs4.iat-mode={mode}", forward=target.address
            ) as bridge, Client(bridge.link) as client, contextlib.ExitStack() as stack:
                self.warm(client)
                before = len(target.open)
                for each in self.connections(client, 4):
                    stack.enter_context(each)
                self.assertTrue(until(lambda: len(target.open) == before + 4))
                self.assertLess(self.grow(bridge, client, target.open[before:]), MOST_GROWTH)


class OutOfDescriptors(unittest.TestCase):
    LIMIT = ["prlimit", "--nofile=64:64"]

    def starve(self, program, address, client):
        with connect(client.address) as old:
            old.sendall(b"before")
            self.assertEqual(receive(old, 6), b"before")
            crowd = [connect(address) for _ in range(150)]
            program.said("out of file descriptors")
            cpu = cpu_seconds(program.pid)
            time.sleep(1)
            self.assertLess(cpu_seconds(program.pid) - cpu, 0.3, "it spins")
            old.sendall(b"during")
            self.assertEqual(receive(old, 6), b"during")
            for each in crowd:
                cut(each)
        warnings = sum("out of file descriptors" in line for line in program.lines)
        print(f"{warnings} warnings", end=" ... ")
        with connect(client.address) as fresh:
            fresh.sendall(b"after")
            self.assertEqual(receive(fresh, 5), b"after")

    def test_a_bridge_accepts_again_afterwards(self):
        with Service(echo) as target, Bridge(
            "--max-per-address", 0, forward=target.address, wrapper=self.LIMIT
        ) as bridge, Client(bridge.link) as client:
            self.starve(bridge, bridge.address, client)

    def test_a_client_accepts_again_afterwards(self):
        with Service(echo) as target, Bridge(forward=target.address) as bridge, Client(
            bridge.link, wrapper=self.LIMIT
        ) as client:
            self.starve(client, client.address, client)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
