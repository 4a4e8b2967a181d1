"""What goes wrong around `rozaneh signal`: for each fault a line in the log and a count, and nobody else is disturbed.

    a client -- rozaneh signal --+-- a server that does what it should
                                 +-- one that is down, silent, slow, or hangs up
                                 +-- name servers, the certificate authority, the disk
"""

import contextlib
import os
import re
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import unittest

from fake_authority import FakeAuthority, decoded
from harness import (PATIENCE, ROZANEH, SANITIZED, Service, connect, drip, echo, free_port, ignore, main, numbered, receive,
                     rozaneh, text_of, until)
from signal_proxy import CHAT, DOMAIN, Signal
from tls_in_tls import Pki, client_context, hello_for, outer

STORAGE = "storage.signal.org"


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki = cls.enterClassContext(Pki())

    def setUp(self):
        self.chat = self.enterContext(Service(echo))

    def proxy(self, *words, **options):
        """With a session through it that goes on whatever happens."""
        proxy = self.enterContext(Signal(self.pki, "--log-level", "debug", "--upstream", f"{CHAT}={text_of(self.chat.address)}",
                                         *words, **options))
        self.session = self.open(proxy)
        return proxy

    def open(self, proxy, name=CHAT, trust=None):
        carrier = outer(proxy.address, trust or self.pki.trust, DOMAIN)
        self.addCleanup(carrier.close)
        hello = hello_for(name)
        carrier.sendall(hello)
        if name == CHAT:
            self.assertEqual(receive(carrier, len(hello)), hello)
        return carrier

    def undisturbed(self, proxy):
        """The session of before goes on, and a new one is served."""
        for carrier in (self.session, self.open(proxy)):
            data = numbered(20_000)
            carrier.sendall(data)
            self.assertEqual(receive(carrier, len(data)), data)

    def told(self, proxy, line, kind, count=1):
        proxy.said(line)
        self.assertTrue(until(lambda: proxy.counted()[kind] == count), (kind, proxy.counted()[kind]))
        self.undisturbed(proxy)

    def refused(self, carrier):
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            self.assertEqual(carrier.recv(1), b"")


class Servers(Case):
    """Signal's, that the relay leads to."""

    def storage(self, address):
        return ["--upstream", f"{STORAGE}={text_of(address)}"]

    def test_that_are_down(self):
        gone = ("127.0.0.1", free_port())
        proxy = self.proxy(*self.storage(gone))
        self.refused(self.open(proxy, STORAGE))
        self.told(proxy, f"server that refuses connections.*{text_of(gone)}", "upstream_refused")

    def test_that_do_not_answer(self):
        """A full queue: the kernel lets connections to it hang."""
        with socket.socket() as full, contextlib.ExitStack() as stack:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            for _ in range(4):
                filler = stack.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(full.getsockname())
            proxy = self.proxy(*self.storage(full.getsockname()), "--connect-limit", 1)
            waiting = self.open(proxy, STORAGE)
            self.undisturbed(proxy)
            self.refused(waiting)
            self.told(proxy, f"server that does not answer.*{text_of(full.getsockname())}", "upstream_silent")

    def test_that_are_slow(self):
        """One that sends a byte now and then, and one that reads nothing: what they do not take waits with who sends it."""

        def trickle(connection):
            connection.recv(1 << 16)
            for i in range(20):
                connection.sendall(bytes([i]))
                time.sleep(0.1)

        with Service(trickle) as slow, Service(ignore) as deaf:
            proxy = self.proxy(*self.storage(slow.address), "--upstream", f"cdn.signal.org={text_of(deaf.address)}")
            trickled, stuck = self.open(proxy, STORAGE), self.open(proxy, "cdn.signal.org")
            before = proxy.resident()
            stuck.setblocking(False)
            written = 0
            end = time.monotonic() + 3
            while time.monotonic() < end:
                try:
                    written += stuck.send(bytes(1 << 16))
                except (BlockingIOError, ssl.SSLWantWriteError):
                    time.sleep(0.05)
                    self.undisturbed(proxy)
            self.assertEqual(receive(trickled, 20), bytes(range(20)))
            self.assertLess(written, 64 << 20)
            if not SANITIZED:
                self.assertLess(proxy.resident() - before, 8192)

    def test_that_reset(self):
        def cut(connection):
            connection.recv(10)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        with Service(cut) as bad:
            proxy = self.proxy(*self.storage(bad.address))
            self.refused(self.open(proxy, STORAGE))
            self.told(proxy, "connection that was cut while it was relayed", "relay_cut")

    def test_whose_name_servers_are_down(self):
        proxy = self.proxy("--dns", f"127.0.0.1:{free_port()}")
        self.refused(self.open(proxy, "cdn.signal.org"))
        self.told(proxy, "no name server answers.*cdn.signal.org", "no_name_server")


