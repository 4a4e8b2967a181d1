"""A certificate that is renewed while the proxy is busy: nobody is cut off, nobody is turned away.

    Debian's pebble ── ACME, http-01 ── rozaneh signal ── relayed sessions that transfer all the time, and new ones all the time
"""

import os
import random
import ssl
import tempfile
import threading
import time
import unittest

from harness import PATIENCE, SANITIZED, Service, echo, main, numbered, receive, text_of, until
from pebble import Pebble
from signal_proxy import CHAT, DOMAIN, Signal
from tls_in_tls import hello_for, outer

LIFE = 90  # seconds that a certificate is valid: it is renewed when a third of that is left, or up to five seconds earlier
SESSIONS = 6 if SANITIZED else 30  # that stay open
NEWCOMERS = 3  # threads that open one after the other
RENEWALS = 2


class Crowd:
    """Sessions that never rest, and people who come and go; whatever fails is kept."""

    def __init__(self, proxy, trust):
        self.proxy, self.trust = proxy, trust
        self.failures, self.serials, self.carried, self.made, self.resumed = [], [], 0, 0, 0
        self.ended, self.lock = threading.Event(), threading.Lock()
        self.hello = hello_for(CHAT)
        self.threads = [threading.Thread(target=self._guarded, args=(work,))
                        for work in [self._stay] * SESSIONS + [self._come_and_go] * NEWCOMERS]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(2 * PATIENCE)

    def _guarded(self, work):
        try:
            work()
        except Exception as failure:  # pylint: disable=broad-except
            self.failures.append(f"{work.__name__} at {time.time():.1f}: {failure!r}")

    def _open(self, context, session=None):
        carrier = outer(self.proxy.address, self.trust, DOMAIN, context, session)
        carrier.sendall(self.hello)
        assert receive(carrier, len(self.hello)) == self.hello
        return carrier

    def _stay(self):
        block = numbered(32 << 10)
        with self._open(ssl.create_default_context(cafile=self.trust)) as carrier:
            while not self.ended.wait(random.uniform(0.05, 0.15)):
                carrier.sendall(block)
                if receive(carrier, len(block)) != block:
                    raise ConnectionError("what came back is something else")
                with self.lock:
                    self.carried += len(block)

    def _come_and_go(self):
        """Every second one resumes the session before it, also one that was begun with the old certificate."""
        context = ssl.create_default_context(cafile=self.trust)
        session = None
        while not self.ended.wait(0.02):
            begun = time.time()
            with self._open(context, session) as carrier:
                with self.lock:
                    self.made += 1
                    self.resumed += carrier.session_reused
                    if not carrier.session_reused:
                        self.serials.append((begun, carrier.getpeercert()["serialNumber"]))
                session = None if session else carrier.session


class Renewal(unittest.TestCase):
    def test_disturbs_nobody(self):
        with Pebble(life=LIFE) as authority, Service(echo) as chat, tempfile.TemporaryDirectory() as box:
            trust = os.path.join(box, "root.pem")
            with open(trust, "w", encoding="ascii") as file:
                file.write(authority.root())
            with Signal(None, "--upstream", f"{CHAT}={text_of(chat.address)}", "--acme-directory", authority.directory,
                        "--acme-ca", authority.certificate, "--certificate-key", "ec", "--listen-http",
                        f"127.0.0.1:{authority.http_port}", certificates=()) as proxy:
                obtained = lambda: sum("a new certificate" in line for line in list(proxy.lines))
                self.assertTrue(until(lambda: obtained() == 1, 2 * PATIENCE))
                with Crowd(proxy, trust) as crowd:
                    self.assertTrue(until(lambda: obtained() == 1 + RENEWALS or crowd.failures, (RENEWALS + 1) * LIFE))
                    last = time.time() + 0.5
                    self.assertTrue(until(lambda: crowd.failures or [1 for begun, _ in list(crowd.serials) if begun > last]))
                self.assertEqual(crowd.failures, [])
                shown = [serial for _, serial in sorted(crowd.serials)]
                print(f"{crowd.carried >> 20} MB in {SESSIONS} sessions, {crowd.made} new connections ({crowd.resumed} resumed), "
                      f"{RENEWALS} renewals", end=" ... ")
                self.assertGreater(crowd.made, 100)
                self.assertGreater(crowd.resumed, 0)
                self.assertEqual(len(set(shown)), 1 + RENEWALS, "each certificate was served")
                newest = {serial for begun, serial in crowd.serials if begun > last}
                self.assertEqual(len(newest), 1)
                self.assertNotIn(shown[0], newest)
                counts = proxy.counted()
                self.assertEqual((counts["certificates_obtained"], counts["certificates_failed"]), (1 + RENEWALS, 0))
                self.assertEqual((counts["no_certificate"], counts["outer_tls"]), (0, 0))


if __name__ == "__main__":
    main()
