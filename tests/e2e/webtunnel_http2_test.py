"""WebTunnel over HTTP/2 (RFC 8441) with real parts: HAProxy in front of a bridge that speaks HTTP/1.1, nginx that
carries no such thing, servers that break the protocol, and the real Chromium to compare with.

    application -- SOCKS5 -- client == TLS, HTTP/2 == HAProxy -- HTTP/1.1 -- bridge -- echo
"""

import concurrent.futures
import contextlib
import os
import shutil
import socket
import ssl
import tempfile
import threading
import unittest

import browser
import nginx
from harness import (
    PATIENCE,
    SANITIZED,
    Bridge,
    Client,
    Process,
    Rozaneh,
    Service,
    connect,
    digest,
    echo,
    free_port,
    listens,
    main,
    numbered,
    receive,
    receive_all,
    rozaneh,
    until,
)

PATH = "/a-path-that-nobody-guesses"
SIZES = [1, 1000, 16375, 16376, 65536, 1_000_000]
MANY = 50

HAPROXY = """\
defaults
  mode http
  timeout connect 30s
  timeout client 60s
  timeout server 60s
  timeout tunnel 60s
listen front
  bind 127.0.0.1:{port} ssl crt {both} alpn h2,http/1.1
  server bridge 127.0.0.1:{behind}
"""

DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS = 1, 4


def exchange(connection, data):
    """Sends and reads back in parts, so that neither side fills up."""
    back = b""
    for at in range(0, len(data), 1 << 16):
        part = data[at : at + (1 << 16)]
        connection.sendall(part)
        back += receive(connection, len(part))
    return back


class Case(unittest.TestCase):
    def setUp(self):
        self.authority = self.enterContext(nginx.Authority())
        self.port = free_port()

    def stand_alone(self, serve=echo):
        """A bridge that speaks TLS itself."""
        target = self.enterContext(Service(serve))
        return self.enterContext(Bridge(
            "--set", f"webtunnel.url=https://127.0.0.1:{self.port}", "--set", f"webtunnel.cert={self.authority.path}",
            "--set", f"webtunnel.key={self.authority.key}", "--set", "webtunnel.http=2",
            listen=[f"webtunnel=127.0.0.1:{self.port}"], forward=target.address))

    def behind(self, url, serve=echo, *words):
        """A bridge with a web server in front of it."""
        target = self.enterContext(Service(serve))
        return self.enterContext(Bridge(
            "--set", f"webtunnel.url={url}", "--set", f"webtunnel.servername={nginx.NAME}", "--set", "webtunnel.http=2", *words,
            listen=[f"webtunnel=127.0.0.1:{self.port}"], forward=target.address))

    def client(self, link, *words):
        return self.enterContext(Client(link, "--set", f"webtunnel.ca={self.authority.path}", *words))

    def complaint(self, link, *words):
        code, said = rozaneh("client", "--check", "--no-state", link, "--set", f"webtunnel.ca={self.authority.path}", *words)
        self.assertEqual(code, 3, said)
        return said

    def expect_echoes(self, client):
        for size in SIZES:
            with connect(client.address) as connection:
                self.assertEqual(exchange(connection, numbered(size)), numbered(size), size)

    def expect_many_echoes(self, client):
        def one(i):
            data = numbered(200_000)[i:]
            with connect(client.address) as connection:
                return exchange(connection, data) == data

        with concurrent.futures.ThreadPoolExecutor(MANY) as pool:
            self.assertTrue(all(pool.map(one, range(MANY))))


