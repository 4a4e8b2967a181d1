"""A bridge whose program is replaced while sessions go through it: nothing of them is lost.

    100 streams -- SOCKS5 -- client == session over obfs4 == bridge, its successor, its successor ... -- echo

In place by SIGUSR2; by a service manager that keeps descriptors as systemd does; and, with SIGINT, by draining.
"""

import array
import contextlib
import hashlib
import os
import signal
import socket
import tempfile
import threading
import time
import unittest

from exchange import STREAMS, Exchange, opened
from harness import (
    PATIENCE,
    ROZANEH,
    Bridge,
    Client,
    Service,
    connect,
    digest,
    echo,
    main,
    numbered,
    receive,
    receive_all,
    socks5,
    until,
)
from restarted import Restarted, fixed_listen
from udp import Association, UdpService
from udp import echo as back


class InPlace(unittest.TestCase):
    def test_loses_nothing_in_three_restarts(self):
        with Service(echo) as target, Restarted("--threads", 2) as bridge, Client(bridge.link) as client:
            exchange = Exchange(client, target)
            for i in range(3):
                exchange.goes_on()
                event = bridge.restart()
                self.assertEqual(event["streams"], STREAMS)
                self.assertEqual(bridge.next("resumed", i)["streams"], STREAMS)
            self.assertEqual(bridge.run.wait(PATIENCE), 0)  # its output goes on: it is the successors', too
            exchange.goes_on()
            self.assertEqual(exchange.end(), [True] * STREAMS)
            self.assertEqual(target.accepted, STREAMS)

    def test_takes_new_streams_and_sessions_afterwards(self):
        with Service(echo) as target, Restarted() as bridge, Client(bridge.link) as client:
            with opened(client, target) as connection:
                connection.sendall(b"one")
                self.assertEqual(receive(connection, 3), b"one")
                bridge.restart()
                with opened(client, target) as other, Client(bridge.link) as stranger, opened(stranger, target) as new:
                    for each in (connection, other, new):
                        each.sendall(b"two")
                        self.assertEqual(receive(each, 3), b"two")

    def test_keeps_udp_flows_with_their_ports_and_whom_they_hear(self):
        with UdpService(back) as target, UdpService(back, ("::1", 0)) as six, Restarted("--threads", 2) as bridge, Client(
            bridge.link
        ) as client, Association(client.address) as flow:
            for each in (target, six):
                flow.asked(each.address, b"before")
            for i in range(2):
                self.assertEqual(bridge.restart()["flows"], 1)
                self.assertEqual(bridge.next("resumed", i)["flows"], 1)
                for each in (target, six):
                    # Not asked again since: it calls until it is heard, as whoever uses UDP does.
                    self.assertTrue(until(lambda: each.say(b"call %d" % i) or heard(flow, each, b"call %d" % i)))
                    flow.asked(each.address, b"after")
            self.assertEqual([len(each.peers) for each in (target, six)], [1, 1])

    def test_keeps_half_closes(self):
        with Service(digest) as target, Restarted() as bridge, Client(bridge.link) as client:
            data = numbered(300_001)
            for cut in (0, 100_000, len(data)):
                with self.subTest(cut), opened(client, target) as connection:
                    connection.sendall(data[:cut])
                    bridge.restart()
                    connection.sendall(data[cut:])
                    connection.shutdown(socket.SHUT_WR)
                    bridge.restart()
                    answer = receive_all(connection).decode()
                    self.assertEqual(answer, f"{len(data)} {hashlib.sha256(data).hexdigest()}\n")

    def test_keeps_what_nobody_reads(self):
        """More than the windows lies on the way, both ways, and none of it moves during the restart."""
        size = 24_000_000
        go = threading.Event()
        received = []

        def slow(connection):
            sender = threading.Thread(target=connection.sendall, args=(numbered(size),), daemon=True)
            sender.start()
            go.wait()
            received.append(hashlib.sha256(receive_all(connection)).digest())
            sender.join()

        with Service(slow) as target, Restarted() as bridge, Client(bridge.link) as client:
            with opened(client, target) as connection:
                data = numbered(size)

                def send():
                    connection.sendall(data)
                    connection.shutdown(socket.SHUT_WR)

                sender = threading.Thread(target=send, daemon=True)
                sender.start()
                stuck(bridge)
                bridge.restart()
                go.set()
                self.assertEqual(hashlib.sha256(receive(connection, size)).digest(), hashlib.sha256(data).digest())
                sender.join()
                self.assertTrue(until(lambda: received))
                self.assertEqual(received[0], hashlib.sha256(data).digest())

    def test_goes_on_where_the_new_program_does_not_start(self):
        with tempfile.TemporaryDirectory() as place, Service(echo) as target:
            program = os.path.join(place, "rozaneh")
            os.symlink(ROZANEH, program)
            with Restarted(wrapper=("sh", "-c", f'shift; exec {program} "$@"', "sh"), state=f"{place}/state") as bridge:
                with Client(bridge.link) as client, opened(client, target) as connection:
                    connection.sendall(b"one")
                    self.assertEqual(receive(connection, 3), b"one")
                    for i, bad in enumerate(("#!/bin/sh\nexit 3\n", "no program", None)):
                        os.unlink(program)
                        if bad:
                            with open(program, "w", encoding="ascii") as file:
                                file.write(bad)
                            os.chmod(program, 0o755)
                        bridge.signal(signal.SIGUSR2)
                        self.assertTrue(
                            until(lambda: sum("did not start" in line for line in list(bridge.lines)) == i + 1)
                        )
                        connection.sendall(b"two")
                        self.assertEqual(receive(connection, 3), b"two")
                    os.symlink(ROZANEH, program)
                    bridge.restart()
                    connection.sendall(b"six")
                    self.assertEqual(receive(connection, 3), b"six")


