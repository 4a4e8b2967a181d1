"""The tunnel's hostile peers end to end: what docs/protocols/tunnel.md says of each comes out.

    peer of our own (tunnel_peer.py) -- TCP -- bridge --listen plain -- echo, flood
    application -- client -- TCP -- lying server
"""

import base64
import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from harness import (PATIENCE, SANITIZED, Bridge, Client, Service, Wire, connect, echo, ignore, main, numbered, receive,
                     receive_all, socks5, text_of, through, until)
from tunnel_peer import (FULL, NO_SESSION, TAKEN, VIOLATION, LyingServer, Peer, all_window, data_frame, join, new, open_frame,
                         public, window)

DAY = 86_400  # seconds
MOST_GROWTH = 6 << 10  # kilobytes: 2 MiB that were not told of, what stands between target and session, and what the heap keeps


def flood(connection):
    block = bytes(1 << 16)
    while True:
        connection.sendall(block)


def own_memory(program):
    """Kilobytes that are its alone or its share of."""
    with open(f"/proc/{program.pid}/smaps_rollup", encoding="ascii") as file:
        return int(re.search(r"Pss:\s+(\d+)", file.read()).group(1))


class Clock:
    """A wall clock for one program, which can be set while that runs; the others of the machine stay."""

    LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"

    def __init__(self, place):
        self.path = os.path.join(place, "clock")
        self.set_ahead(0)

    def set_ahead(self, seconds):
        with open(f"{self.path}.new", "w", encoding="ascii") as file:
            file.write(f"{seconds:+d}\n")
        os.rename(f"{self.path}.new", self.path)

    @property
    def environment(self):
        return {**os.environ, "LD_PRELOAD": self.LIBRARY, "FAKETIME_TIMESTAMP_FILE": self.path, "FAKETIME_NO_CACHE": "1",
                "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def own_mounts_work():
    return subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False).returncode == 0


class Hostile(unittest.TestCase):
    def setUp(self):
        self.target = self.enterContext(Service(echo))

    def bridge(self, *words, **options):
        bridge = self.enterContext(Bridge("--threads", 1, *words, listen=("plain",), tunnel=True, **options))
        self.key = re.search(r"tunnel=([\w-]+)", bridge.link).group(1)
        return bridge

    def peer(self, address):
        return self.enterContext(Peer.dial(address, self.key))

    def session(self, bridge, frames=b""):
        peer = self.peer(bridge.address)
        self.assertEqual(peer.hello(new(frames)), TAKEN)
        return peer

    def assert_echoes(self, peer, stream=0, offset=0):
        """That the session serves; its stream is new, or where the test left it."""
        peer.send(data_frame(stream, offset, b"question"))
        seen = b""
        while b"question" not in seen:
            frames = peer.receive()
            self.assertIsNotNone(frames, "the session is over")
            seen += frames


