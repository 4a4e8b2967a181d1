"""WebTunnel with real parts: Debian's nginx in front (TLS, proxy_pass with upgrade), and the bridge with TLS of its own.

    application -- SOCKS5 -- client == TLS == nginx -- HTTP -- bridge -- echo

Tor's own webtunnel is not in Debian: what its client sends and takes is done here by hand, through nginx.
"""

import socket
import ssl
import subprocess
import unittest
import urllib.parse

import nginx
from harness import (
    OUR_PT,
    SANITIZED,
    Bridge,
    Client,
    ManagedTransport,
    Rozaneh,
    Service,
    connect,
    digest,
    echo,
    endpoint,
    free_port,
    main,
    numbered,
    pt_words,
    receive,
    receive_all,
    rozaneh,
    socks5,
)

PATH = "/a-path-that-nobody-guesses"
SIZES = [1, 1000, 16383, 16384, 65537, 3_000_000]
LONG = (8 if SANITIZED else 40) << 20

# Byte for byte what Tor's webtunnel 0.0.2 sends.
REQUEST = (
    "GET {path} HTTP/1.1\r\nHost: bridge.example\r\nUser-Agent: Go-http-client/1.1\r\n"
    "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"
)


def exchange(connection, data):
    """Sends and reads back in parts, so that neither side fills up."""
    back = b""
    for at in range(0, len(data), 1 << 16):
        part = data[at : at + (1 << 16)]
        connection.sendall(part)
        back += receive(connection, len(part))
    return back


def tls(address, authority, alpn=("http/1.1",)):
    context = ssl.create_default_context(cafile=authority.path)
    context.set_alpn_protocols(list(alpn))
    return context.wrap_socket(connect(address), server_hostname=nginx.NAME)


def ask(connection, path=PATH, behind=b""):
    """Asks as clients in the field do; answers the head of the answer."""
    connection.sendall(REQUEST.format(path=path).encode() + behind)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        part = connection.recv(1)
        if not part:
            break
        head += part
    return head.decode()


@unittest.skipUnless(nginx.is_installed(), "nginx is not installed")
class BehindNginx(unittest.TestCase):
    def setUp(self):
        self.authority = self.enterContext(nginx.Authority())
        self.port = free_port()
        self.front = self.enterContext(nginx.NginxFront(self.authority, {PATH: ("127.0.0.1", self.port)}))

    def bridge(self, *words, serve=echo, **options):
        target = self.enterContext(Service(serve))
        return self.enterContext(
            Bridge("--set", f"webtunnel.url={self.front.url(PATH)}", "--set", f"webtunnel.servername={nginx.NAME}",
                   *words, listen=[f"webtunnel=127.0.0.1:{self.port}"], forward=target.address, **options)
        )

    def client(self, link, *words):
        return self.enterContext(Client(link, "--set", f"webtunnel.ca={self.authority.path}", *words))

    def test_carries_bytes_both_ways(self):
        bridge = self.bridge()
        for way in (bridge.link, bridge.line_of("webtunnel")):
            client = self.client(way)
            for size in SIZES:
                with connect(client.address) as connection:
                    self.assertEqual(exchange(connection, numbered(size)), numbered(size), size)

    def test_carries_much(self):
        client = self.client(self.bridge().link)
        with connect(client.address) as connection:
            self.assertEqual(exchange(connection, numbered(LONG)), numbered(LONG))

    def test_lets_clients_choose_where_to(self):
        target = self.enterContext(Service(echo))
        bridge = self.enterContext(
            Bridge("--set", f"webtunnel.url={self.front.url(PATH)}", "--set", f"webtunnel.servername={nginx.NAME}",
                   listen=[f"webtunnel=127.0.0.1:{self.port}"])
        )
        code, connection = socks5(self.client(bridge.link).address, target.address)
        self.assertEqual(code, 0)
        with connection:
            self.assertEqual(exchange(connection, b"hello"), b"hello")

    def test_serves_clients_of_the_field(self):
        self.bridge()
        with tls(self.front.address, self.authority) as connection:
            head = ask(connection)
            self.assertTrue(head.startswith("HTTP/1.1 101 Switching Protocols\r\n"), head)
            self.assertIn("\r\nConnection: upgrade\r\n", head)
            self.assertIn("\r\nUpgrade: websocket\r\n", head)
            self.assertEqual(exchange(connection, numbered(100_000)), numbered(100_000))

    def test_loses_nothing_that_comes_with_the_request(self):
        self.bridge()
        with tls(self.front.address, self.authority) as connection:
            self.assertIn(" 101 ", ask(connection, behind=b"early"))
            self.assertEqual(receive(connection, 5), b"early")

    def test_loses_nothing_that_comes_with_the_answer(self):
        def greet(connection):
            connection.sendall(b"the first word")
            echo(connection)

        client = self.client(self.bridge(serve=greet).link)
        with connect(client.address) as connection:
            self.assertEqual(receive(connection, 14), b"the first word")

    def test_carries_managed_transports(self):
        """As tor starts them: the arguments come and go in its words."""
        target = self.enterContext(Service(echo))
        server = self.enterContext(ManagedTransport(
            OUR_PT, SERVER_TRANSPORTS="webtunnel", SERVER_BINDADDR=f"webtunnel-127.0.0.1:{self.port}",
            SERVER_TRANSPORT_OPTIONS="webtunnel:url=" + self.front.url(PATH).replace(":", "\\:"),
            ORPORT=f"127.0.0.1:{target.address[1]}", EXTENDED_SERVER_PORT=""))
        self.assertTrue(server.address[0].startswith("2001:db8:"), server.address)
        self.assertEqual(server.address[1], 443)
        self.assertEqual(server.arguments, {"url": self.front.url(PATH), "ver": "0.0.2"})
        client = self.enterContext(ManagedTransport.client(OUR_PT, "webtunnel"))
        arguments = {**server.arguments, "ca": self.authority.path}
        words = pt_words({name: value.replace("\\", "\\\\") for name, value in arguments.items()})
        code, connection = socks5(client.address, ("192.0.2.3", 1), *words)
        self.assertEqual(code, 0)
        with connection:
            self.assertEqual(exchange(connection, numbered(70_000)), numbered(70_000))

    def test_says_what_is_wrong(self):
        link = self.bridge().link

        def complaint(link, *words):
            code, said = rozaneh("client", "--check", "--no-state", link, "--set", f"webtunnel.ca={self.authority.path}",
                                 *words)
            self.assertEqual(code, 3, said)
            return said

        self.assertIn("is the link right? (status 404)", complaint(link.replace("guesses", "guessed")))
        self.assertIn("hostname mismatch", complaint(link.replace(nginx.NAME, "other.example")))
        by_name = link.replace("url=https://127.0.0.1", "url=https://localhost")
        self.assertNotEqual(by_name, link)
        self.assertIn("private addresses only", complaint(by_name))
        code, said = rozaneh("client", "--check", "--no-state", by_name, "--set", f"webtunnel.ca={self.authority.path}",
                             "--set", "webtunnel.allow-private=1")
        self.assertEqual(code, 0, said)

    def test_says_that_the_bridge_behind_is_gone(self):
        bridge = self.bridge()
        link = bridge.link
        bridge.stop()
        code, said = rozaneh("client", "--check", "--no-state", link, "--set", f"webtunnel.ca={self.authority.path}")
        self.assertEqual(code, 3)
        self.assertIn("not the bridge behind it", said)


