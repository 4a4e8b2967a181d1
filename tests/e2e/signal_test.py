"""`rozaneh signal` as Signal's apps, other people and its operator meet it."""

import contextlib
import datetime
import json
import os
import pty
import re
import select
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import unittest

from harness import (PATIENCE, ROZANEH, SANITIZED, Service, Wire, connect, drip, echo, free_port, listens, main, numbered,
                     receive, receive_all, rozaneh, text_of, until)
from signal_proxy import CHAT, DOMAIN, Signal
from tls_in_tls import (Forwarder, Inner, Pki, TlsEcho, client_context, hello_for, outer, re_record, renamed,
                        with_extension)

BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\n"


def carry(source, sink, seen=None):
    """One way, to its end; what went by is added to `seen`."""
    with contextlib.suppress(OSError):
        while part := source.recv(1 << 16):
            if seen is not None:
                seen += part
            sink.sendall(part)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def record_sizes(sent):
    sizes = []
    while len(sent) >= 5:
        sizes.append(int.from_bytes(sent[3:5], "big"))
        sent = sent[5 + sizes[-1]:]
    return sizes


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki = cls.enterClassContext(Pki())

    def outer(self, proxy, name=DOMAIN, **options):
        stream = outer(proxy.address, self.pki.trust, name, **options)
        self.addCleanup(stream.close)
        return stream

    def carries(self, carrier, name=CHAT, **options):
        inner = Inner(carrier, self.pki.trust, name, **options)
        data = numbered(200_000)
        threading.Thread(target=inner.send, args=(data[:1000],)).run()
        self.assertEqual(inner.receive(1000), data[:1000])
        return inner

    def answered_as_a_site(self, carrier, first):
        carrier.sendall(first)
        answer = carrier.recv(1 << 16)
        self.assertTrue(answer.startswith(BAD_REQUEST), answer[:80])
        self.assertIn(b"nginx", answer + receive_all(carrier))