class Replay(Hostile):
    def test_of_a_whole_connection_opens_nothing_and_disturbs_nobody(self):
        bridge = self.bridge()
        wire = self.enterContext(Wire(bridge.address))
        client = self.enterContext(Client(through(bridge.link, wire.address[1])))
        code, connection = socks5(client.address, self.target.address)
        self.enterContext(connection)
        self.assertEqual(code, 0)
        connection.sendall(b"one")
        self.assertEqual(receive(connection, 3), b"one")
        # A second connection of the session, which joins it.
        for each in list(wire.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        connection.sendall(b"two")
        self.assertEqual(receive(connection, 3), b"two")
        came, recorded = self.target.accepted, [bytes(each) for each in wire.sent if each]
        self.assertGreaterEqual(len(recorded), 2)
        for record in recorded:
            with connect(bridge.address) as again:
                again.sendall(record)
                again.shutdown(socket.SHUT_WR)
                # A hello that is answered, and records that the new keys do not open; or no such session.
                receive_all(again)
        self.assertEqual(self.target.accepted, came)
        connection.sendall(b"three")
        self.assertEqual(receive(connection, 5), b"three")

    def test_of_early_data_serves_them_once(self):
        """And in the server's first two minutes not at all: a clock that is ahead stands for a server that is older."""
        bridge = self.bridge()
        early = open_frame(0, self.target.address) + data_frame(0, 0, b"question")
        young = self.peer(bridge.address)
        self.assertEqual(young.hello(new(early)), TAKEN)
        self.assertEqual((young.early, self.target.accepted), (0, 0))
        time.sleep(3)  # of the server's time: 118 s and these are the two minutes
        first = self.peer(bridge.address)
        self.assertEqual(first.hello(new(early, ahead=118)), TAKEN)
        self.assertEqual(first.early, 1)
        self.assertTrue(until(lambda: self.target.accepted == 1))
        with connect(bridge.address) as again:
            again.sendall(first.said)
            self.assertGreater(len(again.recv(1 << 16)), 0)
            again.shutdown(socket.SHUT_WR)
            receive_all(again)
        self.assertEqual(self.target.accepted, 1)


class Resumption(Hostile):
    def test_by_one_who_stole_the_number_is_refused(self):
        bridge = self.bridge()
        owner = self.session(bridge)
        owner.send(open_frame(0, self.target.address))
        for secret in (bytes(32), os.urandom(32)):
            thief = self.peer(bridge.address)
            self.assertEqual(thief.hello(join(owner.session, 1, secret)), NO_SESSION)
            self.assertIsNone(thief.receive())
        self.assert_echoes(owner)
        # The thief has used up no number.
        again = self.peer(bridge.address)
        self.assertEqual(again.hello(join(owner.session, 1, owner.secret)), TAKEN)

    def test_by_a_number_that_was_used_is_refused(self):
        bridge = self.bridge()
        owner = self.session(bridge, b"")
        second = self.peer(bridge.address)
        self.assertEqual(second.hello(join(owner.session, 1, owner.secret)), TAKEN)
        again = self.peer(bridge.address)
        self.assertEqual(again.hello(join(owner.session, 1, owner.secret)), NO_SESSION)
        second.connection.close()  # else the answer may come there
        owner.send(open_frame(0, self.target.address))
        self.assert_echoes(owner)

    def test_of_a_session_that_there_never_was_is_refused(self):
        bridge = self.bridge()
        stranger = self.peer(bridge.address)
        self.assertEqual(stranger.hello(join(os.urandom(16), 1, os.urandom(32))), NO_SESSION)
        self.assertIsNone(stranger.receive())

    def test_beyond_the_connections_of_a_session_is_refused(self):
        bridge = self.bridge()
        owner = self.session(bridge)
        answers = [self.peer(bridge.address).hello(join(owner.session, i, owner.secret)) for i in range(1, 12)]
        self.assertEqual(answers, [TAKEN] * 7 + [FULL] * 4)


class Streams(Hostile):
    def test_a_million_are_a_violation_and_few_are_dialled(self):
        bridge = self.bridge()
        peer = self.session(bridge)
        before = own_memory(bridge)
        for first in range(0, 1 << 20, 1000):
            try:
                peer.send(b"".join(open_frame(i, self.target.address) for i in range(first, first + 1000)))
            except OSError:
                break
        with contextlib.suppress(OSError):
            self.assertEqual(peer.until_closed(), VIOLATION)
        self.assertLessEqual(self.target.accepted, 256)
        grown = own_memory(bridge) - before
        print(f"a million opens: {self.target.accepted} dialled, bridge +{grown} kB", end=" ... ")
        if not SANITIZED:
            self.assertLess(grown, MOST_GROWTH)
        again = self.session(bridge)
        again.send(open_frame(0, self.target.address))
        self.assert_echoes(again)

    def test_that_are_never_read_cost_a_bounded_memory(self):
        """It lets the server send without end, and takes nothing."""
        bridge = self.bridge()
        with Service(flood) as source:
            warm = self.session(bridge)
            warm.send(open_frame(0, self.target.address))
            self.assert_echoes(warm)
            before = own_memory(bridge)
            peer = self.session(bridge)
            endless = (1 << 62) - 1
            peer.send(all_window(endless) + b"".join(open_frame(i, source.address) + window(i, endless) for i in range(100)))
            self.assertTrue(until(lambda: source.accepted == 100))
            sizes = [before]
            until(lambda: sizes.append(own_memory(bridge)) or abs(sizes[-1] - sizes[-2]) < 64, pause=1)
            grown = sizes[-1] - before
            print(f"100 streams that are not read: bridge +{grown} kB", end=" ... ")
            if not SANITIZED:
                # What each stream's relay has read and cannot hand on is a block of 72 KiB.
                self.assertLess(grown, MOST_GROWTH + 100 * 128)
            self.assertEqual(self.peer(bridge.address).hello(new()), TAKEN)

    def test_that_lie_about_offsets_end_their_session_alone(self):
        bridge = self.bridge()
        other = self.session(bridge)
        other.send(open_frame(0, self.target.address))
        lies = {
            "past the window": data_frame(0, (1 << 60), b"x"),
            "past the end": data_frame(0, 4, b"", last=True) + data_frame(0, 4, b"x"),
            "another end": data_frame(0, 4, b"", last=True) + data_frame(0, 3, b"", last=True),
            "of what nobody sent": b"\x03" + b"\x00" + b"\x7f\xff",
        }
        for what, frames in lies.items():
            with self.subTest(what):
                liar = self.session(bridge)
                liar.send(open_frame(0, self.target.address))
                liar.send(frames)
                self.assertEqual(liar.until_closed(), VIOLATION)
        self.assert_echoes(other)


class Server(Hostile):
    """A client of ours, with a server that has the key and lies."""

    def lie(self, what):
        """What an application sees whose stream the server answers so; and the reason that our client gives."""
        private = X25519PrivateKey.generate()
        reasons = []

        def serve(connection):
            server = LyingServer(private)
            server.accept(connection)
            while (frames := server.receive()) is not None and b"\x06" not in frames[:3]:
                pass
            server.send(what)
            reasons.append(server.until_closed())

        with Service(serve) as liar:
            key = base64.urlsafe_b64encode(public(private)).decode().rstrip("=")
            link = f"rozaneh://{text_of(liar.address)}/plain?tunnel={key}"
            with Client("--log-level", "debug", link) as client:
                code, connection = socks5(client.address, ("192.0.2.1", 80))
                with connection:
                    self.assertEqual(code, 0)
                    connection.settimeout(PATIENCE)
                    seen = b""
                    with contextlib.suppress(ConnectionError):
                        seen = receive_all(connection)
                self.assertTrue(until(lambda: reasons))
                self.assertTrue(client.alive())
        return seen, reasons[0]

    def test_that_lies_about_offsets_loses_the_session_and_brings_no_byte(self):
        opened = b"\x07\x00"
        for what, frames in {
            "past the window": data_frame(0, 1 << 60, b"forged"),
            "two ends": data_frame(0, 9, b"", last=True) + data_frame(0, 8, b"", last=True),
            "a stream that nobody opened": data_frame(9, 0, b"forged"),
            "received what was not sent": b"\x03\x00\x7f\xff",
        }.items():
            with self.subTest(what):
                self.assertEqual(self.lie(opened + frames), (b"", VIOLATION))


class Machine(Hostile):
    def test_with_a_clock_that_is_a_day_off_gets_its_session(self):
        bridge = self.bridge()
        early = open_frame(0, self.target.address)
        for ahead in (-DAY, DAY):
            with self.subTest(ahead):
                peer = self.peer(bridge.address)
                self.assertEqual(peer.hello(new(early, ahead=ahead)), TAKEN)
                self.assertEqual(peer.early, 0)  # so they are sent again
                self.assertEqual(self.target.accepted, 0 if ahead < 0 else 1)
                peer.send(early)
                self.assert_echoes(peer)

    @unittest.skipIf(SANITIZED or not os.path.exists(Clock.LIBRARY), "no clock of its own for such a program")
    def test_whose_clock_jumps_serves_on_and_takes_early_data_once(self):
        clock = Clock(self.enterContext(tempfile.TemporaryDirectory()))
        bridge = self.bridge(environment=clock.environment)
        time.sleep(3)  # as in Replay
        early = open_frame(0, self.target.address) + data_frame(0, 0, b"question")
        first = self.peer(bridge.address)
        self.assertEqual(first.hello(new(early, ahead=118)), TAKEN)
        self.assertEqual(first.early, 1)
        owner = self.session(bridge)
        owner.send(open_frame(0, self.target.address))
        self.assertTrue(until(lambda: self.target.accepted == 2))
        served = 2
        for step, (jump, takes) in enumerate(((DAY, True), (-DAY, False), (0, False))):
            with self.subTest(jump):
                clock.set_ahead(jump)
                # Who was there goes on, on another connection too.
                self.assert_echoes(owner, offset=step * len(b"question"))
                with Peer.dial(bridge.address, self.key) as second:
                    self.assertEqual(second.hello(join(owner.session, step + 1, owner.secret)), TAKEN)
                # A client whose clock is the server's, and one whose clock did not jump.
                for ahead, is_taken in ((jump, takes), (0, False)):
                    peer = self.peer(bridge.address)
                    self.assertEqual(peer.hello(new(early, ahead=ahead)), TAKEN)
                    self.assertEqual(peer.early, is_taken)
                    if not is_taken:
                        peer.send(early)
                    served += 1
                    self.assertTrue(until(lambda: self.target.accepted == served))
                # What was recorded before.
                with connect(bridge.address) as again:
                    again.sendall(first.said)
                    self.assertGreater(len(again.recv(1 << 16)), 0)
                    again.shutdown(socket.SHUT_WR)
                    receive_all(again)
                self.assertEqual(self.target.accepted, served)

    def test_that_slept_goes_on_with_its_streams(self):
        """To a program that is stopped every clock jumps: longer here than an answer may take, on either side."""
        bridge = self.bridge()
        client = self.enterContext(Client(bridge.link))
        code, connection = socks5(client.address, self.target.address)
        self.enterContext(connection)
        self.assertEqual(code, 0)
        data = numbered(20 << 20)
        sender = threading.Thread(target=connection.sendall, args=(data,), daemon=True)
        sender.start()
        back = receive(connection, 1 << 20)
        for program in (client, bridge):
            program.signal(signal.SIGSTOP)
            time.sleep(6)
            program.signal(signal.SIGCONT)
            back += receive(connection, 1 << 20)
        back += receive(connection, len(data) - len(back))
        sender.join()
        self.assertEqual(back, data)

    @unittest.skipUnless(own_mounts_work(), "no mounts of our own here")
    def test_whose_disk_is_full_carries_all_the_same(self):
        bridge = self.bridge()
        with tempfile.TemporaryDirectory(prefix="rozaneh-e2e-") as box:
            fill = f"head -c 1M /dev/zero >{box}/filler 2>/dev/null"
            script = f'mount -t tmpfs -o size=64k none {box} && mkdir -m 700 {box}/state && {fill}; exec "$@"'
            with Client(bridge.link, state=f"{box}/state", wrapper=["unshare", "-rm", "sh", "-c", script, "sh"]) as client:
                code, connection = socks5(client.address, self.target.address)
                with connection:
                    self.assertEqual(code, 0)
                    data = numbered(1 << 20)
                    sender = threading.Thread(target=connection.sendall, args=(data,), daemon=True)
                    sender.start()
                    self.assertEqual(receive(connection, len(data)), data)
                    sender.join()
                self.assertTrue(client.heard("what is learned of ways is not kept: .* full"))
                self.assertEqual(client.stop(), 0)


if __name__ == "__main__":
    main()