class StandAlone(unittest.TestCase):
    """The bridge speaks TLS itself."""

    def setUp(self):
        self.authority = self.enterContext(nginx.Authority())
        self.port = free_port()

    def bridge(self, serve=echo, **options):
        target = self.enterContext(Service(serve))
        return self.enterContext(
            Bridge("--set", f"webtunnel.url=https://127.0.0.1:{self.port}", "--set", f"webtunnel.cert={self.authority.path}",
                   "--set", f"webtunnel.key={self.authority.key}", listen=[f"webtunnel=127.0.0.1:{self.port}"],
                   forward=target.address, **options)
        )

    def test_carries_bytes_and_half_closes(self):
        bridge = self.bridge(serve=digest)
        client = self.enterContext(Client(bridge.link, "--set", f"webtunnel.ca={self.authority.path}"))
        with connect(client.address) as connection:
            connection.sendall(numbered(3_000_000))
            connection.shutdown(socket.SHUT_WR)
            self.assertTrue(receive_all(connection).startswith(b"3000000 "))

    def test_shows_strangers_a_web_site(self):
        self.bridge()
        address = ("127.0.0.1", self.port)
        with tls(address, self.authority) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: bridge.example\r\nConnection: close\r\n\r\n")
            answer = receive_all(connection)
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\nServer: nginx"), answer[:200])
        with tls(address, self.authority) as connection:
            head = ask(connection)
            self.assertTrue(head.startswith("HTTP/1.1 404 Not Found\r\nServer: nginx"), head)

    def test_agrees_on_protocols_as_its_site_does(self):
        bridge = self.bridge()
        address = ("127.0.0.1", self.port)
        for offered, chosen in ((["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1"), ([], None)):
            with self.subTest(offered), tls(address, self.authority, offered) as connection:
                self.assertEqual(connection.selected_alpn_protocol(), chosen)
        with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
            tls(address, self.authority, ["xyz"])
        done = subprocess.run(["curl", "-sS", "--http2", "--cacert", self.authority.path, "-w", "%{http_code} %{http_version}",
                               f"https://127.0.0.1:{self.port}/"], capture_output=True, timeout=30)
        self.assertIn(b"Welcome to nginx!", done.stdout, done.stderr)
        self.assertTrue(done.stdout.endswith(b"200 2"), done.stdout[-20:])
        # Clients of the field say nothing, or http/1.1.
        path = bridge.link.split(str(self.port), 1)[1].split("&")[0]
        self.assertNotEqual(path, "")
        for offered in ([], ["http/1.1"]):
            with tls(address, self.authority, offered) as connection:
                self.assertTrue(ask(connection, urllib.parse.unquote(path)).startswith("HTTP/1.1 101"))


class OnTheSiteOfSignal(unittest.TestCase):
    """One process and one port, with what relays Signal."""

    def test_carries_bytes_and_shows_others_the_site(self):
        authority = self.enterContext(nginx.Authority())
        target = self.enterContext(Service(echo))
        server = self.enterContext(
            Rozaneh("signal", "--domain", nginx.NAME, "--listen", "127.0.0.1:0", "--listen-http", "none",
                    "--cert", authority.path, "--key", authority.key, "--webtunnel", f"127.0.0.1:{target.address[1]}")
        )
        ways = server.event("webtunnel")
        for way in (ways["link"], ways["bridge_line"]):
            here = way.replace(f"url=https://{nginx.NAME}", "url=https://127.0.0.1")
            self.assertNotEqual(here, way)
            client = self.enterContext(
                Client(here, "--set", f"webtunnel.ca={authority.path}", "--set", f"webtunnel.servername={nginx.NAME}")
            )
            with connect(client.address) as connection:
                self.assertEqual(exchange(connection, numbered(1_000_000)), numbered(1_000_000))
        with tls(endpoint(server.event("listening")["at"][0]), authority) as connection:
            head = ask(connection)
            self.assertTrue(head.startswith("HTTP/1.1 404 Not Found\r\nServer: nginx"), head)


if __name__ == "__main__":
    main()