def heard(flow, service, data):
    """Whether that comes from there, soon; what came before it is passed over."""
    while answer := flow.receive(0.2):
        if answer == (service.address, data):
            return True
    return False


def stuck(process):
    """Waits until the program does nothing any more."""

    def ticks():
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
            return sum(int(field) for field in file.read().rsplit(")", 1)[1].split()[11:13])

    def still():
        before = ticks()
        time.sleep(0.5)
        return ticks() == before

    return until(still)


class Manager:
    """What systemd does for a service with Type=notify and FileDescriptorStoreMax=, as far as we use it."""

    def __init__(self, place):
        self.path = os.path.join(place, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.store = []  # (name, descriptor)
        self.told = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                text, control, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(253 * 4))
            except OSError:
                return
            descriptors = array.array("i")
            for level, kind, data in control:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    descriptors.frombytes(data[: len(data) - len(data) % 4])
            lines = dict(line.split("=", 1) for line in text.decode().splitlines())
            self._take(lines, list(descriptors))
            self.told.append(lines)

    def _take(self, lines, descriptors):
        name = lines.get("FDNAME")
        if "FDSTORE" in lines:
            self.store += [(name, descriptor) for descriptor in descriptors]
            return
        if "FDSTOREREMOVE" in lines:
            for gone in [entry for entry in self.store if entry[0] == name]:
                os.close(gone[1])
                self.store.remove(gone)
        for descriptor in descriptors:
            os.close(descriptor)

    def words(self):
        """What starts the service with all that is in the store: a shell that knows its own process id."""
        return ("sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh")

    def options(self):
        environment = {**os.environ, "NOTIFY_SOCKET": self.path}
        store = list(self.store)
        if not store:
            return {"environment": environment}
        environment["LISTEN_FDS"] = str(len(store))
        environment["LISTEN_FDNAMES"] = ":".join(name for name, _ in store)

        def place():
            away = [os.dup2(descriptor, 3000 + i) for i, (_, descriptor) in enumerate(store)]
            for i, descriptor in enumerate(away):
                os.dup2(descriptor, 3 + i, inheritable=True)

        return {"environment": environment, "preexec_fn": place, "close_fds": False}

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.socket.close()
        for _, descriptor in self.store:
            os.close(descriptor)


class Stored(unittest.TestCase):
    def bridge(self, manager, state, *words, **more):
        return Bridge(
            "--hand-over", *words, tunnel=True, state=state, wrapper=manager.words(), listen=self.listen, **manager.options(), **more
        )

    def setUp(self):
        self.listen = fixed_listen()

    def test_loses_nothing_in_three_restarts(self):
        with tempfile.TemporaryDirectory() as place, Manager(place) as manager, Service(echo) as target:
            state = os.path.join(place, "state")
            bridge = self.bridge(manager, state)
            with Client(bridge.link) as client:
                exchange = Exchange(client, target)
                for _ in range(3):
                    exchange.goes_on()
                    with bridge:
                        self.assertEqual(bridge.stop(), 0)
                    self.assertEqual([name for name, _ in manager.store].count("out"), STREAMS)
                    bridge = self.bridge(manager, state)
                    self.assertEqual(bridge.event("resumed")["streams"], STREAMS)
                    # What stays in the store stays open.
                    self.assertTrue(until(lambda: not manager.store))
                with bridge:
                    exchange.goes_on()
                    self.assertEqual(exchange.end(), [True] * STREAMS)
                    self.assertEqual(target.accepted, STREAMS)

    def test_begins_anew_where_what_it_is_given_is_no_use(self):
        with tempfile.TemporaryDirectory() as place, Manager(place) as manager, Service(echo) as target:
            state = os.path.join(place, "state")
            with self.bridge(manager, state) as bridge, Client(bridge.link) as client, opened(client, target) as stream:
                stream.sendall(b"one")
                self.assertEqual(receive(stream, 3), b"one")
                self.assertEqual(bridge.stop(), 0)
                at = next(descriptor for name, descriptor in manager.store if name == "state")
                os.pwrite(at, b"\xff", 100)
                with self.bridge(manager, state) as successor:
                    successor.said("are lost: .*changed or cut off")
                    self.assertTrue(until(lambda: receive_nothing(stream)))
                    with opened(client, target) as other:
                        other.sendall(b"two")
                        self.assertEqual(receive(other, 3), b"two")


