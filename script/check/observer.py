#!/usr/bin/env python3
"""Stands between two ends as a censor would: passes on what comes and writes down what it saw.

usage: observer.py NAME PORT PORT

Listens on two free ports of 127.0.0.1 and prints them. Connections to the first go to the first PORT (in
the open), those to the second to the second (through the tunnel). On SIGTERM it prints what was to be seen
on each, side by side, and ends with 0 if the open side showed a TLS ClientHello and NAME, and the tunnel
neither.
"""

import collections
import math
import re
import signal
import socket
import sys
import threading

SEGMENT = 1448  # bytes of a TCP segment on most paths: what a censor judges first
PRINTABLE = range(0x20, 0x7F)
# Record header, handshake header, version: wherever in a stream it stands.
CLIENT_HELLO = re.compile(rb"\x16\x03[\x00-\x04]..\x01\x00..\x03\x03", re.DOTALL)
OVERLAP = 300  # bytes kept of a read, so that nothing hides in the gap between two


class Flow:
    """One direction of one connection."""

    def __init__(self, name):
        self.name = name
        self.total = 0
        self.first = b""
        self.tail = b""
        self.hello = False
        self.named = False

    def see(self, data):
        self.total += len(data)
        self.first = self.first or data[:SEGMENT]
        window = self.tail + data
        self.hello = self.hello or CLIENT_HELLO.search(window) is not None
        self.named = self.named or self.name in window
        self.tail = window[-OVERLAP:]


class Path:
    """All connections from one listening port to one server."""

    def __init__(self, name, target):
        self.name = name
        self.target = target
        self.flows = []  # (up, down) of each connection
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client = self.listener.accept()[0]
            server = socket.create_connection(("127.0.0.1", self.target))
            up, down = Flow(self.name), Flow(self.name)
            self.flows.append((up, down))
            threading.Thread(target=carry, args=(client, server, up), daemon=True).start()
            threading.Thread(target=carry, args=(server, client, down), daemon=True).start()

    def largest(self):
        return max(self.flows, key=lambda flow: flow[1].total)

    def shows(self, what):
        return any(getattr(flow, what) for pair in self.flows for flow in pair)

    def total(self, direction):
        return sum(pair[direction].total for pair in self.flows)


def carry(source, sink, flow):
    try:
        while data := source.recv(65536):
            flow.see(data)
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        sink.close()


def entropy(data):
    counts = collections.Counter(data).values()
    return -sum(count / len(data) * math.log2(count / len(data)) for count in counts)


def printable(data):
    return 100 * sum(byte in PRINTABLE for byte in data) / len(data)


def column(path):
    up, down = path.largest()
    return [
        up.first[:10].hex(" "),
        "yes" if path.shows("hello") else "no",
        path.name.decode() if path.shows("named") else "not seen",
        f"{entropy(up.first):.2f} bits a byte",
        f"{entropy(down.first):.2f} bits a byte",
        f"{printable(up.first):.0f} %",
        f"{path.total(0):,}",
        f"{path.total(1):,}",
    ]


ROWS = [
    "first bytes",
    "a TLS ClientHello",
    "the server's name",
    "entropy of the first packet",
    "  and of the first answer",
    "printable in the first packet",
    "bytes from the client",
    "bytes to the client",
]


def main():
    # Before any thread, so that it waits for whom it is meant.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    name = sys.argv[1].encode()
    open_path, tunnel = (Path(name, int(port)) for port in sys.argv[2:4])
    print(open_path.port, tunnel.port, flush=True)
    signal.sigwait({signal.SIGTERM})
    if not open_path.flows or not tunnel.flows:
        sys.exit("observer: nothing came by")
    print(f"  {'what the observer saw':<31}{'in the open':<33}through the tunnel")
    for row in zip(ROWS, column(open_path), column(tunnel)):
        print(f"  {row[0]:<31}{row[1]:<33}{row[2]}")
    seen = open_path.shows("hello") and open_path.shows("named")
    hidden = not tunnel.shows("hello") and not tunnel.shows("named")
    sys.exit(0 if seen and hidden else 1)


main()
