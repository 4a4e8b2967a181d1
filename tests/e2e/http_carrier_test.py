#!/usr/bin/env python3
"""The HTTP carrier with real parts between its two ends.

    application -- client == HTTP == nginx, HAProxy, tinyproxy or nothing == HTTP == bridge -- echo

Each case ends a stream in good order in both directions, so that what is lost at an end is seen as well.
"""

import concurrent.futures
import contextlib
import re
import selectors
import shutil
import socket
import ssl
import threading
import time
import unittest
import urllib.parse

import nginx
from harness import (
    SANITIZED,
    Bridge,
    Client,
    Rozaneh,
    Server,
    Service,
    connect,
    digest,
    echo,
    free_port,
    main,
    numbered,
    receive,
    receive_all,
    rozaneh,
    socks5,
    text_of,
)

PATH = "/a-path-that-nobody-guesses"
SIZES = [0, 1, 1000, 65537, (1 if SANITIZED else 10) << 20]

NGINX = """\
daemon off;
worker_processes 1;
pid {root}/pid;
error_log stderr;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {root}/body;
    proxy_temp_path {root}/proxy;
    fastcgi_temp_path {root}/fastcgi;
    uwsgi_temp_path {root}/uwsgi;
    scgi_temp_path {root}/scgi;
    upstream bridge {{ server {to}; {keep} }}
    server {{
        listen 127.0.0.1:{port};
        root {root};
        location = {path} {{
            proxy_pass http://bridge;
            {more}
        }}
    }}
}}
"""

HAPROXY = """\
global
    maxconn 500
defaults
    mode http
    timeout connect 10s
    timeout client 60s
    timeout server 60s
    http-reuse always
listen all
    bind 127.0.0.1:{port}
    server bridge {to}
"""

TINYPROXY = """\
Port {port}
Listen 127.0.0.1
Timeout 60
MaxClients 200
"""


class Front(Server):
    """A program in front of the bridge, or on the way to it."""

    def __init__(self, program, words, text, port):
        super().__init__([program, *words], lambda root: text.format(root=root, port=port, path=PATH), ("127.0.0.1", port))


def nginx_before(to, more="", keep=""):
    text = NGINX.replace("{to}", text_of(to)).replace("{more}", more).replace("{keep}", keep)
    return Front(nginx.PROGRAM, ["-e", "stderr", "-c"], text, free_port())


class Cutter:
    """Hands connections on and ends each, both ways and at once, when its time is over."""

    def __init__(self, to, seconds):
        self.to, self.seconds, self.cuts = to, seconds, 0
        self.service = Service(self._serve)
        self.address = self.service.address

    def _serve(self, near):
        end = time.monotonic() + self.seconds
        with connect(self.to) as far, selectors.DefaultSelector() as ready:
            other = {near: far, far: near}
            for side in other:
                ready.register(side, selectors.EVENT_READ)
            while (left := end - time.monotonic()) > 0 and other:
                for key, _ in ready.select(left):
                    part = key.fileobj.recv(1 << 16)
                    if not part:
                        return
                    other[key.fileobj].sendall(part)
            self.cuts += 1
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def __enter__(self):
        self.service.__enter__()
        return self

    def __exit__(self, *failure):
        self.service.__exit__(*failure)


def there_and_back(address, size):
    """Sends, half-closes, and reads what comes back to its end; answers that."""
    with connect(address) as connection:
        data = numbered(size)

        def send():
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        back = receive_all(connection)
        sender.join()
        return back == data


class Carrier(unittest.TestCase):
    def bridge(self, url_port=None, serve=echo, words=(), **options):
        """A bridge on self.port, whose clients are told another port if there is one."""
        target = self.enterContext(Service(serve))
        self.target = target
        self.port = free_port()
        return self.enterContext(
            Bridge("--set", f"http.url=http://127.0.0.1:{url_port or self.port}{PATH}", *words,
                   listen=[f"http=127.0.0.1:{self.port}"], forward=target.address, **options)
        )

    def client(self, url, *words):
        link = f"http 192.0.2.1:80 url={url} egress=fixed"
        return self.enterContext(Client(link, *words))

    def url_at(self, address):
        return f"http://{text_of(address)}{PATH}"

    def check(self, client, sizes=SIZES):
        for size in sizes:
            self.assertTrue(there_and_back(client.address, size), size)


