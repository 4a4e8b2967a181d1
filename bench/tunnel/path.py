#!/usr/bin/env python3
"""What is measured over the lab's path, of one program: runs inside `rozaneh lab run`, prints JSON.

    path.py streams PROGRAM MEGABYTES STREAMS     so many streams at once, every byte checked
    path.py page PROGRAM BYTES                    one stream
    path.py start PROGRAM SECONDS                 round trips from the client's start to the first byte, where the way worked
                                                  before and the server has run for so long
    path.py race PROGRAM FIRST-PORT               seconds from the client's start to the first byte, ten links of twelve being
                                                  to ports from this one on where nobody answers
    path.py failover PROGRAM SECONDS TRIPS        longest wait for the next of bytes that come every few milliseconds, in round
                                                  trips, until so many of them after the first connection's end, which comes
                                                  after so many seconds
    path.py source ADDRESS:PORT                   the far end: sends to who asks

PROGRAM is one of ROZANEH[:TRANSPORT[:POLICY]], shadowsocks, obfs4proxy, ssh, direct.
"""

import concurrent.futures
import contextlib
import json
import os
import selectors
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import programs

FAR = "198.51.100.20"
SOURCE = (FAR, 9000)
AT = f"{FAR}:443"
BLOCK = bytes(i * i % 251 for i in range(1 << 20))
TICK = 0.004
SILENCE = 8  # seconds after which a stream that brings nothing counts as lost


def pattern(stream, at, size):
    """What a stream carries there: no two streams the same, and a gap or a shift shows."""
    begin = (stream * 7919 + at) % len(BLOCK)
    return (BLOCK[begin:] + BLOCK)[:size] if begin + size > len(BLOCK) else BLOCK[begin : begin + size]


def serve(connection):
    """Two numbers come, which stream and how many bytes; 0: one every few milliseconds."""
    with connection, contextlib.suppress(OSError, struct.error):
        stream, size = struct.unpack(">QQ", connection.recv(16, socket.MSG_WAITALL))
        while size == 0:
            connection.sendall(b".")
            time.sleep(TICK)
        at = 0
        while at < size:
            part = pattern(stream, at, min(1 << 16, size - at))
            connection.sendall(part)
            at += len(part)
        connection.recv(1)


def source(at):
    host, port = at.rsplit(":", 1)
    with socket.create_server((host, int(port)), backlog=1024) as listener:
        print("ready", flush=True)
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


def far_side():
    """Words that put a command on the path's other side: into the network that has the address FAR."""
    ours = os.readlink("/proc/self/ns/net")
    for process in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{process}/ns/net") == ours:
                continue
            words = ["nsenter", f"--net=/proc/{process}/ns/net"]
            addresses = subprocess.run([*words, "ip", "-o", "addr"], capture_output=True, text=True, check=False).stdout
            if f" {FAR}/" in addresses:
                return words
    raise RuntimeError("there is no far side: this runs inside `rozaneh lab run`")


def socks(where, target):
    """A connection through a SOCKS5 port, with a managed transport's words where there are any."""
    port, _, rest = where.partition(":")
    connection = socket.create_connection(("127.0.0.1", int(port)))
    if rest:
        _, _, words = rest.partition(":")
        connection.sendall(b"\5\1\2")
        connection.recv(2, socket.MSG_WAITALL)
        connection.sendall(b"\1" + bytes([len(words)]) + words.encode() + b"\1\0")
        target = (FAR, 443)
    else:
        connection.sendall(b"\5\1\0")
    connection.recv(2, socket.MSG_WAITALL)
    connection.sendall(b"\5\1\0\1" + socket.inet_aton(target[0]) + struct.pack(">H", target[1]))
    if connection.recv(10, socket.MSG_WAITALL)[1:2] != b"\0":
        raise ConnectionError("refused by the SOCKS5 port")
    return connection


class Stream:
    def __init__(self, number, size, connect):
        self.number, self.size, self.got, self.right, self.pause = number, size, 0, True, 0.0
        self.connection = self.last = None
        with contextlib.suppress(OSError):
            connection = connect()
            connection.sendall(struct.pack(">QQ", number, size))
            self.connection = connection

    def take(self):
        """Whether there may be more."""
        try:
            part = self.connection.recv(1 << 16)
        except OSError:
            return False
        now = time.monotonic()
        if self.last is not None:
            self.pause = max(self.pause, now - self.last)
        self.last = now
        self.right = self.right and part == pattern(self.number, self.got, len(part))
        self.got += len(part)
        return bool(part) and self.got < self.size

    def whole(self):
        return self.right and self.got == self.size


def carry(connect, count, size):
    """All at once, until each is whole or lost."""
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        streams = list(pool.map(lambda number: Stream(number, size, connect), range(count)))
    with selectors.DefaultSelector() as ready:
        for stream in streams:
            if stream.connection:
                ready.register(stream.connection, selectors.EVENT_READ, stream)
        while ready.get_map():
            events = ready.select(SILENCE)
            if not events:
                break
            for key, _ in events:
                if not key.data.take():
                    ready.unregister(key.fileobj)
    took = time.monotonic() - begun
    for stream in streams:
        if stream.connection:
            stream.connection.close()
    return {"seconds": took, "goodput": sum(stream.got for stream in streams) / took, "pause": max(s.pause for s in streams),
            "lost": sum(not stream.whole() for stream in streams), "streams": count}


