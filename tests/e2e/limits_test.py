"""How many, how long, and how it ends: limits, idle connections, signals, new settings, wrong settings, exit codes."""

import concurrent.futures
import contextlib
import os
import re
import signal
import socket
import tempfile
import time
import unittest

from harness import (
    PATIENCE,
    Bridge,
    Client,
    Rozaneh,
    Service,
    connect,
    echo,
    endpoint,
    free_port,
    main,
    numbered,
    receive,
    receive_all,
    rozaneh,
    text_of,
    until,
)

LINK = "rozaneh://127.0.0.1:1/obfs4?cert=" + "A" * 70 + "&iat-mode=0"


def is_open(connection):
    """Whether a silent connection stays."""
    connection.settimeout(0.5)
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionResetError:
        return False


def echoes(connection, data=b"are you there?"):
    connection.settimeout(PATIENCE)
    connection.sendall(data)
    return receive(connection, len(data)) == data


class Connections(unittest.TestCase):
    def test_are_limited_in_all(self):
        with Service(echo) as target, Bridge("--max-connections", 5, forward=target.address) as bridge:
            self.fill(bridge, 5)

    def test_are_limited_by_address(self):
        with Service(echo) as target, Bridge("--max-per-address", 3, forward=target.address) as bridge:
            self.fill(bridge, 3, lambda: self.assertTrue(is_open(self.dial(bridge, "127.0.0.2"))))

    def dial(self, program, source="127.0.0.1"):
        connection = socket.create_connection(program.address, PATIENCE, source_address=(source, 0))
        self.addCleanup(connection.close)
        return connection

    def fill(self, program, limit, meanwhile=lambda: None):
        descriptors = program.descriptors()
        held = [self.dial(program) for _ in range(limit)]
        self.assertTrue(until(lambda: program.descriptors() >= descriptors + limit))
        self.assertFalse(is_open(self.dial(program)), "one too many")
        self.assertTrue(all(map(is_open, held)))
        meanwhile()
        held.pop().close()
        self.assertTrue(until(lambda: is_open(self.dial(program))), "a place is free again")

    def test_of_applications_are_limited_too(self):
        with Service(echo) as target, Bridge(forward=target.address) as bridge, Client(
            "--max-connections", 4, bridge.link
        ) as client:
            self.fill(client, 4)

    def test_may_be_more_than_a_shell_allows(self):
        """The limit of 1024 files that most systems start programs with is not the one that they may have."""
        with Service(echo) as target, Bridge(
            forward=target.address, wrapper=["prlimit", "--nofile=128:4096"]
        ) as bridge, Client(bridge.link, wrapper=["prlimit", "--nofile=128:4096"]) as client:
            with contextlib.ExitStack() as stack, concurrent.futures.ThreadPoolExecutor(8) as pool:
                crowd = [stack.enter_context(connection) for connection in pool.map(self.dial, [client] * 300)]
                self.assertTrue(all(pool.map(echoes, crowd)))

    def test_that_do_not_make_themselves_known_end(self):
        """obfs3 says hello at once and then has nobody to talk to; obfs4 keeps a stranger longer, see probes_test."""
        with Service(echo) as target, Bridge(
            "--handshake-limit", 1, listen=["obfs3"], forward=target.address
        ) as bridge:
            begun = time.monotonic()
            silent = connect(bridge.address_of("obfs3"))
            silent.settimeout(8)
            while not self.has_ended(silent):
                pass
            self.assertGreater(time.monotonic() - begun, 0.9)

    def test_that_are_silent_end(self):
        with Service(echo) as target, Bridge("--idle-limit", 2, forward=target.address) as bridge, Client(
            bridge.link
        ) as client, connect(client.address) as silent, connect(client.address) as busy:
            self.assertTrue(echoes(silent) and echoes(busy))
            begun = time.monotonic()
            silent.settimeout(0.3)
            ended = False
            while not ended and time.monotonic() < begun + PATIENCE:
                self.assertTrue(echoes(busy), "a connection that is used must stay")
                silent.settimeout(0.3)
                with contextlib.suppress(TimeoutError):
                    ended = self.has_ended(silent)
            self.assertTrue(ended)
            self.assertGreater(time.monotonic() - begun, 1.9)
            self.assertLess(time.monotonic() - begun, 8)

    def test_that_are_silent_end_at_the_client_too(self):
        with Service(echo) as target, Bridge(forward=target.address) as bridge, Client(
            "--idle-limit", 1, bridge.link
        ) as client, connect(client.address) as silent:
            self.assertTrue(echoes(silent))
            silent.settimeout(8)
            self.assertTrue(self.has_ended(silent))

    @staticmethod
    def has_ended(connection):
        try:
            return connection.recv(1) == b""
        except ConnectionResetError:
            return True


