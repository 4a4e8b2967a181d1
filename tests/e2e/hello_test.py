#!/usr/bin/env python3
"""Our TLS client beside the real Chromium: what each sends in the open, field by field, and what servers make of ours.

A failure of `LooksLikeChromium` most often means that Debian has a newer Chromium: compare, change
src/wire/tls/chromium_hello.cpp, and write down what changed in docs/decisions/001-client-hello.md.

Environment: TLS_CONNECT is the program of tests/io/tls_connect.cpp, SHOW_TLS that of tests/lab/show_tls.cpp.
"""

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import threading
import unittest

import browser
import nginx
from harness import PATIENCE, connect, free_port, listens, main, until

TLS_CONNECT, SHOW_TLS = os.environ.get("TLS_CONNECT", ""), os.environ.get("SHOW_TLS", "")
NAME = nginx.NAME
SAMPLES = 4
PAGE, SOCKET = ("h2", "http/1.1"), ("http/1.1",)
HIDDEN_HELLO_SIZES = {186, 218, 250, 282}

ALPN, GROUPS, SIGNATURES, VERSIONS, KEY_SHARE, HIDDEN, PRE_SHARED = 16, 10, 13, 43, 51, 65037, 41


# --- What a hello says ---


def is_grease(number):
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 255


def named(number):
    return "GREASE" if is_grease(number) else f"{number:04x}"


def numbers(data):
    return [named(number) for (number,) in struct.iter_unpack(">H", data)]


class Hello:
    def __init__(self, record):
        self.record = record
        self.record_version = record[1:3].hex()
        body = record[9:]
        self.version, at = body[:2].hex(), 34
        self.session_id = body[at + 1 : at + 1 + body[at]]
        at += 1 + body[at]
        (size,) = struct.unpack_from(">H", body, at)
        self.ciphers = numbers(body[at + 2 : at + 2 + size])
        at += 2 + size
        self.compression = body[at : at + 1 + body[at]].hex()
        at += 1 + body[at] + 2
        self.extensions = []
        while at < len(body):
            kind, size = struct.unpack_from(">HH", body, at)
            self.extensions.append((kind, body[at + 4 : at + 4 + size]))
            at += 4 + size
        self.by_kind = dict(self.extensions)

    def order(self):
        return [named(kind) for kind, _ in self.extensions]

    def shares(self):
        data, at, found = self.by_kind[KEY_SHARE], 2, []
        while at < len(data):
            group, size = struct.unpack_from(">HH", data, at)
            found.append((named(group), size))
            at += 4 + size
        return found

    def hidden_size(self):
        return len(self.by_kind[HIDDEN])

    def fields(self):
        """All that is no matter of chance."""
        said = {
            "record version": self.record_version, "version": self.version, "session id": len(self.session_id),
            "ciphers": self.ciphers, "compression": self.compression, "extensions": sorted(self.order()),
            "first and last": [self.order()[0], self.order()[-1]],
            "size without the hidden hello": len(self.record) - self.hidden_size(),
        }
        for kind, data in self.extensions:
            if kind == KEY_SHARE:
                said["key shares"] = self.shares()
            elif kind == HIDDEN:
                # Outer; HKDF-SHA256; AES-128-GCM; some number; a key of 32 bytes; the rest.
                said["hidden hello"] = [data[:5].hex(), data[6:8].hex(), len(data) - 42 - struct.unpack_from(">H", data, 40)[0]]
            elif kind in (GROUPS, SIGNATURES):
                said[kind] = numbers(data[2:])
            elif kind == VERSIONS:
                said[kind] = numbers(data[1:])
            elif not is_grease(kind):
                said[kind] = data.hex()
        said["of GREASE"] = [data.hex() for kind, data in self.extensions if is_grease(kind)]
        return said


def fingerprints(hellos):
    """JA3 and JA4 of each, by our own reader."""
    found = []
    for hello in hellos:
        said = subprocess.run([SHOW_TLS], input=f"up {hello.record.hex()}\n", check=True, capture_output=True, text=True).stdout
        words = dict(word.split("=", 1) for word in said.split() if "=" in word)
        found.append((words["ja3"], words["ja3_text"], words["ja4"]))
    return found


# --- What a client sends ---