class StandAlone(Case):
    def test_carries_bytes(self):
        bridge = self.stand_alone()
        self.assertIn("http=2", bridge.link)
        for way in (bridge.link, bridge.line_of("webtunnel")):
            self.expect_echoes(self.client(way))

    def test_carries_many_at_once(self):
        self.expect_many_echoes(self.client(self.stand_alone().link))

    def test_carries_much_both_ways_at_once(self):
        size = (8 if SANITIZED else 40) << 20
        data = numbered(size)
        with connect(self.client(self.stand_alone().link).address) as connection:
            sender = threading.Thread(target=connection.sendall, args=(data,))
            sender.start()
            self.assertEqual(receive(connection, size), data)
            sender.join()

    def test_half_closes_of_the_client(self):
        with connect(self.client(self.stand_alone(digest).link).address) as connection:
            connection.sendall(numbered(3_000_000))
            connection.shutdown(socket.SHUT_WR)
            self.assertTrue(receive_all(connection).startswith(b"3000000 "))

    def test_half_closes_of_the_server(self):
        got = []

        def serve(connection):
            connection.sendall(b"all that I have to say")
            connection.shutdown(socket.SHUT_WR)
            got.append(receive_all(connection))  # nothing, where the client only looks whether we are there

        with connect(self.client(self.stand_alone(serve).link).address) as connection:
            self.assertEqual(receive_all(connection), b"all that I have to say")
            connection.sendall(numbered(300_000))
            connection.shutdown(socket.SHUT_WR)
            self.assertTrue(until(lambda: numbered(300_000) in got))

    def test_an_abort_ends_both_sides(self):
        ended = threading.Event()

        def serve(connection):
            said = connection.recv(5)
            if said:
                with contextlib.suppress(OSError):
                    connection.sendall(said)
                    receive_all(connection)
                ended.set()

        with connect(self.client(self.stand_alone(serve).link).address) as connection:
            self.assertEqual(exchange(connection, b"hello"), b"hello")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.assertTrue(ended.wait(PATIENCE))

    def test_who_does_not_read_keeps_nobody_else_waiting(self):
        def flood(connection):
            with contextlib.suppress(OSError):
                while True:
                    connection.sendall(bytes(1 << 16))

        client = self.client(self.stand_alone(flood).link)
        with connect(client.address) as stuck:
            self.assertEqual(receive(stuck, 1000), bytes(1000))
            with connect(client.address) as other:
                self.assertEqual(receive(other, 20_000_000), bytes(20_000_000))

    def test_serves_clients_of_http1_too(self):
        self.expect_echoes(self.client(self.stand_alone().link.replace("http=2", "http=1.1")))


class OnTheSiteOfSignal(Case):
    def test_takes_both_forms(self):
        target = self.enterContext(Service(echo))
        server = self.enterContext(Rozaneh(
            "signal", "--domain", nginx.NAME, "--listen", f"127.0.0.1:{self.port}", "--listen-http", "none", "--cert",
            self.authority.path, "--key", self.authority.key, "--webtunnel", f"127.0.0.1:{target.address[1]}",
            "--webtunnel-http", "2"))
        link = server.event("webtunnel")["link"].replace(f"url=https://{nginx.NAME}", "url=https://127.0.0.1")
        self.assertIn("http=2", link)
        for http in "1.1", "2":
            with self.subTest(http):
                client = self.client(link.replace("http=2", f"http={http}"), "--set", f"webtunnel.servername={nginx.NAME}")
                self.expect_echoes(client)
                self.expect_many_echoes(client)


@unittest.skipUnless(shutil.which("haproxy"), "haproxy is not installed")
class BehindHaproxy(Case):
    """An HTTP/2 of somebody else's, which makes requests of HTTP/1.1 out of ours."""

    def front(self):
        box = self.enterContext(tempfile.TemporaryDirectory(prefix="rozaneh-e2e-"))
        both, path, port = os.path.join(box, "both.pem"), os.path.join(box, "haproxy.cfg"), free_port()
        with open(both, "w", encoding="ascii") as out:
            for name in self.authority.path, self.authority.key:
                with open(name, encoding="ascii") as part:
                    out.write(part.read())
        with open(path, "w", encoding="ascii") as out:
            out.write(HAPROXY.format(port=port, both=both, behind=self.port))
        haproxy = self.enterContext(Process(["haproxy", "-db", "-q", "-f", path]))
        self.assertTrue(until(lambda: listens(port)), haproxy.lines)
        return f"https://127.0.0.1:{port}{PATH}"

    def test_carries_bytes(self):
        self.expect_echoes(self.client(self.behind(self.front()).link))

    def test_carries_many_at_once(self):
        self.expect_many_echoes(self.client(self.behind(self.front()).link))

    def test_carries_much_both_ways_at_once(self):
        size = (4 if SANITIZED else 20) << 20
        data = numbered(size)
        with connect(self.client(self.behind(self.front()).link).address) as connection:
            sender = threading.Thread(target=connection.sendall, args=(data,))
            sender.start()
            self.assertEqual(receive(connection, size), data)
            sender.join()

    def test_loses_nothing_that_comes_with_the_answer(self):
        def greet(connection):
            connection.sendall(b"the first word")
            echo(connection)

        with connect(self.client(self.behind(self.front(), greet).link).address) as connection:
            self.assertEqual(receive(connection, 14), b"the first word")

    def test_says_that_the_path_is_wrong(self):
        link = self.behind(self.front()).link.replace("guesses", "guessed")
        self.assertIn("is the link right?", self.complaint(link))


