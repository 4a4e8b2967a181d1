"""What a censor learns by connecting to a bridge: nothing but that it waits, and then closes in good order.

    prober ------------- bridge        silent, noise of telling sizes, recorded hellos, also after a restart
    client --- wire ---- bridge        the wire records

Every probe must get no byte and a clean end 30 to 90 s after it came, each at its own time; all of them run at once.
"""

import contextlib
import os
import socket
import struct
import tempfile
import threading
import time
import unittest

from harness import Bridge, Client, Service, Wire, connect, echo, free_port, main, receive, through, until

TRANSPORTS = ("obfs4", "scramblesuit")
SHORTEST, LONGEST = 30, 90  # seconds
SLACK = 3  # seconds that a busy machine may add


class Probe:
    """One connection that sends `data` and then only listens, on a thread of its own."""

    def __init__(self, name, address, data=b""):
        self.name = name
        self.received = b""
        self.end = "still open"
        self.begun = time.monotonic()
        self.connection = connect(address, LONGEST + 30)
        self.thread = threading.Thread(target=self._watch, args=(data,), daemon=True)
        self.thread.start()

    def _watch(self, data):
        try:
            with self.connection:
                self.connection.sendall(data)
                while part := self.connection.recv(1 << 16):
                    self.received += part
            self.end = "closed"
        except ConnectionResetError:
            self.end = "reset"
        except (BrokenPipeError, TimeoutError) as failure:
            self.end = type(failure).__name__
        self.took = time.monotonic() - self.begun

    def wait(self):
        self.thread.join(LONGEST + 30)
        return self


def settled(record):
    """What a wire has recorded, once no more comes."""
    assert until(lambda: record), "nothing was sent"
    size = 0
    while size != len(record):
        size = len(record)
        time.sleep(0.3)
    return bytes(record)


def unseen_hello(bridge, transport):
    """A proper hello that the bridge has never got."""
    with Wire(bridge.address_of(transport), deliver=False) as wire:
        with Client(through(bridge.link_of(transport), wire.address[1])):
            until(lambda: wire.sent)
            return settled(wire.sent[0])


def used_hellos(bridge, transport):
    """All that a client has sent in three connections: one with data, and two without."""
    link = bridge.link_of(transport)
    with Wire(bridge.address_of(transport)) as wire, Client(through(link, wire.address[1])) as client:
        client.event("connected")
        with connect(client.address) as used:
            used.sendall(b"x")
            assert receive(used, 1) == b"x"
            with connect(client.address), connect(client.address):
                assert until(lambda: len(wire.sent) == 3), len(wire.sent)
                return [settled(record) for record in wire.sent]