class Relay(Case):
    def setUp(self):
        self.server = TlsEcho(self.pki.certificate("*.signal.org", CHAT))
        self.chat = self.enterContext(Service(self.server))

    def proxy(self, *words, **options):
        return self.enterContext(Signal(self.pki, "--upstream", f"{CHAT}={text_of(self.chat.address)}", *words,
                                        **options))

    def test_carries_the_inner_tls_with_its_alpn(self):
        inner = self.carries(self.outer(self.proxy()))
        self.assertEqual(inner.alpn, "h2")
        self.assertEqual(self.server.names, [CHAT])

    def test_carries_much_both_ways(self):
        raw = self.enterContext(Service(echo))
        proxy = self.proxy("--upstream", f"{CHAT}={text_of(raw.address)}")
        with Service(Forwarder(proxy.address, self.pki.trust, DOMAIN)) as way, connect(way.address) as client:
            data = hello_for(CHAT) + numbered(24 << 20)
            threading.Thread(target=client.sendall, args=(data,), daemon=True).start()
            self.assertEqual(receive(client, len(data)), data)

    def test_serves_clients_that_speak_tls_1_2_outside(self):
        context = client_context(self.pki.trust, maximum_version=ssl.TLSVersion.TLSv1_2)
        self.carries(self.outer(self.proxy(), context=context))

    def test_shows_the_chain_that_the_client_can_check(self):
        files = [self.pki.certificate(DOMAIN), self.pki.certificate(DOMAIN, kind="rsa")]
        proxy = self.proxy(certificates=files)
        for algorithms, kind in (("ECDSA+SHA256", "id-ecPublicKey"), ("RSA-PSS+SHA256:RSA+SHA256", "rsaEncryption")):
            # The authority's own signature is ECDSA, which s_client then cannot check: the server's key is what counts.
            said = subprocess.run(["openssl", "s_client", "-connect", text_of(proxy.address), "-servername", DOMAIN,
                                   "-sigalgs", algorithms], input=b"", capture_output=True, timeout=PATIENCE)
            key = subprocess.run(["openssl", "x509", "-noout", "-text"], input=said.stdout, capture_output=True,
                                 timeout=PATIENCE).stdout.decode()
            self.assertIn(f"Public Key Algorithm: {kind}", key)

    def test_serves_ipv6_and_ipv4_on_one_port(self):
        proxy = self.proxy("--listen", "[::1]:0")
        raw = socket.create_connection(("::1", proxy.address[1]), PATIENCE)
        with client_context(self.pki.trust).wrap_socket(raw, server_hostname=DOMAIN) as carrier:
            self.carries(carrier)
        self.carries(self.outer(proxy))

    def test_resumes_sessions_by_ticket_and_under_any_loop(self):
        proxy = self.proxy("--threads", 2)
        context = client_context(self.pki.trust)
        session = None
        for i in range(6):
            carrier = self.outer(proxy, context=context, session=session)
            self.carries(carrier)  # the ticket comes with the first bytes
            self.assertEqual(carrier.session_reused, i > 0)
            session = carrier.session

    def test_takes_new_certificates_without_cutting_anybody_off(self):
        with tempfile.TemporaryDirectory() as box:
            chain, key = os.path.join(box, "chain.pem"), os.path.join(box, "key.pem")
            first, second = self.pki.certificate(DOMAIN), self.pki.certificate(DOMAIN, days=19)

            def install(files):
                for source, target in zip(files, (chain, key)):
                    shutil.copy(source, target + ".new")
                    os.replace(target + ".new", target)

            def serial():
                return self.outer(proxy).getpeercert()["serialNumber"]

            install(first)
            proxy = self.proxy(certificates=[(chain, key)])
            inner, before = self.carries(self.outer(proxy)), serial()
            install(second)
            self.assertTrue(until(lambda: serial() != before))
            inner.send(b"still here")
            self.assertEqual(inner.receive(10), b"still here")

    def test_serves_curl_and_openssl_inside(self):
        with tempfile.TemporaryDirectory() as box, open(os.path.join(box, "hello.txt"), "w", encoding="ascii") as page:
            page.write("carried\n")
            page.flush()
            port = free_port()
            chain, key = self.pki.certificate("*.signal.org", CHAT, label="www")
            server = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", chain, "-key",
                                       key, "-WWW", "-quiet"], cwd=box, stdin=subprocess.DEVNULL)
            self.addCleanup(server.wait)
            self.addCleanup(server.kill)
            self.assertTrue(until(lambda: listens(port)))
            with Signal(self.pki, "--upstream", f"{CHAT}=127.0.0.1:{port}") as proxy, Service(
                Forwarder(proxy.address, self.pki.trust, DOMAIN)
            ) as way:
                done = subprocess.run(["curl", "-sS", "--cacert", self.pki.trust, "--connect-to",
                                       f"{CHAT}:443:{text_of(way.address)}", f"https://{CHAT}/hello.txt"],
                                      capture_output=True, timeout=PATIENCE)
                self.assertEqual(done.stdout, b"carried\n", done.stderr)
                for name in (CHAT, "CHAT.Signal.ORG", CHAT + "."):
                    done = subprocess.run(["openssl", "s_client", "-connect", text_of(way.address), "-servername",
                                           name, "-quiet", "-CAfile", self.pki.trust, "-verify_return_error"],
                                          input=b"GET /hello.txt HTTP/1.0\r\n\r\n", capture_output=True,
                                          timeout=PATIENCE)
                    self.assertIn(b"carried", done.stdout, (name, done.stderr))

    def test_does_not_mind_how_a_hello_is_cut(self):
        proxy = self.proxy()
        for records in (2, 3, 7, 20, 300):
            with self.subTest(records=records):
                self.carries(self.outer(proxy), shape=lambda hello: [re_record(hello, records)])
        with self.subTest("three writes"):
            self.carries(self.outer(proxy), shape=lambda hello: [hello[:3], hello[3:100], hello[100:]])
        with self.subTest("records of one byte, a write each"):
            self.carries(self.outer(proxy),
                         shape=lambda hello: [b"\x16\x03\x01\x00\x01" + hello[i:i + 1] for i in range(5, len(hello))])

    def test_takes_hellos_of_all_kinds_up_to_16_kb(self):
        with Service(echo) as raw, Signal(self.pki, "--upstream", f"{CHAT}={text_of(raw.address)}") as proxy:
            plain = hello_for(CHAT)
            grease = with_extension(with_extension(plain, 0x1A1A, 0), 0xFE0D, 200)
            shapes = {
                "1.8 KB": with_extension(plain, 21, 1300),
                "6 KB": with_extension(plain, 21, 5500),
                "almost 16 KB": with_extension(plain, 21, 15_300),
                "6 KB in 20 records": re_record(with_extension(plain, 21, 5500), 20),
                "GREASE and ECH": grease,
                "a post-quantum key share": with_extension(plain, 0xFEED, 1216),
                "capitals": renamed(plain, CHAT.encode(), b"CHAT.Signal.ORG"),
            }
            for label, hello in shapes.items():
                with self.subTest(label):
                    carrier = self.outer(proxy)
                    carrier.sendall(hello)
                    self.assertEqual(receive(carrier, len(hello)), hello)

    def test_fills_the_first_record_where_asked_to(self):
        """As long as nginx's are with a page of more than 16 KB: what is relayed, and nothing else."""
        full = (1 << 14) + 17  # with the content's type and the tag
        hello = hello_for(CHAT)
        for words, relayed in (((), False), (("--first-record", "page"), True)):
            with self.subTest(words), Service(echo) as raw, Signal(
                self.pki, "--upstream", f"{CHAT}={text_of(raw.address)}", *words
            ) as proxy, Wire(proxy.address) as wire:
                for first, padded in ((hello, relayed), (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", False)):
                    with outer(wire.address, self.pki.trust, DOMAIN) as carrier:
                        carrier.sendall(first)
                        self.assertTrue(receive(carrier, 1))
                        self.assertEqual(full in record_sizes(wire.answered[-1]), padded)

    def test_shapes_the_first_answer_as_asked_to(self):
        """What the records of a relayed connection hold; and that all else comes as it was said."""
        hello, data = hello_for(CHAT), numbered(1 << 20)

        def server(connection):
            connection.sendall(receive(connection, len(hello)))
            echo(connection)

        full = 1 << 14
        for words, first in (
            (["--first-answer", "merged"], [len(hello)]),
            (["--first-answer", "merged", "--first-record", "page"], [full]),
            (["--first-answer", "split"], [40, 9, len(hello) - 49]),
            (["--first-answer", "split", "--first-record", "page"], [40, 9, full]),
        ):
            with self.subTest(words), Service(server) as raw:
                proxy = self.proxy("--upstream", f"{CHAT}={text_of(raw.address)}", *words)
                with Wire(proxy.address) as wire, outer(wire.address, self.pki.trust, DOMAIN) as carrier:
                    carrier.sendall(hello)
                    self.assertEqual(receive(carrier, len(hello)), hello)
                    # Less the content's type and the tag.
                    self.assertEqual([size - 17 for size in record_sizes(wire.answered[-1])][-len(first):], first)
                with Service(Forwarder(proxy.address, self.pki.trust, DOMAIN)) as way, connect(way.address) as client:
                    threading.Thread(target=client.sendall, args=(hello + data,), daemon=True).start()
                    self.assertEqual(receive(client, len(hello + data)), hello + data)
                self.old_version_carries(proxy, hello)

    def old_version_carries(self, proxy, hello):
        """TLS 1.2 has no padding, but the rest."""
        context = client_context(self.pki.trust, maximum_version=ssl.TLSVersion.TLSv1_2)
        carrier = self.outer(proxy, context=context)
        carrier.sendall(hello)
        self.assertEqual(receive(carrier, len(hello)), hello)

    def test_hands_the_end_on_and_goes_on_in_the_other_direction(self):
        """s_client sends close_notify at the end of its input, and the end of the connection with it."""

        def answer_at_the_end(connection):
            self.seen = receive_all(connection)

        with Service(answer_at_the_end) as raw, Signal(
            self.pki, "--upstream", f"{CHAT}={text_of(raw.address)}"
        ) as proxy:
            hello = hello_for(CHAT)
            self.seen = b""
            subprocess.run(["openssl", "s_client", "-connect", text_of(proxy.address), "-servername", DOMAIN, "-nocommands"],
                           input=hello + b"the end", capture_output=True, timeout=PATIENCE)
            self.assertTrue(until(lambda: self.seen == hello + b"the end"), self.seen[-40:])


class RelayByTheKernel(Relay):
    """The same where the kernel may move what it can."""

    def proxy(self, *words, **options):
        return super().proxy("--zero-copy", "auto", *words, **options)


class Strangers(Case):
    """All that is not Signal gets what the web site gives."""

    def setUp(self):
        self.chat = self.enterContext(Service(echo))
        self.proxy = self.enterContext(
            Signal(self.pki, "--upstream", f"{CHAT}={text_of(self.chat.address)}", "--hello-limit", 1)
        )

    def test_get_a_page_over_either_http(self):
        for version in ("--http1.1", "--http2"):
            done = subprocess.run(["curl", "-sS", version, "--cacert", self.pki.trust, "--connect-to",
                                   f"{DOMAIN}:443:{text_of(self.proxy.address)}", "-w", "%{http_code} %{http_version}",
                                   f"https://{DOMAIN}/"], capture_output=True, timeout=PATIENCE)
            self.assertIn(b"Welcome to nginx!", done.stdout, done.stderr)
            self.assertTrue(done.stdout.endswith(b"200 2" if version == "--http2" else b"200 1.1"), done.stdout[-20:])

    def test_are_redirected_to_the_port_that_they_came_to(self):
        with tempfile.TemporaryDirectory() as site:
            os.mkdir(os.path.join(site, "folder"))
            proxy = self.enterContext(Signal(self.pki, "--site", site))
            carrier = self.outer(proxy)
            carrier.sendall(b"GET /folder HTTP/1.1\r\nHost: " + DOMAIN.encode() + b"\r\nConnection: close\r\n\r\n")
            self.assertIn(f"\r\nLocation: https://{DOMAIN}:{proxy.address[1]}/folder/\r\n".encode(), receive_all(carrier))

    def test_get_the_plain_answers_in_plain(self):
        for address, code in ((self.proxy.address, b"400 Bad Request"), (self.proxy.http, b"301 Moved Permanently")):
            with connect(address) as plain:
                plain.sendall(b"GET / HTTP/1.1\r\nHost: " + DOMAIN.encode() + b"\r\nConnection: close\r\n\r\n")
                answer = receive_all(plain)
                self.assertTrue(answer.startswith(b"HTTP/1.1 " + code), answer[:100])

    def test_with_another_name_inside_get_a_bad_request(self):
        for name in ("www.example.org", DOMAIN, "notchat.signal.org", "signal.org"):
            self.answered_as_a_site(self.outer(self.proxy), hello_for(name))
        self.assertEqual(self.chat.accepted, 0)

    def test_without_a_name_inside_get_a_bad_request(self):
        hello = hello_for("x.example")
        self.answered_as_a_site(self.outer(self.proxy), hello.replace(b"x.example", b"\0" * 9))

    def test_with_garbage_inside_get_a_bad_request(self):
        self.answered_as_a_site(self.outer(self.proxy), b"\x16\x03\x01\x00\x05\x02\x00\x00\x01\x00")
        self.answered_as_a_site(self.outer(self.proxy), b"\x16" + os.urandom(63))
        self.answered_as_a_site(self.outer(self.proxy), with_extension(hello_for(CHAT), 21, 17_000))

    def test_with_half_a_hello_get_a_bad_request(self):
        hello = hello_for(CHAT)
        self.answered_as_a_site(self.outer(self.proxy), hello[: len(hello) // 2])
        self.assertEqual(self.chat.accepted, 0)

    def test_are_not_told_apart_by_who_they_ask_for(self):
        """Any outer name, and none, is shown the same certificate."""
        seen = set()
        for name in (DOMAIN, "other.example", None):
            context = client_context(self.pki.trust, check_hostname=False, verify_mode=ssl.CERT_NONE)
            seen.add(self.outer(self.proxy, name, context=context).getpeercert(True))
        self.assertEqual(len(seen), 1)

    def test_who_offer_other_protocols_only_are_refused(self):
        with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
            self.outer(self.proxy, context=client_context(self.pki.trust, alpn=["xyz"]))


class Hidden(Case):
    def setUp(self):
        self.chat = self.enterContext(Service(echo))
        self.words = ["--upstream", f"{CHAT}={text_of(self.chat.address)}", "--hidden"]

    def start(self, *words, **options):
        return self.enterContext(Signal(self.pki, *self.words, *words, names=(DOMAIN, "*." + DOMAIN), **options))

    def relays(self, proxy, name):
        carrier = self.outer(proxy, name)
        hello = hello_for(CHAT)
        carrier.sendall(hello)
        return receive(carrier, len(hello)) == hello

    def test_name_alone_makes_the_relay_answer(self):
        proxy = self.start()
        self.assertRegex(proxy.host, r"^[a-z2-7]{16}\.proxy\.example\.org$")
        self.assertEqual(proxy.links[0], f"https://signal.tube/#{proxy.host}:{proxy.address[1]}")
        self.assertTrue(self.relays(proxy, proxy.host))
        for name in (DOMAIN, "www." + DOMAIN):
            self.assertFalse(self.relays(proxy, name))
            self.answered_as_a_site(self.outer(proxy, name), hello_for(CHAT))
        self.assertEqual(self.chat.accepted, 1)

    def test_name_stays_over_a_restart(self):
        with tempfile.TemporaryDirectory() as state:
            first = self.start(state=state)
            first.stop()
            self.assertEqual(self.start(state=state).host, first.host)

    def test_name_can_be_given(self):
        self.assertEqual(self.start("--hidden-label", "Quiet-Corner").host, "quiet-corner." + DOMAIN)

    def test_name_does_not_stop_who_has_seen_it(self):
        """An observer on the path, who has no link, reads the name from a user's hello and tries it: said in the guide, and
        so it is."""
        proxy = self.start()
        seen = bytearray()

        def observe(user):
            with connect(proxy.address) as server:
                back = threading.Thread(target=carry, args=(server, user))
                back.start()
                carry(user, server, seen)
                back.join(PATIENCE)

        with Service(observe) as path:
            carrier = self.enterContext(outer(path.address, self.pki.trust, proxy.host))
            hello = hello_for(CHAT)
            carrier.sendall(hello)
            self.assertEqual(receive(carrier, len(hello)), hello)
            carrier.close()
        names = re.findall(rb"[a-z0-9-]+(?:\.[a-z0-9-]+){3}", bytes(seen[:1000]))
        self.assertEqual(names, [proxy.host.encode()], "the name stands in the open once, and no other like it")
        self.assertTrue(self.relays(proxy, names[0].decode()), "who has seen it is answered")
        self.assertTrue(self.relays(proxy, names[0].decode().upper()))
        # The very bytes again are worth nothing: TLS asks for the key behind them.
        with connect(proxy.address) as again:
            again.sendall(bytes(seen))
            again.shutdown(socket.SHUT_WR)
            answer = receive_all(again)
        self.assertEqual(answer[:1], b"\x16")
        self.assertNotIn(hello[:20], answer)
        self.assertEqual(self.chat.accepted, 3)


class Faults(Case):
    """Of servers, name servers and lists: told once, and nothing else is disturbed."""

    def setUp(self):
        self.chat = self.enterContext(Service(echo))

    def proxy(self, *words, **options):
        return self.enterContext(
            Signal(self.pki, "--upstream", f"{CHAT}={text_of(self.chat.address)}", "--connect-limit", 1, *words, **options)
        )

    def relays(self, proxy, name=CHAT):
        carrier = self.outer(proxy)
        hello = hello_for(name)
        carrier.sendall(hello)
        try:
            return receive(carrier, len(hello)) == hello
        except (ConnectionError, ssl.SSLError):
            return False

    def test_a_server_that_is_down_is_named(self):
        gone = free_port()
        proxy = self.proxy("--upstream", f"storage.signal.org=127.0.0.1:{gone}", "--drain-limit", 1)
        self.assertFalse(self.relays(proxy, "storage.signal.org"))
        proxy.said(f"refuses connections.*127.0.0.1:{gone}")
        self.assertTrue(self.relays(proxy))
        proxy.stop()
        self.assertEqual(proxy.event("counted")["upstream_refused"], 1)

    def test_a_server_that_cuts_is_passed_on(self):
        def cut(connection):
            connection.recv(10)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        with Service(cut) as bad:
            proxy = self.proxy("--upstream", f"storage.signal.org={text_of(bad.address)}")
            self.assertFalse(self.relays(proxy, "storage.signal.org"))
            self.assertTrue(self.relays(proxy))

    def test_a_name_server_that_is_down_stops_only_names(self):
        proxy = self.proxy("--dns", f"127.0.0.1:{free_port()}")
        self.assertFalse(self.relays(proxy, "cdn.signal.org"))
        proxy.said("no name server answers.*cdn.signal.org")
        self.assertTrue(self.relays(proxy))

    def test_a_name_that_leads_into_a_private_network_is_refused(self):
        with NameServer({"cdn.signal.org": ["127.0.0.1"]}) as names:
            proxy = self.proxy("--dns", names.text)
            self.assertFalse(self.relays(proxy, "cdn.signal.org"))
            proxy.said("private network.*cdn.signal.org")

    def test_names_are_resolved_as_they_are_used_and_remembered(self):
        port = free_port()
        with NameServer({"cdn.example": ["127.0.0.1"]}) as names, Service(echo, ("127.0.0.1", port)):
            proxy = self.proxy("--dns", names.text, "--allow-private", "--upstream", f"cdn.signal.org=cdn.example:{port}",
                               "--threads", 1)
            self.assertEqual(names.asked, 0)
            for _ in range(5):
                self.assertTrue(self.relays(proxy, "cdn.signal.org"))
            self.assertEqual(names.asked, 2)  # A and AAAA, once

    def test_addresses_that_do_not_answer_are_passed_over(self):
        port = free_port()
        with NameServer({"cdn.example": ["127.0.0.9", "127.0.0.8", "127.0.0.1", "::1"]}) as names, Service(
            echo, ("127.0.0.1", port)
        ):
            proxy = self.proxy("--dns", names.text, "--allow-private", "--upstream", f"cdn.signal.org=cdn.example:{port}")
            self.assertTrue(self.relays(proxy, "cdn.signal.org"))

    def test_a_certificate_that_has_expired_is_said(self):
        proxy = self.proxy(certificates=[self.pki.certificate(DOMAIN, days=-1)])
        proxy.said("clients will refuse the ec certificate")

    def test_a_certificate_for_another_name_is_said(self):
        proxy = self.proxy(names=("other.example",))
        proxy.said("clients will refuse the ec certificate")

    def test_abandoned_connections_leave_nothing(self):
        count = 300 if SANITIZED else 2000
        proxy = self.proxy("--max-per-address", 0)
        self.assertTrue(self.relays(proxy))
        before = proxy.descriptors()
        for i in range(count):
            with connect(proxy.address) as abandoned:
                if i % 2 == 0:
                    abandoned.sendall(b"\x16\x03\x01\x02\x00\x01")
                if i % 3 == 0:
                    abandoned.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.assertTrue(until(lambda: proxy.descriptors() <= before))
        self.assertTrue(self.relays(proxy))

    def test_who_is_slow_on_either_layer_is_not_waited_for(self):
        proxy = self.proxy("--handshake-limit", 1, "--hello-limit", 1)
        outside, inside = connect(proxy.address), self.outer(proxy)
        ended = []

        hello = hello_for(CHAT)
        threads = [threading.Thread(target=drip, args=(stream, hello[:40], ended)) for stream in (outside, inside)]
        for thread in threads:
            thread.start()
        self.assertTrue(self.relays(proxy))
        for thread in threads:
            thread.join(PATIENCE)
        self.assertEqual(len(ended), 2)
        outside.close()

    def test_too_many_from_one_address_are_closed(self):
        proxy = self.proxy("--max-per-address", 3)
        held = [self.outer(proxy) for _ in range(3)]
        with self.assertRaises((ConnectionError, ssl.SSLError)):
            self.outer(proxy)
        held.pop().close()
        self.assertTrue(until(lambda: self.may_come(proxy)))

    def may_come(self, proxy):
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            return self.relays(proxy)
        return False


class NameServer:
    """Answers A and AAAA questions over UDP, for an hour each."""

    def __init__(self, names):
        self.names, self.asked = names, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.text = text_of(self.socket.getsockname())
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                question, client = self.socket.recvfrom(4096)
                if not question:
                    return
                self.asked += 1
                self.socket.sendto(self._answer(question), client)

    def _answer(self, question):
        at, labels = 12, []
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        kind = struct.unpack(">H", question[at + 1:at + 3])[0]
        addresses = self.names.get(".".join(labels).lower())
        family, wanted = (socket.AF_INET6, ":") if kind == 28 else (socket.AF_INET, ".")
        answers = [socket.inet_pton(family, each) for each in addresses or [] if wanted in each]
        code = 0x8180 if addresses is not None else 0x8183
        head = question[:2] + struct.pack(">HHHHH", code, 1, len(answers), 0, 0)
        body = b"".join(
            b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 3600, len(each)) + each for each in answers
        )
        return head + question[12:at + 5] + body


class Check(Case):
    def setUp(self):
        server = TlsEcho(self.pki.certificate("*.signal.org", CHAT))
        self.chat = self.enterContext(Service(server))
        self.names = os.path.join(self.enterContext(tempfile.TemporaryDirectory()), "names.toml")
        with open(self.names, "w", encoding="utf-8") as file:
            file.write(f'names = ["{CHAT}"]\nretired = ["old.signal.org"]\nreplace = true\n')

    def check(self, proxy, host=DOMAIN):
        code, said = rozaneh("signal", "check", host, "--json", "--connect", text_of(proxy.address), "--ca",
                             self.pki.trust, "--names", self.names, "--limit", 5)
        return code, [json.loads(line) for line in said.splitlines()]

    def test_says_that_all_is_well(self):
        with Signal(self.pki, "--upstream", f"{CHAT}={text_of(self.chat.address)}") as proxy:
            code, events = self.check(proxy)
            self.assertEqual(code, 0, events)
            self.assertIn([events[0]["key"], events[0]["days_left"]], (["EC", 19], ["EC", 20]))
            self.assertEqual([events[0]["issuer"], events[0]["chain"], events[0]["days_old"]], ["Test Authority", 1, 0])
            self.assertEqual([each["answered"] for each in events if each["event"] == "rsa"], [False])
            self.assertEqual({each["name"]: each["answered"] for each in events if each["event"] == "name"},
                             {CHAT: True, "old.signal.org": False})
            (checked,) = [each for each in events if each["event"] == "checked"]
            self.assertTrue(checked["works"])
            self.assertEqual(self.check(proxy, f"https://signal.tube/#{DOMAIN}")[0], 0)

    def test_says_how_old_its_list_is_and_which_chains_there_are(self):
        then = datetime.date.today() - datetime.timedelta(days=200)
        with open(self.names, "a", encoding="utf-8") as file:
            file.write(f"version = 7\nissued = {then}\n")
        both = [self.pki.certificate(DOMAIN, kind=kind) for kind in ("ec", "rsa")]
        with Signal(self.pki, "--upstream", f"{CHAT}={text_of(self.chat.address)}", certificates=both) as proxy:
            code, events = self.check(proxy)
            self.assertEqual(code, 0, events)
            self.assertEqual([each["answered"] for each in events if each["event"] == "rsa"], [True])
            (checked,) = [each for each in events if each["event"] == "checked"]
            self.assertEqual([checked["list"], checked["list_days_old"]], [str(then), 200])
            self.assertIn("long ago", json.dumps(events))

    def test_says_what_is_wrong(self):
        with Signal(self.pki, "--upstream", f"{CHAT}=127.0.0.1:{free_port()}") as proxy:
            code, events = self.check(proxy)
            self.assertEqual([code, events[-1]["missing"]], [3, [CHAT]])
        with Signal(self.pki, certificates=[self.pki.certificate(DOMAIN, days=-1)]) as proxy:
            code, events = self.check(proxy)
            self.assertEqual([code, events[0]["reached"]], [3, False])
            self.assertIn("certificate", events[0]["error"])


class AnyNames(Case):
    """`rozaneh bridge by-name`: the same relay with names of one's own."""

    def test_are_led_to_their_servers_and_signals_are_none_of_them(self):
        mail = TlsEcho(self.pki.certificate("mail.example.org"))
        chat = self.enterContext(Service(echo))
        with Service(mail) as service, tempfile.TemporaryDirectory() as box:
            names = os.path.join(box, "names.toml")

            def write(**upstream):
                with open(names, "w", encoding="utf-8") as file:
                    leads = "".join(f'"{name}" = "{text_of(to.address)}"\n' for name, to in upstream.items())
                    file.write(f"names = {list(upstream)}\n[upstream]\n{leads}")

            write(**{"mail.example.org": service})
            with Signal(self.pki, "--names", names, command="bridge by-name") as proxy:
                self.assertEqual(proxy.event("listening")["names"], 1)
                self.assertEqual(proxy.links, [])
                self.carries(self.outer(proxy), "mail.example.org")
                self.answered_as_a_site(self.outer(proxy), hello_for(CHAT))
                # Where they lead is read anew with the rest.
                write(**{"mail.example.org": service, CHAT: chat})
                proxy.signal(1)
                proxy.event("reloaded")
                carrier, hello = self.outer(proxy), hello_for(CHAT)
                carrier.sendall(hello)
                self.assertEqual(receive(carrier, len(hello)), hello)
                self.carries(self.outer(proxy), "mail.example.org")

    def test_must_be_said(self):
        chain, key = self.pki.certificate(DOMAIN)
        code, said = rozaneh("bridge", "by-name", "--no-state", "--domain", DOMAIN, "--cert", chain, "--key", key)
        self.assertIn(code, (1, 2), said)
        self.assertIn("--names", said)


class Links(Case):
    """What the operator is shown, on a terminal."""

    def shown(self, *words):
        chain, key = self.pki.certificate(DOMAIN)
        ours, theirs = pty.openpty()
        run = subprocess.Popen([ROZANEH, "signal", "--no-state", "--domain", DOMAIN, "--listen", "127.0.0.1:0", "--listen-http", "none",
                                "--cert", chain, "--key", key, *words], stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL)
        os.close(theirs)
        said = b""
        try:
            end = time.monotonic() + PATIENCE
            while b"always uses 443" not in said and time.monotonic() < end:
                if select.select([ours], [], [], 1)[0]:
                    said += os.read(ours, 1 << 16)
        finally:
            run.terminate()
            run.wait(PATIENCE)
            os.close(ours)
        return said.decode()

    def test_stand_in_both_forms_with_a_code_and_who_ignores_the_port(self):
        said = self.shown()
        self.assertRegex(said, rf"https://signal\.tube/#{DOMAIN}:\d+\s")
        self.assertRegex(said, rf"sgnl://signal\.tube/#{DOMAIN}:\d+\s")
        self.assertIn("Signal for Android takes no port from a link and always uses 443; Signal for iOS takes it", said)
        self.assertGreater(said.count("\u2588"), 50, "a QR code")
        self.assertEqual(self.shown("--no-qr").count("\u2588"), 0)


class Settings(Case):
    def test_that_are_wrong_are_refused(self):
        chain, key = self.pki.certificate(DOMAIN)
        good = ["signal", "--no-state", "--domain", DOMAIN, "--listen", "127.0.0.1:0", "--listen-http", "none"]
        files = ["--cert", chain, "--key", key]
        for words, mention in (
            (["signal", "--no-state"], "--domain"),
            (["signal", "--no-state", "--domain", "nodots"], "--domain"),
            ([*good, "--cert", chain], "--key"),
            ([*good, "--cert", key, "--key", key], "certificate"),
            ([*good, *files, "--upstream", "nonsense"], "--upstream"),
            ([*good, *files, "--listen", "nowhere"], "--listen"),
            ([*good, *files, "--names", "/no/such/file"], "/no/such/file"),
            ([*good, *files, "--list-url", "https://example.org/"], "--list-key"),
            ([*good, *files, "--list-url", "https://example.org/", "--list-key", "short"], "--list-key"),
            ([*good, *files, "--site", "/no/such/folder"], "/no/such/folder"),
            ([*good, *files, "--hidden-label", "two.labels"], "--hidden-label"),
        ):
            with self.subTest(" ".join(words)):
                code, said = rozaneh(*words)
                self.assertIn(code, (1, 2), said)
                self.assertIn(mention, said)

    def test_of_names_can_be_read_anew(self):
        with tempfile.TemporaryDirectory() as box, Service(echo) as one:
            file = os.path.join(box, "names.toml")

            def write(name):
                with open(file, "w", encoding="utf-8") as names:
                    names.write(f'replace = true\nnames = ["{name}"]\n[upstream]\n"{name}" = "{text_of(one.address)}"\n')

            write("one.example")
            with Signal(self.pki, "--names", file) as proxy:
                self.assertEqual(proxy.event("listening")["names"], 1)
                write("two.example")
                proxy.signal(1)
                proxy.event("reloaded")
                carrier, hello = self.outer(proxy), hello_for("two.example")
                carrier.sendall(hello)
                self.assertEqual(receive(carrier, len(hello)), hello)
                self.answered_as_a_site(self.outer(proxy), hello_for("one.example"))


class Updates(Case):
    """Of the list: signed, newer, within the suffixes, or not at all."""

    def setUp(self):
        self.box = self.enterContext(tempfile.TemporaryDirectory())
        self.key = os.path.join(self.box, "list.key")
        self.file = os.path.join(self.box, "list")

    def sign(self, version, names, key=None):
        plain = os.path.join(self.box, "plain.toml")
        listed = ", ".join(f'"{name}"' for name in names)
        with open(plain, "w", encoding="utf-8") as out:
            out.write(f"version = {version}\nissued = 2026-11-22\nnames = [{listed}]\n")
        code, said = rozaneh("signal", "sign-list", "--key", key or self.key, "--out", self.file + ".new", plain)
        self.assertEqual(code, 0, said)
        return re.search(r"--list-key (\S+)", said).group(1)

    def publish(self, change=lambda data: data):
        with open(self.file + ".new", "rb") as fresh:
            data = change(fresh.read())
        with open(self.file + ".tmp", "wb") as out:
            out.write(data)
        os.replace(self.file + ".tmp", self.file)

    def start(self, public, **options):
        return self.enterContext(Signal(self.pki, "--list-url", "file://" + self.file, "--list-key", public, **options))

    def test_are_taken_and_remembered(self):
        public = self.sign(20300101, ["chat.signal.org", "new.signal.org"])
        self.publish()
        with tempfile.TemporaryDirectory() as state:
            with Signal(self.pki, "--list-url", "file://" + self.file, "--list-key", public, state=state) as proxy:
                proxy.said("version 20300101")
                os.remove(self.file)
                proxy.signal(1)
                proxy.said("could not be fetched")
            again = self.start(public, state=state)
            self.assertEqual(again.event("listening")["list_version"], 20300101)
            self.assertEqual(again.event("listening")["names"], 2)

    def test_that_are_wrong_are_refused(self):
        public = self.sign(20300101, ["chat.signal.org"])
        self.publish()
        proxy = self.start(public)
        proxy.said("version 20300101")
        other = os.path.join(self.box, "other.key")
        cases = [
            ("its signature is wrong", lambda: self.sign(20300102, ["a.signal.org"], other), lambda data: data),
            ("its signature is malformed", lambda: self.sign(20300102, ["a.signal.org"]),
             lambda data: data.replace(b"-1 ", b"-1 AAAA", 1)),
            ("it is no signed list", lambda: self.sign(20300102, ["a.signal.org"]), lambda data: data[:40]),
            ("its signature is wrong", lambda: self.sign(20300102, ["a.signal.org"]), lambda data: data[:-9]),
            ("is not newer", lambda: self.sign(20300100, ["a.signal.org"]), lambda data: data),
            ("'evil.example' is none of ours", lambda: self.sign(20300102, ["evil.example"]), lambda data: data),
            ("'evilsignal.org' is none of ours", lambda: self.sign(20300102, ["notsignal.org", "evilsignal.org"]),
             lambda data: data),
        ]
        for words, sign, change in cases:
            with self.subTest(words):
                sign()
                self.publish(change)
                proxy.lines.clear()
                proxy.signal(1)
                proxy.said(words)
        self.sign(20300103, ["b.signal.org"])
        self.publish()
        proxy.signal(1)
        proxy.said("version 20300103")


if __name__ == "__main__":
    main()