@unittest.skipUnless(nginx.is_installed(), "nginx is not installed")
class BehindNginx(Case):
    def test_says_that_it_carries_no_such_thing(self):
        front = self.enterContext(nginx.NginxFront(self.authority, {PATH: ("127.0.0.1", self.port)}))
        link = self.behind(front.url(PATH)).link
        self.assertIn("a web server that carries no WebTunnel over HTTP/2", self.complaint(link))
        with connect(self.client(link.replace("http=2", "http=1.1")).address) as connection:
            self.assertEqual(exchange(connection, b"hello"), b"hello")


# --- Frames by hand: a server that keeps to no protocol, and the real Chromium's ---


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def setting(key, value):
    return frame(SETTINGS, 0, 0, key.to_bytes(2, "big") + value.to_bytes(4, "big"))


OK = frame(HEADERS, END_HEADERS, 1, b"\x88")


class Server(Service):
    """TLS with HTTP/2 agreed; each connection goes to `serve` with what it says first, record by record."""

    def __init__(self, authority, serve):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(authority.path, authority.key)
        self.context.set_alpn_protocols(["h2"])
        self.talk = serve
        super().__init__(self._serve)

    def _serve(self, raw):
        raw.settimeout(PATIENCE)
        with self.context.wrap_socket(raw, server_side=True) as connection:
            self.talk(connection)

    @property
    def link(self):
        return f"https://127.0.0.1:{self.address[1]}{PATH}"


class HostileServers(Case):
    def against(self, talk):
        server = self.enterContext(Server(self.authority, talk))
        target = f"webtunnel 192.0.2.3:1 url={server.link} http=2 egress=fixed"
        return self.complaint(target)

    def test_each_is_told_from_the_others(self):
        cases = {
            b"HTTP/1.1 400 Bad Request\r\n\r\n": "its first word is none of HTTP/2",
            setting(4, 1 << 31): "too large a window",
            frame(SETTINGS) + frame(DATA, 0, 1, b"early"): "data before the answer",
            frame(SETTINGS) + frame(HEADERS, END_HEADERS, 1, b"\xff\xff\xff\xff\xff"): "fields that cannot be read",
            frame(SETTINGS) + frame(HEADERS, 0, 1, b"\x88") + frame(CONTINUATION, 0, 1) * 100: "too many fields",
            frame(SETTINGS) + frame(PUSH, END_HEADERS, 1, bytes(4)): "a push",
            frame(SETTINGS) + frame(RST, 0, 1, b"\0\0\0\7"): "reset with error 7",
            frame(SETTINGS) + frame(GOAWAY, 0, 0, bytes(8)): "ended with error 0",
            frame(SETTINGS) + frame(HEADERS, END_HEADERS, 1, b"\x8d"): "status 404",
        }
        for said, failure in cases.items():
            with self.subTest(failure):
                def talk(connection, said=said):
                    connection.sendall(said)
                    receive_all(connection)

                self.assertIn(failure, self.against(talk))

    def test_one_that_ends_at_once(self):
        self.assertRegex(self.against(lambda connection: connection.recv(1 << 16)), "closed in the middle|was cut")

    def test_one_that_sends_the_first_bytes_with_the_answer(self):
        """All in one record, and in pieces of one byte."""
        said = frame(SETTINGS) + frame(SETTINGS, 1) + OK + frame(DATA, 0, 1, b"the first word")

        def at_once(connection):
            connection.sendall(said)
            receive_all(connection)

        def letter_by_letter(connection):
            for at in range(len(said)):
                connection.sendall(said[at : at + 1])
            receive_all(connection)

        for talk in at_once, letter_by_letter:
            server = self.enterContext(Server(self.authority, talk))
            client = self.client(f"webtunnel 192.0.2.3:1 url={server.link} http=2 egress=fixed")
            with connect(client.address) as connection:
                self.assertEqual(receive(connection, 14), b"the first word")

    def test_one_that_opens_no_window(self):
        """It gets no byte that it did not ask for, and its own still arrive."""
        got = []

        def talk(connection):
            connection.sendall(setting(4, 10) + OK)
            data = b""
            while DATA not in [kind for kind, *_ in frames_of(data)]:
                data += connection.recv(1 << 16)
            connection.sendall(frame(DATA, 0, 1, b"still here"))
            connection.settimeout(1)
            with contextlib.suppress(TimeoutError):
                while part := connection.recv(1 << 16):
                    data += part
            got.append([payload for kind, _, _, payload in frames_of(data) if kind == DATA])
            connection.settimeout(PATIENCE)
            connection.sendall(frame(WINDOW, 0, 1, (20).to_bytes(4, "big")))
            receive_all(connection)

        server = self.enterContext(Server(self.authority, talk))
        with connect(self.client(f"webtunnel 192.0.2.3:1 url={server.link} http=2 egress=fixed").address) as connection:
            connection.sendall(bytes(100))
            self.assertEqual(receive(connection, 10), b"still here")
            self.assertTrue(until(lambda: got))
        self.assertEqual(got[0], [bytes(10)])


