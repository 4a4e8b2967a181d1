"""Inner ClientHellos of every shape through `rozaneh signal`: what is good TLS reaches the server byte for byte and is answered by
it, and what is not gets what the web site gives.

    a hello ── TLS ── rozaneh signal ──(recorded)── a TLS server (OpenSSL) that stands for Signal's
"""

import itertools
import time
import unittest

import browser
from harness import Service, Wire, main, receive, receive_all, text_of, until
from inner_hello import ECH, GREASE, SERVER_NAME, Hello, vector
from signal_proxy import CHAT, DOMAIN, Signal
from tls_in_tls import Forwarder, Pki, TlsEcho, outer

SIZES = {"1.8 KB": None, "6 KB": 6000, "16 KB": 16_300}
BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\n"
LARGEST = 16 * 1024  # record headers included


class Shapes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki = cls.enterClassContext(Pki())
        cls.server = TlsEcho(cls.pki.certificate("*.signal.org", CHAT))
        cls.chat = cls.enterClassContext(Service(cls.server))
        cls.wire = cls.enterClassContext(Wire(cls.chat.address))
        cls.proxy = cls.enterClassContext(
            Signal(cls.pki, "--upstream", f"{CHAT}={text_of(cls.wire.address)}", "--hello-limit", 3))

    def sends(self, pieces, pause=0.0):
        carrier = outer(self.proxy.address, self.pki.trust, DOMAIN)
        self.addCleanup(carrier.close)
        for piece in pieces:
            carrier.sendall(piece)
            time.sleep(pause)
        return carrier

    def passes(self, pieces, pause=0.0):
        """The server gets all of it as it was, and answers with a ServerHello."""
        sent = b"".join(pieces)
        carrier = self.sends(pieces, pause)
        answer = receive(carrier, 6)
        self.assertEqual((answer[:1], answer[5:]), (b"\x16", b"\x02"), answer)
        self.assertTrue(until(lambda: any(bytes(each) == sent for each in self.wire.sent)), "it came changed")

    def fails(self, pieces):
        before = self.chat.accepted
        carrier = self.sends(pieces)
        answer = receive(carrier, len(BAD_REQUEST))
        self.assertEqual(answer, BAD_REQUEST)
        self.assertIn(b"nginx", receive_all(carrier))
        self.assertEqual(self.chat.accepted, before)

    def test_of_one_record_pass(self):
        for label, size in SIZES.items():
            with self.subTest(label):
                hello = Hello(CHAT, size).records()
                self.assertGreater(len(hello), 1800)
                self.assertIn(b"\x11\xec\x04\xc0", hello, "X25519MLKEM768, 1,216 bytes")
                self.passes([hello])

    def test_of_three_writes_pass(self):
        for label, size in SIZES.items():
            for cuts in ((1, 2), (3, 100), (5, 9), (500, 1500)):
                with self.subTest(label, cuts=cuts):
                    hello = Hello(CHAT, size).records()
                    ends = (0, *cuts, len(hello))
                    self.passes([hello[a:b] for a, b in itertools.pairwise(ends)], 0.02)

    def test_of_2_to_20_records_pass(self):
        for label, size in SIZES.items():
            for count in range(2, 21):
                with self.subTest(label, records=count):
                    self.passes([Hello(CHAT, size and size - 5 * (count - 1)).records(count)])

    def test_of_20_records_in_a_write_each_pass(self):
        for label, size in SIZES.items():
            with self.subTest(label):
                hello = Hello(CHAT, size and size - 95).records(20)
                pieces = []
                while hello:
                    end = 5 + int.from_bytes(hello[3:5], "big")
                    pieces.append(hello[:end])
                    hello = hello[end:]
                self.assertEqual(len(pieces), 20)
                self.passes(pieces, 0.005)

    def test_of_exactly_16_kb_pass_and_of_a_byte_more_fail(self):
        self.passes([Hello(CHAT, LARGEST).records()])
        self.fails([Hello(CHAT, LARGEST + 1).records(2)])

    def test_with_capitals_and_a_trailing_dot_pass(self):
        for name in ("CHAT.SIGNAL.ORG", "Chat.Signal.Org", CHAT + ".", "CHAT.signal.org."):
            with self.subTest(name):
                # OpenSSL, as everybody, compares names without regard to case; what it thinks of the dot is its business.
                self.passes([Hello(name).records()])

    def test_with_and_without_grease_and_ech_pass(self):
        for label, hello in {
            "without GREASE": Hello(CHAT).replace(GREASE),
            "more GREASE": Hello(CHAT).replace(GREASE, b"\0" * 50),
            "without ECH": Hello(CHAT).replace(ECH),
            "a long ECH": Hello(CHAT).replace(
                ECH, b"\0\0\1\0\1\7" + vector(bytes(32), 2) + vector(bytes(1500), 2)),
        }.items():
            with self.subTest(label):
                self.passes([hello.records()])

    def test_that_are_no_good_tls_fail(self):
        good = Hello(CHAT).records()
        message = good[5:]
        for label, hello in {
            "no name": Hello(CHAT).replace(SERVER_NAME).records(),
            "an empty name": Hello(CHAT).replace(SERVER_NAME, Hello.server_name("")).records(),
            "a name of another kind": Hello(CHAT).replace(SERVER_NAME, Hello.server_name(CHAT, 1)).records(),
            "a name with a zero in it": Hello(CHAT).replace(SERVER_NAME, Hello.server_name(b"chat.signal.org\0")).records(),
            "two trailing dots": Hello(CHAT + "..").records(),
            "an unlisted name": Hello("chat.signal.org.example").records(),
            "an empty record before it": b"\x16\x03\x01\0\0" + good,
            "an empty record in it": good[:3] + vector(message[:50], 2) + b"\x16\x03\x01\0\0" + b"\x16\x03\x01" + vector(message[50:], 2),
            "another record in it": good[:3] + vector(message[:50], 2) + b"\x17\x03\x01\0\1x" + b"\x16\x03\x01" + vector(message[50:], 2),
            "another message": b"\x16\x03\x01" + vector(b"\2" + message[1:], 2),
            "extensions that are longer than the message": b"\x16\x03\x01" + vector(
                b"\1" + (len(message) - 14).to_bytes(3, "big") + message[4:-10], 2),
        }.items():
            with self.subTest(label):
                self.fails([hello])

    def test_that_only_the_server_finds_wrong_are_refused_by_it(self):
        """Its alert comes back: an extension that stands twice is against RFC 8446 section 4.2, whatever it says."""
        carrier = self.sends([Hello(CHAT).replace(SERVER_NAME, *[Hello.server_name(CHAT)] * 2).records()])
        self.assertEqual(receive(carrier, 7), b"\x15\x03\x03\0\2\2\x2f")

    def test_behind_which_more_comes_at_once_pass(self):
        """As with early data, or a client that does not wait: what follows the hello is the server's to judge."""
        self.passes([Hello(CHAT).records() + b"\x14\x03\x03\x00\x01\x01"])


