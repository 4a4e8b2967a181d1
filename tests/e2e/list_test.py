"""Updates of the list of names, from real servers over HTTP and HTTPS: good ones, wrong ones, and servers that fail.

    rozaneh signal -- HTTP or HTTPS -- a web server that does what the test wants

Whatever comes, the list that was taken last stays in force, the log says why, and it is counted.
"""

import http.server
import os
import re
import socket
import ssl
import tempfile
import threading
import time
import unittest

from harness import PATIENCE, Service, echo, free_port, main, receive, rozaneh, text_of, until
from signal_proxy import DOMAIN, Signal
from tls_in_tls import Pki, hello_for, outer

GOOD = 20300105
NAMES = ("chat.signal.org", "new.signal.org")
FETCH_LIMIT = 30  # seconds, ListSource::kFetchLimit


class ListServer:
    """A web server; `answer` is what it does with a request."""

    def __init__(self, certificate=None):
        owner = self
        self.asked = 0
        self.ended = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                owner.asked += 1
                owner.answer(self)

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # clients that hang up are what is tested

        self.server = Server(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            # Not in accept(): who fails the handshake must not hold the others up.
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"
        self.url = f"{self.scheme}://localhost:{self.server.server_address[1]}/list"
        self.answer = lambda request: request.send_error(404)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    def give(self, data):
        self.answer = lambda request: say(request, data)


def say(request, data, status=200, length=None, **headers):
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(data) if length is None else length))
    request.end_headers()
    request.wfile.write(data)
    request.close_connection = True


