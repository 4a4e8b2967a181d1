#!/usr/bin/env python3
"""How much of a path the HTTP carrier fills: script/bench --http.

    http_carrier.py ROZANEH     both directions, beside plain TCP over the same path in the same run; fails below half

    application -- client == path == bridge -- source or sink

The path is a relay on loopback that holds each byte for half a round trip and lets so many through in a second, for all
of its connections together: 50 ms and 20 Mbit/s.
"""

import collections
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time

ROUND_TRIP = 0.05
RATE = 20_000_000 / 8  # bytes a second, each way
SIZE = 24 << 20
PIECE = 16 << 10
REQUIRED = 0.5


class Pace:
    """One direction of the path: when a piece that comes now is through."""

    def __init__(self):
        self.lock, self.free = threading.Lock(), 0.0

    def through(self, count):
        with self.lock:
            self.free = max(self.free, time.monotonic()) + count / RATE
            return self.free + ROUND_TRIP / 2


class Path:
    def __init__(self, to):
        self.to, self.up, self.down = to, Pace(), Pace()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            near, far = self.listener.accept()[0], socket.create_connection(self.to)
            for one, other, pace in ((near, far, self.up), (far, near, self.down)):
                under_way = collections.deque()
                room = threading.Semaphore(64)  # a megabyte, several times what is under way on such a path
                came = threading.Semaphore(0)
                threading.Thread(target=self._take, args=(one, pace, under_way, room, came), daemon=True).start()
                threading.Thread(target=self._give, args=(other, under_way, room, came), daemon=True).start()

    @staticmethod
    def _take(one, pace, under_way, room, came):
        part = b"x"
        while part:
            room.acquire()
            try:
                part = one.recv(PIECE)
            except OSError:
                part = b""
            under_way.append((pace.through(len(part)), part))
            came.release()

    @staticmethod
    def _give(other, under_way, room, came):
        while True:
            came.acquire()
            when, part = under_way.popleft()
            time.sleep(max(0.0, when - time.monotonic()))
            try:
                if not part:
                    other.shutdown(socket.SHUT_WR)
                    return
                other.sendall(part)
            except OSError:
                return
            room.release()


def target():
    """Sends SIZE bytes to who says `d`; of others it reads all and says how much that was."""

    def serve(connection):
        with connection:
            if connection.recv(1) == b"d":
                connection.sendall(bytes(SIZE))
                return
            total = 0
            while part := connection.recv(1 << 18):
                total += len(part)
            connection.sendall(b"%d" % total)

    def accept():
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()


def measure(address, way):
    """Bytes a second, from the first to the last, with the opening."""
    begin = time.monotonic()
    with socket.create_connection(address) as connection:
        connection.sendall(way)
        if way == b"u":
            connection.sendall(bytes(SIZE))
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(100) == b"%d" % SIZE
        else:
            total = 0
            while part := connection.recv(1 << 18):
                total += len(part)
            assert total == SIZE
    return SIZE / (time.monotonic() - begin)


def start(rozaneh, command, *words):
    """A command of ours, listening; answers the process and where it listens."""
    run = subprocess.Popen([rozaneh, command, "--json", "--no-state", "--log-level", "error", *words],
                           stdout=subprocess.PIPE, text=True)
    for line in run.stdout:
        event = json.loads(line)
        if event["event"] == "listening":
            host, port = event["at"].rsplit(":", 1)
            return run, (host, int(port))
    sys.exit(f"rozaneh {command} did not start")


def main(rozaneh):
    there = target()
    port = random.randrange(10_000, 32_000)
    near = Path(("127.0.0.1", port))
    url = f"http://127.0.0.1:{near.address[1]}/a-path-that-nobody-guesses"
    bridge, _ = start(rozaneh, "bridge", "--listen", f"http=127.0.0.1:{port}", "--forward", f"{there[0]}:{there[1]}",
                      "--set", f"http.url={url}")
    client, inside = start(rozaneh, "client", "--listen", "127.0.0.1:0", f"http 192.0.2.1:80 url={url} egress=fixed")
    failed = False
    try:
        plain = Path(there)
        for way, name in ((b"d", "down"), (b"u", "up")):
            capacity = measure(plain.address, way)
            ours = measure(inside, way)
            failed |= ours < REQUIRED * capacity
            print(f"{name:5} plain TCP {capacity * 8e-6:5.1f} Mbit/s   HTTP carrier {ours * 8e-6:5.1f} Mbit/s   "
                  f"{ours / capacity:4.0%}")
    finally:
        for run in (client, bridge):
            run.kill()
            run.wait()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
