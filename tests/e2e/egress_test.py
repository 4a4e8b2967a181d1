"""Where an open bridge goes, and where it does not: in a network of its own, whose loopback also has public addresses.

    application -- SOCKS5, HTTP CONNECT -- client == obfs4 == bridge --egress open -- services
"""

import contextlib
import socket
import subprocess
import unittest

from harness import Bridge, Client, Service, connect, echo, enter_own_network, main, receive, rozaneh, socks5

PUBLIC = ("8.8.4.4", "2001:4860:4860::8844")  # ours, here
NOT_ALLOWED = 2

PRIVATE = [
    "127.0.0.1",
    "127.255.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.1.2.3",
    "64:ff9b::a01:203",
    "fc00::1",
    "fe80::1",
    "ff02::1",
    "localhost",
]


@unittest.skipUnless(enter_own_network(), "no network of our own here")
class OpenBridge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for address in PUBLIC:
            subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)

    def ask(self, client, host, port):
        code, connection = socks5(client.address, (host, port))
        with connection:
            if code == 0:
                connection.sendall(b"x")
                self.assertEqual(receive(connection, 1), b"x")
            else:
                self.assertEqual(connection.recv(1), b"", "it must end behind the refusal")
        return code

    def test_goes_to_public_addresses_only(self):
        with Service(echo, ("", 0)) as target, Service(
            echo, ("::", target.address[1]), socket.AF_INET6
        ) as target6, Bridge(private=False) as bridge, Client(bridge.link) as client:
            port = target.address[1]
            answers = {host: self.ask(client, host, port) for host in PRIVATE}
            self.assertEqual(answers, dict.fromkeys(PRIVATE, NOT_ALLOWED))
            self.assertEqual((target.accepted, target6.accepted), (0, 0))
            self.assertEqual([self.ask(client, host, port) for host in PUBLIC], [0, 0])
            self.assertEqual(self.ask(client, PUBLIC[0], 1), 5, "nobody listens there")

    def test_goes_to_public_addresses_only_in_a_session_too(self):
        with Service(echo, ("", 0)) as target, Bridge(private=False, tunnel=True) as bridge, Client(
            bridge.link
        ) as client:
            for host in PRIVATE:
                # A stream of a session is there before the server has judged it: a refusal ends it.
                code, connection = socks5(client.address, (host, target.address[1]))
                with connection:
                    self.assertEqual(code, 0)
                    connection.sendall(b"x")
                    with contextlib.suppress(ConnectionError):
                        self.assertEqual(connection.recv(1), b"", host)
            self.assertEqual(target.accepted, 0)
            self.assertEqual(self.ask(client, PUBLIC[0], target.address[1]), 0)

    def test_goes_to_private_addresses_if_allowed(self):
        with Service(echo) as target, Bridge() as bridge, Client(bridge.link) as client:
            for host in ("127.0.0.1", "localhost"):
                self.assertEqual(self.ask(client, host, target.address[1]), 0, host)

    def test_carries_no_mail(self):
        with Service(echo, (PUBLIC[0], 25)) as mail, Bridge(private=False) as bridge, Client(bridge.link) as client:
            self.assertEqual(self.ask(client, PUBLIC[0], 25), NOT_ALLOWED)
            self.assertEqual(mail.accepted, 0)

    def test_refuses_the_ports_that_it_is_told(self):
        with Service(echo, (PUBLIC[0], 25)), Service(echo, (PUBLIC[0], 81)), Bridge(
            "--refuse-port", 81, private=False
        ) as bridge, Client(bridge.link) as client:
            self.assertEqual([self.ask(client, PUBLIC[0], port) for port in (25, 81)], [0, NOT_ALLOWED])

    def test_says_so_to_http_too(self):
        with Bridge(private=False) as bridge, Client(bridge.link) as client, connect(client.address) as connection:
            connection.sendall(b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n")
            self.assertRegex(receive(connection, 1000), rb"^HTTP/1.1 403 ")

    def test_carries_no_datagrams_yet_and_says_so(self):
        with Bridge() as bridge, Client(bridge.link) as client, connect(client.address) as connection:
            connection.sendall(b"\x05\x01\x00" + b"\x05\x03\x00\x01" + bytes(6))
            self.assertEqual(receive(connection, 4)[:4], b"\x05\x00\x05\x07")

    def test_is_not_opened_by_transports_that_prove_nothing(self):
        for transport in ("obfs2", "obfs3"):
            for more in ([], ["--allow-private"]):
                code, said = rozaneh(
                    "bridge", "--no-state", "--no-tunnel", "--egress", "open", "--listen", f"{transport}=127.0.0.1:0", *more
                )
                self.assertEqual(code, 2, said)
                self.assertIn(f"{transport} does not prove its clients", said)


if __name__ == "__main__":
    main()