class Plain(Carrier):
    def test_carries_bytes_and_their_ends(self):
        client = self.enterContext(Client(self.bridge().link))
        self.check(client)

    def test_answers_when_only_one_side_has_ended(self):
        client = self.enterContext(Client(self.bridge(serve=digest).link))
        with connect(client.address) as connection:
            connection.sendall(numbered(1_000_000))
            connection.shutdown(socket.SHUT_WR)
            self.assertTrue(receive_all(connection).startswith(b"1000000 "))

    def test_brings_a_greeting_before_anything_is_said(self):
        def greet(connection):
            connection.sendall(b"the first word")
            echo(connection)

        client = self.enterContext(Client(self.bridge(serve=greet).link))
        with connect(client.address) as connection:
            self.assertEqual(receive(connection, 14), b"the first word")
            connection.sendall(b"and another")
            self.assertEqual(receive(connection, 11), b"and another")

    def test_carries_twenty_streams_at_once(self):
        client = self.enterContext(Client(self.bridge().link))
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            done = pool.map(lambda i: there_and_back(client.address, 100_000 + i), range(20))
            self.assertTrue(all(done))

    def test_tells_the_server_when_an_application_gives_up(self):
        ended = threading.Event()

        def serve(connection):
            connection.sendall(b"here")
            with contextlib.suppress(OSError):
                while connection.recv(1000):
                    pass
            ended.set()

        client = self.enterContext(Client(self.bridge(serve=serve).link))
        connection = connect(client.address)
        self.assertEqual(receive(connection, 4), b"here")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
        self.assertTrue(ended.wait(60))

    def test_shows_strangers_the_site(self):
        bridge = self.bridge()
        for target, status in (("/", b"200 OK"), (PATH, b"404 Not Found"), (PATH + "?v=" + "A" * 35, b"404 Not Found")):
            for method in ("GET", "POST") if target != "/" else ("GET",):
                with connect(("127.0.0.1", self.port)) as stranger:
                    stranger.sendall(f"{method} {target} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
                                     "Connection: close\r\n\r\n".encode())
                    answer = receive_all(stranger)
                    allowed = (status, b"405 Not Allowed") if method == "POST" else (status,)
                    self.assertTrue(answer.startswith(tuple(b"HTTP/1.1 " + s + b"\r\nServer: nginx" for s in allowed)),
                                    answer[:200])
        self.assertTrue(bridge.alive())

    def test_says_what_is_wrong(self):
        bridge = self.bridge()
        code, said = rozaneh("client", "--check", "--no-state", bridge.link)
        self.assertEqual(code, 0, said)
        code, said = rozaneh("client", "--check", "--no-state", bridge.link.replace("guesses", "guessed"))
        self.assertEqual(code, 3, said)
        self.assertIn("is the link right? (status 404)", said)

    def test_refuses_to_let_anybody_out(self):
        code, said = rozaneh("bridge", "--no-state", "--no-tunnel", "--listen", "http=127.0.0.1:0", "--egress", "open", "--set",
                             "http.url=http://127.0.0.1:1")
        self.assertEqual(code, 2, said)
        self.assertIn("does not prove its clients", said)


class InsideTls(Carrier):
    def test_carries_bytes(self):
        authority = self.enterContext(nginx.Authority())
        target = self.enterContext(Service(echo))
        port = free_port()
        bridge = self.enterContext(
            Bridge("--set", f"http.url=https://127.0.0.1:{port}{PATH}", "--set", f"http.cert={authority.path}", "--set",
                   f"http.key={authority.key}", listen=[f"http=127.0.0.1:{port}"], forward=target.address))
        client = self.enterContext(Client(bridge.link, "--set", f"http.ca={authority.path}"))
        self.check(client)