class Lists(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki = cls.enterClassContext(Pki())
        cls.box = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.key, cls.other = (os.path.join(cls.box, name) for name in ("list.key", "other.key"))
        cls.good, cls.public = cls.signed(GOOD)

    @classmethod
    def signed(cls, version, names=NAMES, key=None, comment=""):
        """A signed list, and the public key that it is signed with."""
        plain, out = os.path.join(cls.box, "plain.toml"), os.path.join(cls.box, "signed")
        listed = ", ".join(f'"{name}"' for name in names)
        with open(plain, "w", encoding="utf-8") as file:
            file.write(f"version = {version}\nissued = 2030-01-01\nnames = [{listed}]\n{comment}")
        code, said = rozaneh("signal", "sign-list", "--key", key or cls.key, "--out", out, plain)
        assert code == 0, said
        with open(out, "rb") as file:
            return file.read(), re.search(r"--list-key (\S+)", said).group(1)

    def start(self, server, *words, trust=None):
        self.upstream = self.enterContext(Service(echo))
        # A name that --upstream gives is on the list whatever an update says.
        more = ["--upstream", f"{NAMES[0]}={text_of(self.upstream.address)}"]
        ca = ["--list-ca", trust or self.pki.trust] if server.scheme == "https" and trust != "" else []
        return self.enterContext(Signal(self.pki, "--list-url", server.url, "--list-key", self.public, "--dns", f"127.0.0.1:{free_port()}", *more, *ca, *words))

    def servers(self):
        yield self.enterContext(ListServer())
        yield self.enterContext(ListServer(self.pki.certificate("localhost")))

    def listed(self, proxy, name):
        """Whether the relay has the name: it would be told apart by what a hello for it gets."""
        with outer(proxy.address, self.pki.trust, DOMAIN) as carrier:
            carrier.sendall(hello_for(name))
            return not receive(carrier, 8).startswith(b"HTTP/1.1")

    def stays(self, proxy, counts, before):
        """The list of before, with nothing else counted than it should."""
        now = proxy.counted()
        self.assertEqual(now["list_version"], GOOD)
        for kind in ("list_unfetched", "list_refused"):
            self.assertEqual(now[kind] - before[kind], 1 if kind == counts else 0, kind)
        carrier = outer(proxy.address, self.pki.trust, DOMAIN)
        with carrier:
            hello = hello_for(NAMES[0])
            carrier.sendall(hello)
            self.assertEqual(receive(carrier, len(hello)), hello)

    def looks_again(self, proxy, pattern, counts):
        before, since = proxy.counted(), len(proxy.lines)
        proxy.signal(1)
        proxy.said(pattern, since=since)
        self.stays(proxy, counts, before)


class Fetched(Lists):
    def test_is_what_is_good(self):
        for server in self.servers():
            with self.subTest(server.scheme):
                server.give(self.good)
                proxy = self.start(server)
                proxy.said(f"version {GOOD}")
                self.assertEqual(proxy.counted()["list_version"], GOOD)
                fresh, _ = self.signed(GOOD + 1, [*NAMES, "newer.signal.org"])
                server.give(fresh)
                proxy.signal(1)
                proxy.said(f"version {GOOD + 1}")
                # The name that was not there before; nobody has such a server here.
                self.listed(proxy, "newer.signal.org")
                self.assertEqual(proxy.counted()["unlisted"], 0)
                self.assertFalse(self.listed(proxy, "newest.signal.org"))
                counts = proxy.counted()
                self.assertEqual((counts["unlisted"], counts["list_refused"], counts["list_unfetched"]), (1, 0, 0))

    def test_comes_by_itself(self):
        with ListServer() as server:
            server.give(self.good)
            proxy = self.start(server, "--list-interval", 1)
            proxy.said(f"version {GOOD}")
            server.give(self.signed(GOOD + 1)[0])
            proxy.said(f"version {GOOD + 1}")

    def test_may_have_a_quarter_of_a_megabyte(self):
        large, _ = self.signed(GOOD, comment="# filled\n" * 27_000)
        self.assertGreater(len(large), 200_000)
        with ListServer() as server:
            server.give(large)
            self.start(server).said(f"version {GOOD}")

    def test_is_nothing_that_is_wrong(self):
        forged = self.signed(GOOD + 1, key=self.other)[0]
        older = self.signed(GOOD - 1)[0]
        foreign = self.signed(GOOD + 1, ["evil.example"])[0]
        newer = self.signed(GOOD + 1)[0]
        changed = newer.replace(b"chat.", b"chad.")
        large = newer + b"#" * 300_000
        refused, unfetched = "list_refused", "list_unfetched"
        cases = [
            # (what, the answer, what the log says, what is counted)
            ("forged", lambda r: say(r, forged), "refused.*its signature is wrong", refused),
            ("older", lambda r: say(r, older), f"refused.*version {GOOD - 1} is not newer than {GOOD}", refused),
            ("changed", lambda r: say(r, changed), "refused.*its signature is wrong", refused),
            ("for other names", lambda r: say(r, foreign), "refused.*'evil.example' is none of ours", refused),
            ("empty", lambda r: say(r, b""), "refused.*it is no signed list", refused),
            ("truncated", lambda r: say(r, newer[:-20]), "refused.*its signature is wrong", refused),
            ("truncated to its first line", lambda r: say(r, newer[:30]), "refused.*it is no signed list", refused),
            ("cut off on its way", lambda r: say(r, newer[:-20], length=len(newer)), "not be fetched: .*(remaining|EOF)",
             unfetched),
            ("too large", lambda r: say(r, large), "not be fetched: .*too large", unfetched),
            ("endless", self.endless, "not be fetched: .*too large", unfetched),
            ("not there", lambda r: r.send_error(404), "not be fetched: .*the server said 404", unfetched),
            ("elsewhere", self.elsewhere(newer), "not be fetched: .*the server said 302", unfetched),
            ("hung up on", lambda r: r.connection.shutdown(socket.SHUT_RDWR), "not be fetched: .*(reply|closed|EOF)", unfetched),
        ]
        for server in self.servers():
            server.give(self.good)
            proxy = self.start(server)
            proxy.said(f"version {GOOD}")
            for what, answer, pattern, counts in cases:
                with self.subTest(what, scheme=server.scheme):
                    server.answer = answer
                    self.looks_again(proxy, pattern, counts)
            self.assertEqual(self.strange.asked, 0, "a redirect was followed")
            # None of it is in the way of the next good one.
            server.give(newer)
            proxy.signal(1)
            proxy.said(f"version {GOOD + 1}")
            self.assertTrue(proxy.alive())

    @staticmethod
    def endless(request):
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        request.close_connection = True
        while True:  # until the client has enough
            request.wfile.write(b"10000\r\n" + b"#" * 65536 + b"\r\n")

    def elsewhere(self, data):
        self.strange = self.enterContext(ListServer())
        self.strange.give(data)
        return lambda request: say(request, b"", 302, Location=self.strange.url)

    def test_is_nothing_from_a_server_that_cannot_prove_its_name(self):
        with Pki() as others:
            wrong = {
                "another authority's": (others.certificate("localhost"), None),
                "another name's": (self.pki.certificate("other.example"), None),
                "an expired": (self.pki.certificate("localhost", days=-1), None),
                "one that the system does not trust": (self.pki.certificate("localhost", label="own"), ""),
            }
            for what, (certificate, trust) in wrong.items():
                with self.subTest(what), ListServer(certificate) as server:
                    server.give(self.good)
                    proxy = self.start(server, trust=trust)
                    proxy.said("the list of names could not be fetched: .*SSL")
                    counts = proxy.counted()
                    self.assertEqual((counts["list_unfetched"], counts["list_refused"]), (1, 0))
                    self.assertNotEqual(counts["list_version"], GOOD)
                    self.assertEqual(server.asked, 0, "it was asked without having proven its name")

    def test_is_given_up_where_a_server_hangs(self):
        def silent(connection):
            connection.recv(1)
            server.ended.wait(4 * PATIENCE)

        def half(request):
            request.send_response(200)
            request.send_header("Content-Length", str(len(self.good)))
            request.end_headers()
            request.wfile.write(self.good[:100])
            server.ended.wait(4 * PATIENCE)

        with ListServer() as server, Service(silent) as deaf:
            server.give(self.good)
            proxy = self.start(server)
            proxy.said(f"version {GOOD}")
            server.answer = half
            deaf.scheme, deaf.url = "https", f"https://localhost:{deaf.address[1]}/list"
            without = self.start(deaf)  # waits for the TLS handshake meanwhile
            before, since, begun = proxy.counted(), len(proxy.lines), time.monotonic()
            proxy.signal(1)
            self.assertTrue(until(lambda: server.asked == 2))
            self.stays(proxy, None, before)  # while it hangs, too
            proxy.said("could not be fetched: .*timed out", FETCH_LIMIT + PATIENCE, since)
            self.assertGreater(time.monotonic() - begun, FETCH_LIMIT - 2)
            self.stays(proxy, "list_unfetched", before)
            without.said("could not be fetched: ", FETCH_LIMIT + PATIENCE)
            # Who ends the program does not wait for the server.
            without.signal(1)
            self.assertTrue(until(lambda: deaf.accepted >= 2))
            begun = time.monotonic()
            self.assertEqual(without.stop(), 0)
            self.assertLess(time.monotonic() - begun, FETCH_LIMIT - 5)


if __name__ == "__main__":
    main()
