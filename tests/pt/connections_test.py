#!/usr/bin/env python3
"""What the program does with connections, plain and through real upstream proxies: connections_test.py PROGRAM

    echo ══ our server ══ [microsocks | danted | tinyproxy] ══ our client ══ this test
"""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from program import HOST, Echo, SocksError, Transport, check_echo, client, connect, server, state

PROGRAM = os.path.abspath(sys.argv.pop(1))

DANTED = """\
logoutput: stderr
internal: 127.0.0.1 port = {port}
external: 127.0.0.1
clientmethod: none
socksmethod: none
client pass {{ from: 127.0.0.0/8 to: 0/0 }}
socks pass {{ from: 127.0.0.0/8 to: 0/0 protocol: tcp }}
"""
TINYPROXY = """\
Port {port}
Listen 127.0.0.1
Allow 127.0.0.1
Timeout 60
MaxClients 50
BasicAuth user pass
"""


def free_port():
    """One to listen on later, not of those that outgoing connections get and could take meanwhile."""
    while True:
        port = random.randrange(10_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server((HOST, port)):
            return port


@contextlib.contextmanager
def running(command, port):
    """A proxy, from when it listens until it is no longer needed."""
    environment = {"PATH": os.environ["PATH"] + ":/usr/sbin"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as proxy:
        try:
            until = time.monotonic() + 10
            while True:
                with contextlib.suppress(OSError), socket.create_connection((HOST, port)):
                    break
                if time.monotonic() > until or proxy.poll() is not None:
                    raise RuntimeError(f"{command[0]} does not listen")
                time.sleep(0.05)
            yield
        finally:
            proxy.terminate()


@contextlib.contextmanager
def configured(name, option, text):
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(text.format(port=port))
        file.flush()
        program = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
        with running([program, option, file.name], port):
            yield port


@contextlib.contextmanager
def microsocks(*words):
    port = free_port()
    with running(["microsocks", "-i", HOST, "-p", str(port), *words], port):
        yield port


class Connections(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def start(self, variables, *words):
        transport = self.stack.enter_context(Transport([PROGRAM, "pt", *words], variables))
        return transport, transport.ready()

    def start_server(self, echo=None, **more):
        self.echo = echo or Echo()
        return self.start(server(self.stack.enter_context(state()), self.echo.address, **more))

    def start_client(self, *words, **more):
        return self.start(client(self.stack.enter_context(state()), **more), *words)

    def check(self, *words, **more):
        bridge, at = self.start_server()
        ours, socks = self.start_client(*words, **more)
        for _ in range(2):
            with connect(socks["obfs4"], at["obfs4"], bridge.arguments("obfs4")) as connection:
                check_echo(connection)
        self.assertIn("STATUS TRANSPORT=obfs4 CONNECT=Success", ours.read_until("^STATUS"))

    def test_straight(self):
        self.check()

    def test_every_transport(self):
        names = "obfs4,obfs3,obfs2,scramblesuit"
        password = "A" * 32
        bridge, at = self.start_server(transports=names,
                                       SERVER_TRANSPORT_OPTIONS=f"scramblesuit:password={password}")
        _, socks = self.start_client(transports=names)
        for name in names.split(","):
            with self.subTest(name):
                arguments = bridge.arguments(name) or "unused=1"
                with connect(socks[name], at[name], arguments) as connection:
                    check_echo(connection)

    def test_over_ipv6(self):
        bridge, at = self.start_server(echo=Echo("::1"), host="::1")
        _, socks = self.start_client(OUTBOUND_BIND_ADDRESS_V6="[::1]")
        with connect(socks["obfs4"], at["obfs4"], bridge.arguments("obfs4")) as connection:
            check_echo(connection)

    def test_from_the_address_that_tor_names(self):
        with socket.create_server((HOST, 0)) as bridge:
            _, socks = self.start_client(OUTBOUND_BIND_ADDRESS_V4="127.0.0.7", transports="obfs3")
            application = socket.create_connection(socks["obfs3"])
            port = bridge.getsockname()[1].to_bytes(2, "big")
            application.sendall(b"\x05\x01\x00" + b"\x05\x01\x00\x01\x7f\0\0\x01" + port)
            connection, peer = bridge.accept()
            connection.close()
            application.close()
        self.assertEqual(peer[0], "127.0.0.7")

    def test_with_biased_shapes(self):
        self.check("-obfs4-distBias")

    def test_with_several_loops(self):
        self.check("--threads", "3")

    def test_arguments_that_fill_the_password_too(self):
        bridge, at = self.start_server()
        _, socks = self.start_client()
        arguments = bridge.arguments("obfs4") + ";filler=" + "x" * 300
        with connect(socks["obfs4"], at["obfs4"], arguments) as connection:
            check_echo(connection)

    def test_failures_are_told_without_addresses(self):
        ours, socks = self.start_client("--log-level", "debug")
        bridge, _ = self.start_server()
        with self.assertRaisesRegex(SocksError, "^5$"):
            connect(socks["obfs4"], (HOST, 1), bridge.arguments("obfs4"))
        self.assertRegex(ours.read_until("^STATUS"), r'^STATUS TRANSPORT=obfs4 CONNECT=Failed ERRSTR=".*refused.*"')
        self.assertRegex(ours.read_until("^LOG"), r"SEVERITY=warning .*\[address\].*refused")
        with self.assertRaisesRegex(SocksError, "^1$"):
            connect(socks["obfs4"], (HOST, 1), "cert=too-short;iat-mode=0")
        self.assertIn("cert", ours.read_until("^LOG SEVERITY=warning"))
        self.assertNotIn(HOST + ":1", " ".join(ours.lines).replace(f"{HOST}:{socks['obfs4'][1]}", ""))

    def test_unsafe_logging_shows_addresses(self):
        ours, socks = self.start_client("-unsafeLogging")
        bridge, _ = self.start_server()
        with self.assertRaises(SocksError):
            connect(socks["obfs4"], (HOST, 1), bridge.arguments("obfs4"))
        self.assertIn(f"ADDRESS={HOST}:1 ", ours.read_until("^STATUS"))

    def test_through_microsocks(self):
        with microsocks() as port:
            self.check(PROXY=f"socks5://{HOST}:{port}")

    def test_through_microsocks_with_a_password(self):
        with microsocks("-u", "user", "-P", "p@ss") as port:
            self.check(PROXY=f"socks5://user:p%40ss@{HOST}:{port}")

    def test_through_danted_by_socks4a(self):
        with configured("danted", "-f", DANTED) as port:
            self.check(PROXY=f"socks4a://{HOST}:{port}")

    def test_through_danted_by_socks5(self):
        with configured("danted", "-f", DANTED) as port:
            self.check(PROXY=f"socks5://{HOST}:{port}")

    def test_through_tinyproxy_with_a_password(self):
        with configured("tinyproxy", "-dc", TINYPROXY) as port:
            self.check(PROXY=f"http://user:pass@{HOST}:{port}")

    def test_what_the_proxy_refuses_is_refused(self):
        with configured("tinyproxy", "-dc", TINYPROXY) as port:
            _, socks = self.start_client(PROXY=f"http://user:wrong@{HOST}:{port}")
            bridge, at = self.start_server()
            with self.assertRaises(SocksError):
                connect(socks["obfs4"], at["obfs4"], bridge.arguments("obfs4"))

    def test_nothing_goes_past_a_proxy_that_is_gone(self):
        with socket.create_server((HOST, 0)) as bridge:
            bridge.settimeout(1)
            _, socks = self.start_client(PROXY=f"socks5://{HOST}:1", transports="obfs3")
            with self.assertRaises(SocksError):
                connect(socks["obfs3"], bridge.getsockname(), "unused=1")
            with self.assertRaises(TimeoutError):
                bridge.accept()


if __name__ == "__main__":
    unittest.main()