class Between:
    """Takes connections, keeps the records that the client sends, and hands all on to a server, if there is one."""

    def __init__(self, server=None):
        self.server = server
        self.clients = []  # a list of records each
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *failure):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection = self.listener.accept()[0]
                records = []
                self.clients.append(records)
                threading.Thread(target=self._serve, args=(connection, records), daemon=True).start()

    def _serve(self, connection, records):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            other = stack.enter_context(connect(self.server)) if self.server else None
            if other:
                threading.Thread(target=self._back, args=(other, connection), daemon=True).start()
            rest = b""
            if other:  # closing alone would wait for the other thread
                stack.callback(other.shutdown, socket.SHUT_RDWR)
            while data := connection.recv(1 << 16):
                rest += data
                while len(rest) >= 5 and len(rest) >= 5 + struct.unpack_from(">H", rest, 3)[0]:
                    size = 5 + struct.unpack_from(">H", rest, 3)[0]
                    records.append(rest[:size])
                    rest = rest[size:]
                if other:
                    other.sendall(data)
                elif records:
                    return

    @staticmethod
    def _back(server, client):
        with contextlib.suppress(OSError):
            while data := server.recv(1 << 16):
                client.sendall(data)
            client.shutdown(socket.SHUT_WR)

    def hellos(self):
        return [Hello(records[0]) for records in list(self.clients) if records]


def visit(port, alpn, authority="/dev/null", name=NAME, openssl=False):
    words = [TLS_CONNECT, str(port), name, authority, ",".join(alpn), *(["openssl"] if openssl else [])]
    return subprocess.run(words, check=True, capture_output=True, text=True, errors="replace", timeout=PATIENCE).stdout


@contextlib.contextmanager
def chromium(port):
    with browser.Browser(resolve=f"MAP {NAME} 127.0.0.1:{port}", words=("--ignore-certificate-errors",)) as opened:
        yield opened


def browse(opened, alpn, number=0):
    if alpn == PAGE:
        opened.ask("Page.navigate", url=f"https://{NAME}/{number}")
    else:
        opened.run(f"window.sockets = (window.sockets || []).concat(new WebSocket('wss://{NAME}/{number}')); 1")


def hellos_of_chromium(alpn):
    with Between() as between, chromium(between.port) as opened:
        number = 0
        while len(between.hellos()) < SAMPLES:
            before, number = len(between.hellos()), number + 1
            browse(opened, alpn, number)
            assert until(lambda known=before: len(between.hellos()) > known), "Chromium does not connect"
        return between.hellos()[:SAMPLES]


def hellos_of_ours(alpn, **options):
    with Between() as between:
        for _ in range(SAMPLES):
            visit(between.port, alpn, **options)
        assert until(lambda: len(between.hellos()) == SAMPLES)
        return between.hellos()


def setUpModule():
    if not TLS_CONNECT or not SHOW_TLS:
        raise unittest.SkipTest("without TLS_CONNECT and SHOW_TLS")


@unittest.skipIf(browser.PROGRAM is None, "chromium is not installed")
class LooksLikeChromium(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.version = subprocess.run([browser.PROGRAM, "--version"], capture_output=True, text=True, check=False).stdout.strip()

    def compare(self, alpn):
        theirs, ours = hellos_of_chromium(alpn), hellos_of_ours(alpn)
        for hello in theirs[1:]:
            self.assertEqual(hello.fields(), theirs[0].fields(), "Chromium's own differ")
        for hello in ours:
            self.assertEqual(hello.fields(), theirs[0].fields(), self.version)
        for hellos in theirs, ours:
            self.assertLessEqual({hello.hidden_size() for hello in hellos}, HIDDEN_HELLO_SIZES)
            self.assertEqual(len({tuple(hello.order()) for hello in hellos}), SAMPLES, "extensions are shuffled")
            self.assertEqual(len({hello.session_id for hello in hellos}), SAMPLES)
        of_theirs, of_ours = fingerprints(theirs), fingerprints(ours)
        self.assertEqual({ja4 for _, _, ja4 in of_ours}, {ja4 for _, _, ja4 in of_theirs})
        self.assertGreater(len({ja3 for ja3, _, _ in of_theirs}), 1)
        self.assertGreater(len({ja3 for ja3, _, _ in of_ours}), 1)
        for who, found in (self.version, of_theirs), ("ours", of_ours):
            print(f"{','.join(alpn):12} {who:60.60} JA4 {found[0][2]}  JA3 {found[0][0]} and others")

    def test_as_it_opens_a_page(self):
        self.compare(PAGE)

    def test_as_a_page_opens_a_web_socket(self):
        self.compare(SOCKET)

    def test_what_openssl_would_have_sent_is_something_else(self):
        hello = hellos_of_ours(SOCKET, openssl=True)[0]
        self.assertNotIn("GREASE", hello.ciphers)
        self.assertNotIn(HIDDEN, hello.by_kind)


def flight(records):
    """What follows the last hello up to the Finished, which is all that is encrypted: kinds and sizes."""
    last = max(i for i, record in enumerate(records) if record[0] == 22)
    end = next(i for i, record in enumerate(records) if record[0] == 23)
    return [(record[0], len(record)) for record in records[last + 1 : end + 1]]


class Served(unittest.TestCase):
    def setUp(self):
        self.authority = self.enterContext(nginx.Authority())

    def run_server(self, words, port):
        server = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)

        self.assertTrue(until(lambda: listens(port)))

    def openssl(self, *words):
        port = free_port()
        self.run_server(["openssl", "s_server", "-accept", str(port), "-cert", self.authority.path, "-key", self.authority.key,
                         "-www", *words], port)
        return port