@contextlib.contextmanager
def program(name, far):
    """How a connection to the source is made through it."""
    kind, *rest = name.split(":")
    if kind == "direct":
        yield lambda: socket.create_connection((FAR, 443))
        return
    place = {"at": AT, "far": far}
    makers = {"shadowsocks": lambda: programs.Shadowsocks(**place), "ssh": lambda: programs.Ssh(**place),
              "obfs4proxy": lambda: programs.Obfs4proxy(f"{SOURCE[0]}:{SOURCE[1]}", **place)}
    if rest and rest[0] == "http":
        place["at"] = f"{FAR}:80"
    make = makers.get(kind, lambda: programs.Ours(kind, rest[0], policy=rest[1], **place))
    with make() as pair:
        yield lambda: socks(pair.where, SOURCE)


@contextlib.contextmanager
def with_source(far, at):
    words = [*far, sys.executable, "-B", os.path.abspath(__file__), "source", at]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        try:
            process.stdout.readline()  # that it is ready
            yield
        finally:
            process.kill()


def round_trip():
    begun = time.monotonic()
    socket.create_connection(SOURCE).close()
    return time.monotonic() - begun


def started(name, far, age):
    """The best of five starts, as others use the machine. A server takes early data once it is two minutes old."""
    rozaneh, transport = name.split(":")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as state, programs.Ours(
        rozaneh, transport, state=["--state", state], at=AT, far=far
    ) as ours:
        with socks(ours.where, SOURCE) as connection:  # the way is known from here on
            connection.sendall(struct.pack(">QQ", 0, 1))
            connection.recv(1)
        time.sleep(max(0.0, begun + age - time.monotonic()))
        best = None
        for _ in range(5):
            ours.leave()
            ours.join()
            began = ours.said("race_started")["time"]
            with socks(ours.where, SOURCE) as connection:
                connection.sendall(struct.pack(">QQ", 0, 1))
                connection.recv(1)
                took = time.time() - began
            trip = min(round_trip() for _ in range(5))
            if best is None or took / trip < best["trips"]:
                best = {"seconds": took, "trip": trip, "trips": took / trip}
        return best


def raced(name, far, first_port):
    """The worst of five starts of a client that remembers nothing."""
    rozaneh, transport = name.split(":")
    with programs.Ours(rozaneh, transport, at=AT, far=far) as ours, programs.Ours(rozaneh, transport, at=f"{FAR}:8443", far=far) as other:
        dead = [ours.link.replace(AT, f"{FAR}:{first_port + i}", 1) for i in range(10)]
        ours.of_client = (*dead, other.link)
        worst = 0.0
        for _ in range(5):
            ours.leave()
            ours.join()
            began = ours.said("race_started")["time"]
            with socks(ours.where, SOURCE) as connection:
                connection.sendall(struct.pack(">QQ", 0, 1))
                connection.recv(1)
                worst = max(worst, time.time() - began)
        return {"seconds": worst}


def failed_over(name, far, age, watched):
    """The best of three: others use the machine, and each is one wait alone."""
    rozaneh, transport, policy = name.split(":")
    best, trip = float("inf"), min(round_trip() for _ in range(5))
    for _ in range(3):
        with programs.Ours(rozaneh, transport, policy=policy, at=AT, far=far) as ours, socks(ours.where, SOURCE) as connection:
            began = ours.said("race_started")["time"]
            connection.sendall(struct.pack(">QQ", 0, 0))
            connection.recv(1)
            longest, last = 0.0, time.monotonic()
            end = last + age + watched * trip - (time.time() - began)
            while last < end:
                connection.settimeout(max(0.001, end - last))
                with contextlib.suppress(TimeoutError):
                    connection.recv(1 << 16)
                now = time.monotonic()
                longest, last = max(longest, now - last), now
        best = min(best, longest / trip)
    return {"trips": best}


def main(what, *words):
    if what == "source":
        return source(words[0])
    far = far_side()
    if what == "start":
        with with_source(far, f"{SOURCE[0]}:{SOURCE[1]}"):
            print(json.dumps(started(words[0], far, float(words[1]))))
        return
    if what == "failover":
        with with_source(far, f"{SOURCE[0]}:{SOURCE[1]}"):
            print(json.dumps(failed_over(words[0], far, *map(float, words[1:]))))
        return
    if what == "race":
        with with_source(far, f"{SOURCE[0]}:{SOURCE[1]}"):
            print(json.dumps(raced(words[0], far, int(words[1]))))
        return
    at = AT if words and words[0] == "direct" else f"{SOURCE[0]}:{SOURCE[1]}"
    with with_source(far, at), program(words[0], far) as connect:
        if what == "streams":
            count = int(words[2])
            result = carry(connect, count, int(words[1]) * 1_000_000 // count)
        else:
            result = carry(connect, 1, int(words[1]))
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
