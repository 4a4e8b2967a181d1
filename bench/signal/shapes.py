#!/usr/bin/env python3
"""What each shape of the first answer costs a connection: script/bench --shapes.

    shapes.py ROZANEH     prints a table, as it stands in docs/guides/signal.md

A TLS client inside of TLS shakes hands through `rozaneh signal` with a server whose answer has 4.9 KB, as nDPI's models have
it; all on loopback, the policies in turn. Bytes are those that come down in that time, seconds go from the inner hello to
the end of the inner handshake. The slow path is reckoned: the bytes more at its rate, and the time more on loopback.
"""

import contextlib
import os
import pathlib
import ssl
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "tests" / "e2e"))
ROUNDS = 60
SLOW = 50_000  # bytes a second
POLICIES = {
    "plain": "",
    "merged": "--first-answer merged",
    "split": "--first-answer split",
    "page": "--first-record page",
    "merged, page": "--first-answer merged --first-record page",
    "split, page": "--first-answer split --first-record page",
}


class Carrier:
    """The outer TLS, which counts what comes."""

    def __init__(self, address, trust, name):
        self.raw, self.came = harness.connect(address), 0
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = tls_in_tls.client_context(trust).wrap_bio(self.incoming, self.outgoing, server_hostname=name)
        self.until_done(self.tls.do_handshake)

    def until_done(self, action, *words):
        while True:
            try:
                return action(*words)
            except ssl.SSLWantReadError:
                self.flush()
                part = self.raw.recv(1 << 16)
                self.came += len(part)
                self.incoming.write(part)

    def flush(self):
        self.raw.sendall(self.outgoing.read())

    def sendall(self, data):
        self.tls.write(data)
        self.flush()

    def recv(self, count):
        return self.until_done(self.tls.read, count)


def handshake(proxy, trust):
    """The bytes that came down, outer tickets included, and the milliseconds."""
    carrier = Carrier(proxy.address, trust, signal_proxy.DOMAIN)
    with carrier.raw:
        carrier.flush()
        before, begun = carrier.came, time.perf_counter()
        tls_in_tls.Inner(carrier, trust, signal_proxy.CHAT)
        return carrier.came - before, 1000 * (time.perf_counter() - begun)


def measure():
    with contextlib.ExitStack() as stack:
        pki = stack.enter_context(tls_in_tls.Pki())
        names = [signal_proxy.CHAT] + [f"{i:04}.of-many.signal.org" for i in range(157)]
        server = stack.enter_context(harness.Service(tls_in_tls.TlsEcho(pki.certificate(*names, label="large"))))
        upstream = f"{signal_proxy.CHAT}={harness.text_of(server.address)}"
        proxies = {name: stack.enter_context(signal_proxy.Signal(pki, "--upstream", upstream, *words.split()))
                   for name, words in POLICIES.items()}
        taken = {name: [] for name in proxies}
        for _ in range(ROUNDS):
            for name, proxy in proxies.items():
                taken[name].append(handshake(proxy, pki.trust))
        return {name: tuple(map(statistics.median, zip(*each))) for name, each in taken.items()}


def table(measured):
    plain_bytes, plain_ms = measured["plain"]
    rows = ["| policy | bytes down | more | ms on loopback | more | ms more at 50 KB/s |", "| ---" * 6 + " |"]
    for name, (count, ms) in measured.items():
        slow = 1000 * (count - plain_bytes) / SLOW + max(ms - plain_ms, 0)
        rows.append(f"| {name} | {count:,.0f} | {count - plain_bytes:+,.0f} | {ms:.1f} | {ms - plain_ms:+.1f} | {slow:.0f} |")
    return "\n".join(rows)


if __name__ == "__main__":
    os.environ["ROZANEH"] = sys.argv[1]
    import harness  # which looks at ROZANEH
    import signal_proxy
    import tls_in_tls

    print(table(measure()))