class Strangers(Case):
    def test_who_send_a_byte_at_a_time(self):
        """Outside, before the handshake; and inside, in the hello."""
        proxy = self.proxy("--handshake-limit", 3, "--hello-limit", 3)
        hello, ended = hello_for(CHAT), []

        outside, inside = connect(proxy.address), outer(proxy.address, self.pki.trust, DOMAIN)
        threads = [threading.Thread(target=drip, args=(stream, hello[:60], ended)) for stream in (outside, inside)]
        with outside, inside:
            for thread in threads:
                thread.start()
            self.undisturbed(proxy)
            for thread in threads:
                thread.join(2 * PATIENCE)
        self.told(proxy, "TLS handshake that failed", "outer_tls")
        self.told(proxy, "inner ClientHello that did not come in time", "hello_too_slow")

    def test_who_say_nothing(self):
        proxy = self.proxy("--handshake-limit", 3)
        with connect(proxy.address) as silent:
            silent.settimeout(PATIENCE)
            self.assertEqual(silent.recv(1), b"")
        self.told(proxy, "TLS handshake that failed.*nothing came in time", "outer_tls")

    def test_who_are_too_many(self):
        proxy = self.proxy("--max-per-address", 4)
        for _ in range(3):
            self.addCleanup(connect(proxy.address).close)
        self.assertTrue(until(lambda: proxy.counted()["held"] == 4))
        with connect(proxy.address) as refused:
            self.refused(refused)
        proxy.said("connection closed: 4 are open of one address, which is the limit")
        self.assertEqual(proxy.counted()["over_address_limit"], 1)
        self.session.sendall(b"still here")
        self.assertEqual(receive(self.session, 10), b"still here")

    def test_who_are_too_many_in_all(self):
        proxy = self.proxy("--max-connections", 3)
        come = lambda number: socket.create_connection(proxy.address, PATIENCE, source_address=(f"127.0.0.{number}", 0))
        for number in (2, 3):
            self.addCleanup(come(number).close)
        self.assertTrue(until(lambda: proxy.counted()["held"] == 3))
        with come(4) as refused:
            self.refused(refused)
        proxy.said("connection closed: 3 are open, which is the limit")
        self.assertEqual(proxy.counted()["over_limit"], 1)

    def test_who_take_all_descriptors(self):
        proxy = self.proxy("--max-per-address", 0, wrapper=["prlimit", "--nofile=64:64"])
        with contextlib.ExitStack() as stack:
            crowd = [stack.enter_context(connect(proxy.address)) for _ in range(120)]
            proxy.said("cannot accept now: .*out of file descriptors")
            self.session.sendall(b"during")
            self.assertEqual(receive(self.session, 6), b"during")
            self.assertTrue(until(lambda: proxy.counted()["no_descriptors"] > 3))
            lines = sum("cannot accept now" in line for line in proxy.lines)
            self.assertLessEqual(lines, os.cpu_count(), "one of each loop")
            self.assertEqual(len(crowd), 120)
        self.undisturbed(proxy)