def is_dialled(port):
    """Whether somebody waits for an answer from this port of IPv4."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return any(row[2].endswith(f":{port:04X}") and row[3] == "02" for row in rows)


def receive_nothing(stream):
    with contextlib.suppress(ConnectionError):
        return stream.recv(1) == b""
    return True


class Drained(unittest.TestCase):
    def test_keeps_its_sessions_until_they_end(self):
        with Service(echo) as target, Bridge(tunnel=True) as bridge, Client(bridge.link) as client:
            with opened(client, target) as stream:
                stream.sendall(b"one")
                self.assertEqual(receive(stream, 3), b"one")
                bridge.signal(signal.SIGTERM)
                bridge.event("draining")
                stream.sendall(b"two")
                self.assertEqual(receive(stream, 3), b"two")
                with Client(bridge.link) as stranger:
                    code, refused = socks5(stranger.address, target.address)
                    refused.close()
                    self.assertNotEqual(code, 0)
                self.assertTrue(bridge.alive())
            self.assertEqual(bridge.ended(), 0)

    def test_waits_for_a_stream_that_is_being_opened(self):
        # Nobody accepts, and as many wait for that as may: the kernel passes over whoever else asks.
        with socket.create_server(("127.0.0.1", 0), backlog=0) as target, connect(target.getsockname()), Bridge(
            "--drain-limit", 4 * PATIENCE, tunnel=True
        ) as bridge, Client(bridge.link) as client:
            target.settimeout(PATIENCE)  # the bridge's kernel asks again at ever longer intervals
            code, stream = socks5(client.address, target.getsockname())
            with stream:
                self.assertEqual(code, 0)
                stream.sendall(b"question")
                self.assertTrue(until(lambda: is_dialled(target.getsockname()[1])))
                bridge.signal(signal.SIGTERM)
                bridge.event("draining")
                target.accept()[0].close()
                with target.accept()[0] as other:
                    self.assertEqual(receive(other, 8), b"question")
                    other.sendall(b"answer")
                    self.assertEqual(receive(stream, 6), b"answer")
            self.assertEqual(bridge.ended(), 0)

    def test_ends_at_its_limit_and_at_a_second_signal(self):
        for words, signals in ((("--drain-limit", 1), 1), ((), 2)):
            with self.subTest(signals), Service(echo) as target, Bridge(*words, tunnel=True) as bridge, Client(
                bridge.link
            ) as client, opened(client, target) as stream:
                stream.sendall(b"one")
                self.assertEqual(receive(stream, 3), b"one")
                bridge.signal(signal.SIGTERM)
                bridge.event("draining")
                if signals == 2:
                    bridge.signal(signal.SIGTERM)
                self.assertEqual(bridge.ended(), 0)
                # It is told that the session is over, and does not wait for the server.
                self.assertTrue(until(lambda: receive_nothing(stream)))

    def test_sends_new_clients_to_another_server(self):
        with Service(echo) as target, Bridge(tunnel=True) as leaving, Bridge(tunnel=True) as staying, Client(
            leaving.link
        ) as client, opened(client, target) as stream, tempfile.NamedTemporaryFile("w") as links:
            stream.sendall(b"one")
            self.assertEqual(receive(stream, 3), b"one")
            leaving.signal(signal.SIGTERM)
            leaving.event("draining")
            links.write(f"{leaving.link}\n{staying.link}\n")
            links.flush()
            with Client(links.name) as other:
                for _ in range(3):
                    with opened(other, target) as each:
                        each.sendall(b"one")
                        self.assertEqual(receive(each, 3), b"one")
                self.assertIn("about to end", other.event("unreachable")["reason"])
            stream.sendall(b"two")
            self.assertEqual(receive(stream, 3), b"two")


if __name__ == "__main__":
    main()