class Strangers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Sends all probes; then waits for the ends of all."""
        with contextlib.ExitStack() as stack:
            target = stack.enter_context(Service(echo))
            bridge = stack.enter_context(Bridge(listen=TRANSPORTS, forward=target.address))
            cls.probes, cls.answered = [], {}
            for transport in TRANSPORTS:
                cls.send_probes(bridge, transport)
            restarted = [cls.restart(stack, target, ending) for ending in ("SIGTERM", "SIGKILL")]
            for probe in cls.probes:
                probe.wait()
            cls.served_after = all(cls.serves(each) for each in [bridge, *restarted])

    @classmethod
    def send_probes(cls, bridge, transport):
        address = bridge.address_of(transport)

        def send(name, data=b""):
            cls.probes.append(Probe(f"{transport}: {name}", address, data))

        for _ in range(3):
            send("silent")
        for size in (1, 50, 8191, 8192, 200_000):
            send(f"{size} random bytes", os.urandom(size))
        send("an HTTP request", b"GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n")
        hello = unseen_hello(bridge, transport)
        for name, wrong in (("first", 0), ("last", -1), ("middle", len(hello) // 2)):
            changed = bytearray(hello)
            changed[wrong] ^= 1
            send(f"a hello with its {name} byte changed", bytes(changed))
        send("a hello but for its last byte", hello[:-1])
        with connect(address) as proper:
            proper.sendall(hello)
            cls.answered[transport] = len(receive(proper, 64))
        send("a hello that was answered", hello)
        for number, used in enumerate(used_hellos(bridge, transport), 1):
            send(f"connection {number} of a client once more", used)

    @classmethod
    def restart(cls, stack, target, ending):
        """Records hellos, ends the bridge so, starts it again and sends them once more."""
        state = stack.enter_context(tempfile.TemporaryDirectory(prefix="rozaneh-e2e-"))
        listen = [f"{transport}=127.0.0.1:{free_port()}" for transport in TRANSPORTS]
        with Bridge(listen=listen, forward=target.address, state=state) as first:
            hellos = {transport: used_hellos(first, transport) for transport in TRANSPORTS}
            links = {transport: first.link_of(transport) for transport in TRANSPORTS}
            if ending == "SIGTERM":
                first.stop()
        second = stack.enter_context(Bridge(listen=listen, forward=target.address, state=state))
        assert links == {transport: second.link_of(transport) for transport in TRANSPORTS}
        for transport in TRANSPORTS:
            for number, hello in enumerate(hellos[transport], 1):
                name = f"{transport}: connection {number} of a client once more, after {ending} and a restart"
                cls.probes.append(Probe(name, second.address_of(transport), hello))
        return second

    @staticmethod
    def serves(bridge):
        for transport in TRANSPORTS:
            with Client(bridge.link_of(transport)) as client, connect(client.address) as connection:
                connection.sendall(b"still there?")
                if receive(connection, 12) != b"still there?":
                    return False
        return True

    def test_a_proper_hello_is_answered_once(self):
        """So the recorded ones are what they should be."""
        for transport in TRANSPORTS:
            self.assertEqual(self.answered[transport], 64, transport)

    def test_get_no_byte(self):
        self.assertEqual([(probe.name, probe.received) for probe in self.probes if probe.received], [])

    def test_get_a_clean_end(self):
        self.assertEqual([(probe.name, probe.end) for probe in self.probes if probe.end != "closed"], [])

    def test_are_kept_for_half_a_minute_and_at_most_a_minute_more(self):
        outside = [
            (probe.name, probe.took) for probe in self.probes if not SHORTEST - 0.5 < probe.took < LONGEST + SLACK
        ]
        self.assertEqual(outside, [])

    def test_are_each_kept_for_a_time_of_its_own(self):
        """Chance makes a spread below 20 s of 21 probes once in a hundred million runs."""
        for transport in TRANSPORTS:
            times = sorted(probe.took for probe in self.probes if probe.name.startswith(transport))
            print(f"{transport}: {len(times)} probes ended after " + " ".join(f"{each:.0f}" for each in times) + " s")
            self.assertGreater(times[-1] - times[0], 20, transport)

    def test_leave_a_bridge_that_serves(self):
        self.assertTrue(self.served_after)


class ProbersThatCloseFirst(unittest.TestCase):
    def ends(self, transport, data, close):
        with Service(echo) as target, Bridge(listen=[transport], forward=target.address) as bridge:
            before = bridge.descriptors()
            probers = [connect(bridge.address) for _ in range(20)]
            for prober in probers:
                prober.sendall(data)
            until(lambda: bridge.descriptors() == before + len(probers))
            begun = time.monotonic()
            close(probers)
            self.assertTrue(until(lambda: bridge.descriptors() == before), "connections are kept")
            self.assertLess(time.monotonic() - begun, 5)

    def finish(self, probers):
        for prober in probers:
            prober.shutdown(socket.SHUT_WR)
        for prober in probers:
            self.assertEqual(prober.recv(1), b"")
            prober.close()

    @staticmethod
    def reset(probers):
        for prober in probers:
            prober.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            prober.close()

    def test_are_closed_at_once(self):
        for transport in TRANSPORTS:
            for data in (b"", os.urandom(50), os.urandom(20_000)):
                for close in (self.finish, self.reset):
                    with self.subTest(transport=transport, size=len(data), close=close.__name__):
                        self.ends(transport, data, close)


if __name__ == "__main__":
    main()