@unittest.skipIf(browser.PROGRAM is None, "chromium is not installed")
class Real(unittest.TestCase):
    def test_of_chromium_come_to_a_handshake(self):
        """A hello of today's with all that belongs to it, whose keys somebody has: the handshake is finished, a page comes back."""

        def page(connection):
            with server.context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(1 << 16)
                tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 30\r\n\r\n<title>carried</title>" + b" " * 8)
                tls.recv(1 << 16)

        with Pki() as pki, Service(page) as chat, Wire(chat.address) as wire, Signal(
            pki, "--upstream", f"{CHAT}={text_of(wire.address)}"
        ) as proxy, Service(Forwarder(proxy.address, pki.trust, DOMAIN)) as way:
            files = pki.certificate("*.signal.org", CHAT)
            server = TlsEcho(files, alpn=("http/1.1",))
            with browser.Browser(resolve=f"MAP {CHAT} {text_of(way.address)}", words=browser.trusting(files[0])) as visitor:
                visitor.load(f"https://{CHAT}/")
                self.assertEqual(visitor.run("document.title"), "carried")
            self.assertTrue(until(lambda: wire.sent))
            self.assertTrue(any(b"\x11\xec\x04\xc0" in bytes(each) for each in wire.sent), "no X25519MLKEM768 share")


if __name__ == "__main__":
    main()