class Certificates(Case):
    def test_that_have_expired(self):
        proxy = self.enterContext(Signal(self.pki, "--upstream", f"{CHAT}={text_of(self.chat.address)}",
                                         certificates=[self.pki.certificate(DOMAIN, days=-1)]))
        proxy.said("clients will refuse the ec certificate.*expired")
        counts = proxy.counted()
        self.assertEqual((counts["certificate_expired"], counts["certificate_ends"]), (True, "2020-02-01T00:00:00Z"))
        # Who does not look goes on being served: an old client, with a clock that is wrong.
        context = client_context(self.pki.trust, check_hostname=False, verify_mode=ssl.CERT_NONE)
        with outer(proxy.address, self.pki.trust, DOMAIN, context) as carrier:
            hello = hello_for(CHAT)
            carrier.sendall(hello)
            self.assertEqual(receive(carrier, len(hello)), hello)

    def test_that_an_authority_does_not_renew(self):
        form = "%Y-%m-%dT%H:%M:%SZ"
        past = tuple(time.strftime(form, time.gmtime(time.time() - ago)) for ago in (7200, 3600))

        def other_name(request):
            owner = request.owner
            owner.chain = owner.issue(decoded(request.payload["csr"]), ["example.net"])
            return request.say(200, owner.order("valid"))

        faults = {
            "refusing": ("/newOrder", lambda r: r.refuse(403, "rejectedIdentifier", "not this one"),
                         r"the authority refuses \(rejectedIdentifier: not this one\); next try at"),
            "rate-limiting": ("/newOrder", lambda r: r.refuse(429, "rateLimited", "too many", [("Retry-After", "7200")]),
                              r"asked less often \(rateLimited: too many\); next try at"),
            "lying": ("/finalize", other_name, "does not cover what it should"),
            "speaking no JSON": ("/newOrder", lambda r: r.say(200, b"<html>"), "makes no sense"),
            "broken": ("/newOrder", lambda r: r.say(503, b"<html>"), "cannot be reached"),
        }
        for what, (path, change, line) in faults.items():
            with self.subTest(what), FakeAuthority(window=past) as authority, tempfile.TemporaryDirectory() as box:
                state = os.path.join(box, "state")
                self.get_one(authority, state)
                authority.change[path] = change
                with Signal(None, "--upstream", f"{CHAT}={text_of(self.chat.address)}", "--acme-directory",
                            authority.directory, "--certificate-key", "ec", certificates=(), state=state) as proxy:
                    proxy.said(f"no new certificate for {DOMAIN}: .*{line}")
                    self.assertTrue(until(lambda: proxy.counted()["certificates_failed"] == 1))
                    counts = proxy.counted()
                    self.assertEqual((counts["certificates_obtained"], counts["certificate_expired"]), (0, False))
                    self.assertRegex(counts["certificate_failure"], line.split(";")[0])
                    self.assertNotEqual(counts["certificate_next_try"], "")
                    # The one of before serves.
                    self.open(proxy, trust=authority.certificate)

    def get_one(self, authority, state):
        got = subprocess.run([ROZANEH, "certificate", "get", "--state", state, "--domain", DOMAIN, "--certificate-key", "ec",
                              "--http-listen", "127.0.0.1:0", "--acme-directory", authority.directory],
                             capture_output=True, timeout=2 * PATIENCE)
        self.assertEqual(got.returncode, 0, got.stdout)


class Disk(Case):
    def test_that_is_full_leaves_the_new_list_in_use(self):
        box = self.enterContext(tempfile.TemporaryDirectory())
        mount = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=64k none "$0" && exec "$@"', box]
        if subprocess.run([*mount, "true"], capture_output=True).returncode != 0:
            self.skipTest("no file systems of our own here")
        with tempfile.TemporaryDirectory() as lists:
            file, key = os.path.join(lists, "list"), os.path.join(lists, "key")
            public = self.publish(file, key, 20300101)
            proxy = self.proxy("--list-url", "file://" + file, "--list-key", public, state=os.path.join(box, "state"),
                               wrapper=mount)
            proxy.said("version 20300101")
            inside = f"/proc/{proxy.pid}/root{box}/filler"
            with open(inside, "wb", buffering=0) as filler, contextlib.suppress(OSError):
                while True:
                    filler.write(bytes(512))
            self.publish(file, key, 20300102, "# filled\n" * 1000)
            proxy.signal(1)
            self.told(proxy, "the new list of names is used, but could not be kept: .*[Nn]o space", "list_unkept")
            self.assertEqual(proxy.counted()["list_version"], 20300102)
            os.remove(inside)
            self.publish(file, key, 20300103, "# filled\n" * 1000)
            proxy.signal(1)
            proxy.said("version 20300103")
            self.assertEqual(proxy.counted()["list_unkept"], 1)

    @staticmethod
    def publish(file, key, version, comment=""):
        with open(file + ".toml", "w", encoding="utf-8") as plain:
            plain.write(f'version = {version}\nissued = 2030-01-01\nnames = ["{CHAT}"]\n{comment}')
        code, said = rozaneh("signal", "sign-list", "--key", key, "--out", file + ".new", file + ".toml")
        assert code == 0, said
        os.replace(file + ".new", file)
        return re.search(r"--list-key (\S+)", said).group(1)


if __name__ == "__main__":
    main()
