"""Sessions that outlive their connections: our client and our bridge, and between them somebody who cuts.

    application -- SOCKS5 -- client == session over obfs4 == [ cutter ] == bridge --egress open -- echo
"""

import contextlib
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from cutter import Cutter
from harness import (
    PATIENCE,
    SANITIZED,
    Bridge,
    Client,
    Service,
    digest,
    echo,
    free_port,
    listens,
    main,
    numbered,
    receive,
    receive_all,
    socks5,
    through,
    until,
)

STREAMS = 20 if SANITIZED else 100
MEGABYTES = 20 if SANITIZED else 200  # of all streams together


def opened(client, target):
    code, connection = socks5(client.address, target.address)
    if code != 0:
        raise AssertionError(f"SOCKS answered {code}")
    return connection


class Session(unittest.TestCase):
    def echoed(self, client, target, size):
        with opened(client, target) as connection:
            data = numbered(size)
            sender = threading.Thread(target=connection.sendall, args=(data,), daemon=True)
            sender.start()
            back = receive(connection, size)
            sender.join()
            return hashlib.sha256(back).digest() == hashlib.sha256(data).digest()

    def echoed_by_all(self, client, target, streams, size):
        done = []
        threads = [
            threading.Thread(target=lambda: done.append(self.echoed(client, target, size)), daemon=True)
            for _ in range(streams)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(done, [True] * streams)

    def test_carries_all_streams_over_one_connection(self):
        with Service(echo) as target, Bridge(tunnel=True) as bridge, Cutter(bridge.address) as wire, Client(
            through(bridge.link, wire.address[1])
        ) as client:
            self.echoed_by_all(client, target, 50, 100_000)
            # One that found the way, and one that carried.
            self.assertLessEqual(wire.accepted, 2)

    def test_loses_nothing_when_every_connection_is_cut(self):
        size = (MEGABYTES << 20) // STREAMS
        with Service(echo) as target, Bridge(tunnel=True) as bridge, Cutter(bridge.address, life=0.5) as wire, Client(
            through(bridge.link, wire.address[1])
        ) as client:
            begun = time.monotonic()
            self.echoed_by_all(client, target, STREAMS, size)
            took = time.monotonic() - begun
            print(f"{STREAMS} streams, {MEGABYTES} MiB each way, {wire.accepted} connections, {took:.1f} s")
            self.assertGreater(wire.accepted, 1)

    def test_notices_connections_that_are_frozen(self):
        with Service(echo) as target, Bridge(tunnel=True) as bridge, Cutter(
            bridge.address, most=40_000, freezes=True
        ) as wire, Client(through(bridge.link, wire.address[1])) as client:
            self.assertTrue(self.echoed(client, target, 150_000))
            self.assertGreater(wire.accepted, 3)

    def test_crosses_from_core_to_core(self):
        with Service(echo) as target, Bridge("--threads", 4, tunnel=True) as bridge, Cutter(
            bridge.address, life=0.2
        ) as wire, Client(through(bridge.link, wire.address[1])) as client:
            self.echoed_by_all(client, target, 10, 2 << 20)

    def test_keeps_half_closes_over_a_cut(self):
        with Service(digest) as target, Bridge(tunnel=True) as bridge, Cutter(bridge.address) as wire, Client(
            through(bridge.link, wire.address[1])
        ) as client, opened(client, target) as connection:
            data = numbered(300_001)
            connection.sendall(data[:100_000])
            wire.cut_all()
            connection.sendall(data[100_000:])
            connection.shutdown(socket.SHUT_WR)
            answer = receive_all(connection).decode()
            self.assertEqual(answer, f"{len(data)} {hashlib.sha256(data).hexdigest()}\n")

    def test_lives_on_without_any_connection(self):
        with Service(echo) as target, Bridge(tunnel=True) as bridge, Cutter(bridge.address) as wire, Client(
            through(bridge.link, wire.address[1])
        ) as client, opened(client, target) as connection:
            connection.sendall(b"before")
            self.assertEqual(receive(connection, 6), b"before")
            wire.refuses = True
            wire.cut_all()
            connection.sendall(b"after")
            tried = wire.accepted
            until(lambda: wire.accepted > tried + 1)
            wire.refuses = False
            self.assertEqual(receive(connection, 5), b"after")

    def test_goes_on_by_another_way(self):
        with Service(echo) as target, Bridge(listen=("obfs4", "scramblesuit"), tunnel=True) as bridge, Cutter(
            bridge.address_of("obfs4")
        ) as first, Cutter(bridge.address_of("scramblesuit")) as second, tempfile.NamedTemporaryFile("w") as links:
            ways = ((first, "obfs4"), (second, "scramblesuit"))
            links.write("\n".join(through(bridge.link_of(name), wire.address[1]) for wire, name in ways))
            links.flush()
            with Client(links.name) as client, opened(client, target) as connection:
                connection.sendall(b"one")
                self.assertEqual(receive(connection, 3), b"one")
                for wire, _ in ways:
                    wire.refuses = True
                    wire.cut_all()
                    connection.sendall(b"two")
                    self.assertEqual(receive(connection, 3), b"two")
                    wire.refuses = False

    def test_ends_with_its_client(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            for streams in (0, 1):
                with self.subTest(number=number, streams=streams), Service(echo) as target, Bridge(tunnel=True) as bridge, Client(
                    "--drain-limit", 0, bridge.link
                ) as client:
                    with opened(client, target) as connection:
                        connection.sendall(b"x")
                        self.assertEqual(receive(connection, 1), b"x")
                        self.assertEqual(bridge.counted()["sessions"], 1)
                        if streams == 0:
                            connection.close()
                        client.signal(number)
                        self.assertEqual(client.ended(), 0)
                    self.assertEqual(bridge.counted()["sessions"], 0)

    def test_proves_a_client_where_the_transport_does_not(self):
        for transport in ("http", "obfs3"):
            with self.subTest(transport), Service(echo) as target, tempfile.TemporaryDirectory() as state:
                port = free_port()
                words = ["--set", f"http.url=http://127.0.0.1:{port}"] if transport == "http" else []
                with Bridge(*words, listen=(f"{transport}=127.0.0.1:{port}",), tunnel=True, state=state) as bridge:
                    link = bridge.link
                    with Client(link) as client:
                        self.assertTrue(self.echoed(client, target, 100_000))
                    came = target.accepted
                    with Client(link.replace("tunnel=", "nothing=")) as stranger:
                        code, connection = socks5(stranger.address, target.address)
                        connection.close()
                        self.assertNotEqual(code, 0)
                    self.assertEqual(target.accepted, came)

    def test_tells_an_application_that_nobody_listens(self):
        nobody = free_port()
        with Bridge(tunnel=True) as bridge, Client(bridge.link) as client:
            code, connection = socks5(client.address, ("127.0.0.1", nobody))
            with connection, contextlib.suppress(ConnectionError):
                self.assertEqual(code, 0)
                self.assertEqual(connection.recv(1), b"")

    def test_ends_with_its_server_and_begins_anew(self):
        with Service(echo) as target, tempfile.TemporaryDirectory() as state:
            port = free_port()
            listen = (f"obfs4=127.0.0.1:{port}",)
            with Bridge(listen=listen, tunnel=True, state=state) as bridge:
                link = bridge.link
                client = Client(link)
                connection = opened(client, target)
                connection.sendall(b"x")
                self.assertEqual(receive(connection, 1), b"x")
                bridge.kill()
            with client, Bridge(listen=listen, tunnel=True, state=state):
                with contextlib.suppress(ConnectionError):
                    self.assertEqual(connection.recv(1), b"")
                connection.close()
                self.assertTrue(self.echoed(client, target, 100_000))


SSHD = "/usr/sbin/sshd"


@unittest.skipUnless(os.access(SSHD, os.X_OK) and shutil.which("ssh"), "OpenSSH is not installed")
class Login(unittest.TestCase):
    def test_lives_through_five_cuts(self):
        with tempfile.TemporaryDirectory() as place, Bridge(tunnel=True) as bridge, Cutter(bridge.address) as wire, Client(
            through(bridge.link, wire.address[1])
        ) as client:
            for key in ("host", "user"):
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{place}/{key}"], check=True)
            os.chmod(place, 0o700)
            shutil.copy(f"{place}/user.pub", f"{place}/authorized")
            port = free_port()
            with open(f"{place}/config", "w") as config:
                config.write(
                    f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {place}/host\nAuthorizedKeysFile {place}/authorized\n"
                    f"PidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin yes\n"
                )
            os.makedirs("/run/sshd", exist_ok=True)
            server = subprocess.Popen([SSHD, "-D", "-e", "-f", f"{place}/config"], stderr=subprocess.DEVNULL)
            try:
                self.assertTrue(until(lambda: listens(port)))
                self.converse(place, port, client, wire)
            finally:
                server.terminate()
                server.wait()

    def converse(self, place, port, client, wire):
        proxy = f"{sys.executable} {__file__} --pipe {client.address[1]} %h %p"
        shell = subprocess.Popen(
            ["ssh", "-T", "-i", f"{place}/user", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
             "-o", "LogLevel=ERROR", "-o", f"ProxyCommand={proxy}", "-p", str(port), "127.0.0.1", "cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        watchdog = threading.Timer(PATIENCE, lambda: shell.send_signal(signal.SIGKILL))
        watchdog.start()
        for i in range(6):
            shell.stdin.write(f"line {i}\n".encode())
            shell.stdin.flush()
            self.assertEqual(shell.stdout.readline(), f"line {i}\n".encode())
            if i < 5:
                wire.cut_all()
        shell.stdin.close()
        self.assertEqual(shell.wait(), 0)
        watchdog.cancel()
        shell.stdout.close()


def pipe(proxy, host, port):
    """What ssh talks through: its standard input and output are the connection's two directions."""
    code, connection = socks5(("127.0.0.1", int(proxy)), (host, int(port)), limit=None)
    if code != 0:
        sys.exit(f"SOCKS answered {code}")

    def up():
        while part := os.read(0, 1 << 16):
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)

    threading.Thread(target=up, daemon=True).start()
    while part := connection.recv(1 << 16):
        os.write(1, part)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--pipe"]:
        pipe(*sys.argv[2:])
    else:
        main()