class Ending(unittest.TestCase):
    SIZE = 24 << 20

    def slow_source(self, connection):
        """A download that takes a while, whatever the buffers hold."""
        connection.recv(1)
        data = numbered(1 << 18)
        for _ in range(self.SIZE >> 18):
            connection.sendall(data)
            time.sleep(0.02)

    def drains(self, choose, number):
        """A running download ends whole after the signal, new connections are refused, and the exit code is 0."""
        with Service(self.slow_source) as source, Bridge(forward=source.address) as bridge, Client(
            "--drain-limit", 60, bridge.link
        ) as client, connect(client.address) as download:
            download.sendall(b"x")
            first = receive(download, 1 << 18)
            program = choose(bridge, client)
            program.signal(number)
            program.event("draining")
            with self.assertRaises(ConnectionRefusedError):
                connect(program.address)
            rest = receive_all(download)
            self.assertEqual(len(first + rest), self.SIZE)
            download.close()
            self.assertEqual(program.ended(), 0)

    def test_of_a_bridge_waits_for_a_download(self):
        self.drains(lambda bridge, client: bridge, signal.SIGTERM)

    def test_of_a_client_waits_for_a_download(self):
        self.drains(lambda bridge, client: client, signal.SIGINT)

    def test_is_at_once_if_nothing_is_open(self):
        with Service(echo) as target, Bridge(forward=target.address) as bridge:
            begun = time.monotonic()
            self.assertEqual(bridge.stop(), 0)
            self.assertLess(time.monotonic() - begun, 2)

    def test_is_at_once_at_a_second_signal(self):
        with Service(echo) as target, Bridge(forward=target.address) as bridge, Client(
            bridge.link
        ) as client, connect(client.address) as connection:
            self.assertTrue(echoes(connection))
            bridge.signal(signal.SIGTERM)
            bridge.event("draining")
            time.sleep(0.5)
            self.assertTrue(bridge.alive() and echoes(connection))
            begun = time.monotonic()
            self.assertEqual(bridge.stop(), 0)
            self.assertLess(time.monotonic() - begun, 2)

    def test_waits_no_longer_than_told(self):
        with Service(echo) as target, Bridge("--drain-limit", 2, forward=target.address) as bridge, Client(
            bridge.link
        ) as client, connect(client.address) as connection:
            self.assertTrue(echoes(connection))
            begun = time.monotonic()
            self.assertEqual(bridge.stop(), 0)
            self.assertGreater(time.monotonic() - begun, 1.9)
            self.assertLess(time.monotonic() - begun, 6)