def frames_of(data):
    """The frames behind a preface; what is cut is left out."""
    data, frames = data[24:], []
    while len(data) >= 9 and len(data) >= 9 + int.from_bytes(data[:3], "big"):
        size = int.from_bytes(data[:3], "big")
        frames.append((data[3], data[4], int.from_bytes(data[5:9], "big"), data[9 : 9 + size]))
        data = data[9 + size :]
    return frames


PAGE = b"""<script>new WebSocket("wss://%s%s").onopen = () => fetch("/post", {method: "POST", body: new Uint8Array(100000)})
</script>""" % (nginx.NAME.encode(), PATH.encode())


@unittest.skipUnless(browser.PROGRAM, "chromium is not installed")
class LooksLikeChromium(Case):
    """Inside TLS, where the web server and a CDN see it. Failing, most often Debian has a newer Chromium."""

    def setUp(self):
        super().setUp()
        self.visits = []  # of each connection the records
        self.server = self.enterContext(Server(self.authority, self.talk))

    def talk(self, connection):
        """Answers pages and tunnels, and keeps what was said."""
        connection.sendall(setting(8, 1) + setting(4, 1 << 20) + frame(WINDOW, 0, 0, (1 << 24).to_bytes(4, "big")))
        records, done = [], 0
        self.visits.append(records)
        while record := connection.recv(1 << 16):
            records.append(record)
            frames = frames_of(b"".join(records))
            for kind, flags, stream, payload in frames[done:]:
                if kind == SETTINGS and not flags & 1:
                    connection.sendall(frame(SETTINGS, 1))
                if kind == HEADERS and stream == 1 and flags & END_STREAM:
                    connection.sendall(frame(HEADERS, END_HEADERS, 1, b"\x88\x5f\x09text/html") + frame(DATA, 1, 1, PAGE))
                elif kind == HEADERS and flags & END_STREAM:
                    connection.sendall(frame(HEADERS, 5, stream, b"\x8d"))
                elif kind == HEADERS and b"CONNECT" in payload:
                    connection.sendall(frame(HEADERS, END_HEADERS, stream, b"\x88"))
                if kind == DATA and flags & END_STREAM:
                    connection.sendall(frame(HEADERS, 5, stream, b"\x88"))
            done = len(frames)

    def complete(self):
        """The records of a connection that asked for a tunnel and sent data to its end."""
        for records in self.visits:
            frames = frames_of(b"".join(records))
            if any(kind == DATA and flags & END_STREAM for kind, flags, *_ in frames):
                return records
        return None

    def seen(self):
        """What is compared, once a request for a tunnel and 100,000 bytes have come."""
        records = until(self.complete, 3 * PATIENCE)  # a browser's start, a page and a tunnel
        self.assertTrue(records, self.visits)
        frames = frames_of(b"".join(records))
        of_kind = {kind: [each for each in frames if each[0] == kind] for kind in range(10)}
        (request,) = [each for each in of_kind[HEADERS] if b"CONNECT" in each[3]]
        self.visits.clear()
        return {
            "first records": [records[0], records[1][3]],
            "settings": [each for each in of_kind[SETTINGS]],
            "windows": of_kind[WINDOW],
            "flags of the request": request[1],
            "its priority, and the first field": request[3][:14],
            "size of a record": max(map(len, records)),
        }, [len(payload) for _, _, _, payload in of_kind[DATA]]

    def test_in_what_it_says_first_and_how_it_cuts(self):
        words = ["--ignore-certificate-errors"]
        with browser.Browser(resolve=f"MAP {nginx.NAME} 127.0.0.1:{self.server.address[1]}", words=words) as opened:
            opened.load(f"https://{nginx.NAME}/")
            theirs, their_sizes = self.seen()
        link = f"webtunnel 192.0.2.3:1 url={self.server.link} servername={nginx.NAME} http=2 egress=fixed"
        with connect(self.client(link).address) as connection:
            connection.sendall(bytes(100_000))
            connection.shutdown(socket.SHUT_WR)
            ours, our_sizes = self.seen()
        self.assertEqual(ours, theirs)
        self.assertEqual((sum(our_sizes), max(our_sizes)), (sum(their_sizes), max(their_sizes)))


if __name__ == "__main__":
    main()