class OnTheSiteOfSignal(unittest.TestCase):
    """One process and one port, with what relays Signal: the carrier's requests come inside TLS, among the site's."""

    def start(self, to, *words):
        self.authority = self.enterContext(nginx.Authority())
        self.port = free_port()
        self.server = self.enterContext(
            Rozaneh("signal", "--domain", nginx.NAME, "--listen", f"127.0.0.1:{self.port}", "--listen-http", "none", "--cert",
                    self.authority.path, "--key", self.authority.key, "--http-carrier", to, *words))
        return self.server.event("http-carrier")

    def client(self, way):
        here = way.replace(f"url=https://{nginx.NAME}", "url=https://127.0.0.1")
        self.assertNotEqual(here, way)
        words = ("--set", f"http.ca={self.authority.path}", "--set", f"http.servername={nginx.NAME}")
        return self.enterContext(Client(here, *words))

    def ask(self, target, method="GET"):
        context = ssl.create_default_context(cafile=self.authority.path)
        with context.wrap_socket(connect(("127.0.0.1", self.port)), server_hostname=nginx.NAME) as stranger:
            stranger.sendall(f"{method} {target} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            return re.sub(rb"Date: [^\r]*", b"", receive_all(stranger))

    def test_carries_bytes_and_shows_others_the_site(self):
        target = self.enterContext(Service(echo))
        ways = self.start(text_of(target.address))
        for way in (ways["link"], ways["bridge_line"]):
            client = self.client(way)
            for size in SIZES:
                self.assertTrue(there_and_back(client.address, size), size)
        path = re.search(r":%d(/\w+)" % self.port, urllib.parse.unquote(ways["bridge_line"]))[1]
        for method in ("GET", "POST"):
            absent = self.ask("/absent", method)
            self.assertTrue(absent.startswith(b"HTTP/1.1 40"), absent)
            for known in (path, path + "/", path + "?v=" + "A" * 35):
                self.assertEqual(absent, self.ask(known, method))
        self.assertTrue(self.server.alive())

    def test_lets_clients_choose_where_to(self):
        target = self.enterContext(Service(echo))
        client = self.client(self.start("open", "--allow-private")["link"])
        code, connection = socks5(client.address, target.address)
        with connection:
            self.assertEqual(code, 0)
            connection.sendall(b"hello")
            self.assertEqual(receive(connection, 5), b"hello")

    def test_says_what_is_wrong(self):
        words = ("signal", "--domain", nginx.NAME, "--listen-http", "none", "--http-carrier")
        code, said = rozaneh(*words, "nowhere")
        self.assertEqual(code, 2, said)
        code, said = rozaneh(*words, "open", "--webtunnel", "open")
        self.assertEqual(code, 2, said)
        self.assertIn("--webtunnel", said)


class Between(Carrier):
    """Through the programs of others."""

    @unittest.skipUnless(nginx.is_installed(), "nginx is not installed")
    def test_carries_bytes_through_nginx(self):
        cases = {
            "as it comes": ("", ""),
            "without buffering": ("proxy_buffering off; proxy_request_buffering off; proxy_http_version 1.1;", ""),
            "with connections kept": ('proxy_http_version 1.1; proxy_set_header Connection "";', "keepalive 8;"),
        }
        self.bridge()
        for name, (more, keep) in cases.items():
            with self.subTest(name):
                front = self.enterContext(nginx_before(("127.0.0.1", self.port), more, keep))
                client = self.client(self.url_at(front.address))
                self.check(client)
                with concurrent.futures.ThreadPoolExecutor(10) as pool:
                    done = pool.map(lambda i: there_and_back(client.address, 10_000 + i), range(10))
                    self.assertTrue(all(done))

    @unittest.skipUnless(shutil.which("haproxy", path="/usr/sbin:/usr/bin"), "haproxy is not installed")
    def test_carries_bytes_through_haproxy(self):
        self.bridge()
        text = HAPROXY.replace("{to}", f"127.0.0.1:{self.port}")
        front = self.enterContext(Front("/usr/sbin/haproxy", ["-db", "-f"], text, free_port()))
        self.check(self.client(self.url_at(front.address)))

    @unittest.skipUnless(shutil.which("tinyproxy"), "tinyproxy is not installed")
    def test_carries_bytes_through_a_forwarding_proxy(self):
        self.bridge()
        proxy = self.enterContext(Front(shutil.which("tinyproxy"), ["-d", "-c"], TINYPROXY, free_port()))
        self.check(self.client(self.url_at(("127.0.0.1", self.port)), "--set", f"http.via={text_of(proxy.address)}"))

    def test_survives_the_end_of_every_connection(self):
        self.bridge()
        with Cutter(("127.0.0.1", self.port), 1.0) as cutter:
            client = self.client(self.url_at(cutter.address), "--set", "http.poll=5")
            with connect(client.address) as connection:
                for _ in range(3):
                    self.assertEqual(self._exchange(connection, numbered(1 << 20)), numbered(1 << 20))
                    time.sleep(1.2)  # so that both connections are cut in between
            self.check(client, [10 << 20 if not SANITIZED else 1 << 20])
            self.assertGreaterEqual(cutter.cuts, 4)

    def _exchange(self, connection, data):
        sender = threading.Thread(target=connection.sendall, args=(data,))
        sender.start()
        back = receive(connection, len(data))
        sender.join()
        return back

    def test_outlives_the_server_in_front(self):
        self.bridge()
        port = ("127.0.0.1", self.port)
        with nginx_before(port) as front:
            client = self.client(self.url_at(front.address))
            connection = self.enterContext(connect(client.address))
            self.assertEqual(self._exchange(connection, b"before"), b"before")
            text = NGINX.replace("{to}", text_of(port)).replace("{more}", "").replace("{keep}", "")
        with Front(nginx.PROGRAM, ["-e", "stderr", "-c"], text, front.address[1]):
            self.assertEqual(self._exchange(connection, b"behind"), b"behind")


if __name__ == "__main__":
    main()