class Settings(unittest.TestCase):
    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
        self.addCleanup(box.cleanup)
        self.file = os.path.join(box.name, "rozaneh.toml")

    def write(self, text):
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(text)

    WRONG = [
        # what stands in the file, the line that is wrong, words of the answer
        ("\n\nlisten-on = 5\n", 3, ["listen-on", "max-connections"]),
        ('egress = "open"\nmax-connections = "many"\n', 2, ["max-connections", "many"]),
        ('egress = "open"\n\nidle-limit = -1\n', 3, ["idle-limit"]),
        ("json = true\nforward = [[1]]\n", 2, ["forward"]),
        ("json = true\negress = open\n", 2, []),
        ('json = true\nname = "x\n', 2, []),
        ("help = true\n", 1, ["help"]),
        ("json = true\nno-qr = 3\n", 2, ["no-qr", "true or false"]),
        ("handshake-limit = 0\n", 1, ["handshake-limit"]),
        ('config = "other.toml"\n', 1, ["config"]),
    ]

    def test_that_are_wrong_are_named_with_file_line_and_key(self):
        for text, line, words in self.WRONG:
            with self.subTest(text):
                self.write(text)
                code, said = rozaneh("bridge", "--config", self.file)
                self.assertEqual(code, 2, said)
                self.assertIn(f"{self.file}:{line}:", said)
                for word in words:
                    self.assertIn(word, said)

    def test_that_are_not_there_are_named(self):
        code, said = rozaneh("bridge", "--config", self.file)
        self.assertEqual(code, 2, said)
        self.assertIn(self.file, said)

    def test_of_the_command_line_win(self):
        port = free_port()
        self.write('listen = ["obfs4=127.0.0.1:1"]\nforward = "127.0.0.1:1"\nno-state = true\n')
        with Rozaneh(
            "bridge", "--config", self.file, "--listen", f"obfs4=127.0.0.1:{port}", "--no-state"
        ) as bridge:
            self.assertEqual(endpoint(bridge.event("listening")["at"])[1], port)

    def test_can_be_read_anew(self):
        ports = [free_port(), free_port(), free_port()]
        with Service(echo) as target:
            self.write(self.settings(target, 100, ports[:2], "info"))
            with Rozaneh("bridge", "--config", self.file) as bridge:
                bridge.event("listening", skip=1)
                bridge.address = ("127.0.0.1", ports[0])
                link = bridge.event("listening")["links"][0]
                with Client(link) as client, connect(client.address) as old:
                    self.assertTrue(echoes(old))
                    gone = connect(("127.0.0.1", ports[1]))
                    # What the kernel holds for a port, but nobody has accepted yet, ends with the port.
                    self.assertTrue(until(lambda: bridge.has_accepted(ports[1])))
                    self.assertFalse(bridge.heard('"debug"'))

                    # One listener fewer, one more, other limits, more words.
                    self.write(self.settings(target, 3, [ports[0], ports[2]], "debug"))
                    bridge.signal(signal.SIGHUP)
                    bridge.event("reloaded")
                    self.assertEqual(endpoint(bridge.event("listening", skip=2)["at"])[1], ports[2])
                    self.assertTrue(until(lambda: self.refused(ports[1])))
                    self.assertTrue(echoes(old), "what was open stays open")
                    self.assertTrue(is_open(gone), "also on a port that is closed now")
                    # Two are open. The next ones may be accepted by different threads, so first one, then the other.
                    descriptors = bridge.descriptors()
                    with connect(bridge.address) as third:
                        self.assertTrue(until(lambda: bridge.descriptors() > descriptors))
                        with connect(bridge.address) as fourth:
                            self.assertEqual([is_open(third), is_open(fourth)], [True, False])
                    gone.close()
                    self.assertTrue(until(lambda: bridge.heard('"level":"debug"')))

                    # Wrong ones change nothing.
                    self.write(self.settings(target, 100, ports, "info") + "max-connection = 7\n")
                    bridge.signal(signal.SIGHUP)
                    bridge.said(re.escape(f"{self.file}:6:") + ".*max-connection")
                    self.write(self.settings(target, 100, ports, "loud"))
                    bridge.signal(signal.SIGHUP)
                    bridge.said("log-level 'loud'")
                    self.assertTrue(self.refused(ports[1]) and echoes(old))
                    with Client(link) as another:
                        another.event("connected")
                self.assertEqual(bridge.stop(), 0)

    @staticmethod
    def settings(target, most, ports, level):
        listen = ", ".join(f'"obfs4=127.0.0.1:{port}"' for port in ports)
        return (
            f'forward = "{text_of(target.address)}"\nmax-connections = {most}\nlisten = [{listen}]\n'
            f'log-level = "{level}"\nidle-limit = 600\n'
        )

    @staticmethod
    def refused(port):
        try:
            connect(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            return True
        return False

    def test_of_a_client_can_be_read_anew(self):
        with Service(echo) as target, Bridge(forward=target.address) as one, Bridge(forward=target.address) as two:
            self.write(f'link = ["{one.link}"]\n')
            with Client("--config", self.file) as client:
                with connect(client.address) as old:
                    self.assertTrue(echoes(old))
                    self.write(f'link = ["{two.link}"]\n')
                    client.signal(signal.SIGHUP)
                    client.event("reloaded")
                    with connect(client.address) as fresh:
                        self.assertTrue(echoes(fresh) and echoes(old))
                    self.assertIn(str(two.address[1]), client.event("connected", skip=1)["way"])
                    self.write('link = ["nonsense"]\n')
                    client.signal(signal.SIGHUP)
                    client.said("the old settings stay")
                    with connect(client.address) as fresh:
                        self.assertTrue(echoes(fresh))


class ExitCodes(unittest.TestCase):
    def ends_with(self, code, *words, mentions=()):
        ended, said = rozaneh(*words)
        self.assertEqual(ended, code, f"{words}: {said}")
        for word in mentions:
            self.assertIn(word, said)

    def test_0_for_help_and_a_good_check(self):
        for words in (["--help"], ["--version"], ["bridge", "--help"], ["link", "show", "--no-qr", LINK]):
            self.ends_with(0, *words)
        with Service(echo) as target, Bridge(forward=target.address) as bridge:
            self.ends_with(0, "client", "--check", "--no-state", bridge.link)

    def test_1_where_something_is_in_the_way(self):
        with Service(echo) as taken:
            at = text_of(taken.address)
            forward = ["bridge", "--no-state", "--forward", "127.0.0.1:1"]
            self.ends_with(1, *forward, "--listen", f"obfs4={at}", mentions=[at, "in use"])
            self.ends_with(1, "client", "--no-state", "--listen", at, LINK, mentions=[at, "in use"])

    def test_1_where_another_of_us_has_the_port(self):
        """Two bridges that share a port would each get half of the other's clients."""
        with Service(echo) as target, Bridge(forward=target.address) as bridge, Client(bridge.link) as client:
            at = text_of(bridge.address)
            self.ends_with(1, "bridge", "--no-state", "--forward", "127.0.0.1:1", "--listen", f"obfs4={at}")
            self.ends_with(1, "client", "--no-state", "--listen", text_of(client.address), LINK)

    def test_2_for_words_that_are_wrong(self):
        forward = ["bridge", "--no-state", "--forward", "127.0.0.1:1"]
        for words in (
            [],
            ["bridges"],
            ["bridge", "--no-state", "--listen", "obfs4=127.0.0.1:0"],
            [*forward, "--egress", "open"],
            ["bridge", "--no-state", "--egress", "everywhere"],
            ["bridge", "--no-state", "--forward", "nowhere"],
            [*forward, "--listen", "obfs5=127.0.0.1:0"],
            [*forward, "--listen", "obfs4=127.0.0.1"],
            [*forward, "--listen", "obfs4=127.0.0.1:65536"],
            [*forward, "--listen", "obfs4=127.0.0.1:0", "--set", "nonsense"],
            [*forward, "--listen", "obfs4=127.0.0.1:0", "--set", "obfs4.iat-mode=3"],
            [*forward, "--listen", "obfs4=127.0.0.1:0", "--set", "obfs3.iat-mode=1"],
            [*forward, "--listen", "obfs4=127.0.0.1:0", "--handshake-limit", "0"],
            [*forward, "--listen", "obfs4=127.0.0.1:0", "--log-level", "loud"],
            [*forward, "--listen", "obfs4=127.0.0.1:0", "--max-connections", "-1"],
            [*forward, "--listen", "obfs4=127.0.0.1:0", "--max-per-address", "-1"],
            [*forward, "--listen", "obfs4=127.0.0.1:0", "--max-connections", "many"],
            ["client", "--no-state"],
            ["client", "--no-state", "rozaneh://nowhere"],
            ["client", "--no-state", "obfs4 127.0.0.1:1 cert=short iat-mode=0"],
            ["client", "--no-state", "/no/such/file"],
            ["client", "--no-state", "--listen", "nowhere", LINK],
            ["client", "--no-state", "--set", "scramblesuit.x=y", LINK],
            ["client", "--no-state", "--upstream-proxy", "ftp://127.0.0.1:1", LINK],
            ["link", "show", "rozaneh://"],
        ):
            with self.subTest(" ".join(words)):
                self.ends_with(2, *words)

    def test_3_for_a_check_without_a_way(self):
        self.ends_with(3, "client", "--check", "--no-state", LINK, mentions=["refused"])
        upstream = ["--upstream-proxy", f"socks5://127.0.0.1:{free_port()}"]
        self.ends_with(3, "client", "--check", "--no-state", *upstream, LINK, mentions=["refused", "the upstream proxy"])


if __name__ == "__main__":
    main()