@unittest.skipIf(browser.PROGRAM is None, "chromium is not installed")
class GoesOnLikeChromium(Served):
    maxDiff = None

    def records_of_both(self, server):
        with Between(("127.0.0.1", server)) as between, chromium(between.port) as opened:
            browse(opened, SOCKET)
            self.assertTrue(until(lambda: any(len(records) > 2 and records[-1][0] == 23 for records in between.clients)))
            theirs = next(records for records in between.clients if len(records) > 2)
        with Between(("127.0.0.1", server)) as between:
            said = visit(between.port, SOCKET, self.authority.path)
            self.assertIn("agreed", said)
            return theirs, between.clients[0]

    def test_with_its_finished(self):
        theirs, ours = self.records_of_both(self.openssl())
        self.assertEqual(flight(theirs), [(20, 6), (23, 5 + 4 + 32 + 17)])  # a SHA-256 hash
        self.assertEqual(flight(ours), flight(theirs))

    def test_with_a_second_hello_where_the_server_wants_another_key(self):
        theirs, ours = self.records_of_both(self.openssl("-groups", "P-256"))
        for records in theirs, ours:
            self.assertEqual([record[0] for record in records[:4]], [22, 20, 22, 23])
            first, second = Hello(records[0]), Hello(records[2])
            self.assertEqual(second.shares(), [("0017", 65)])
            self.assertEqual(second.order(), first.order())
        self.assertEqual(Hello(ours[2]).fields(), Hello(theirs[2]).fields())
        self.assertEqual(flight(ours), flight(theirs))

    def test_but_resumes_nothing(self):
        """What does not match: Chromium comes back with a ticket, we never do."""
        with Between(("127.0.0.1", self.openssl())) as between, chromium(between.port) as opened:

            def comes_back():
                opened.load(f"https://{NAME}/{len(between.clients)}")
                return any(PRE_SHARED in hello.by_kind for hello in between.hellos())

            self.assertTrue(until(comes_back))
        with Between(("127.0.0.1", self.openssl())) as between:
            for _ in range(2):
                self.assertIn("agreed", visit(between.port, SOCKET, self.authority.path))
            self.assertFalse(any(PRE_SHARED in hello.by_kind for hello in between.hellos()))


class IsUnderstood(Served):
    def test_by_openssl_with_each_group_and_suite(self):
        for words in (), ("-groups", "P-256"), ("-groups", "P-384"), ("-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"), \
                ("-ciphersuites", "TLS_AES_128_GCM_SHA256"), ("-verify", "1"), ("-num_tickets", "8"):
            with self.subTest(words):
                said = visit(self.openssl(*words), SOCKET, self.authority.path)
                self.assertIn("agreed alpn=\n", said)
                self.assertIn("200 ok", said)

    def test_by_nginx(self):
        with nginx.NginxFront(self.authority, {}) as front:
            said = visit(front.address[1], SOCKET, self.authority.path)
            self.assertIn("agreed alpn=http/1.1\n", said)
            self.assertIn("a site", said)
            self.assertIn("agreed alpn=h2\n", visit(front.address[1], PAGE, self.authority.path))

    @unittest.skipUnless(shutil.which("gnutls-serv"), "gnutls-serv is not installed")
    def test_by_gnutls(self):
        port = free_port()
        self.run_server(["gnutls-serv", "--port", str(port), "--http", "--x509certfile", self.authority.path,
                         "--x509keyfile", self.authority.key], port)
        self.assertIn("200 OK", visit(port, SOCKET, self.authority.path))

    @unittest.skipUnless(shutil.which("bssl-tool"), "android-boringssl is not installed")
    def test_by_boringssl(self):
        port = free_port()
        self.run_server(["bssl-tool", "server", "-accept", str(port), "-cert", self.authority.path, "-key",
                         self.authority.key, "-www", "-loop"], port)
        self.assertIn("200 OK", visit(port, SOCKET, self.authority.path))

    def test_and_refuses_what_it_should(self):
        port = self.openssl()
        self.assertIn("not to be believed", visit(port, SOCKET, self.authority.path, name="other.example"))
        self.assertIn("not to be believed", visit(port, SOCKET))
        self.assertIn("no TLS 1.3", visit(self.openssl("-tls1_2"), SOCKET, self.authority.path))
        self.assertIn("agreed", visit(self.openssl("-tls1_2"), SOCKET, self.authority.path, openssl=True))


if __name__ == "__main__":
    main()
