"""A server behind the site that answers bit by bit: what of it is seen when, beside Debian's nginx with
`proxy_pass` and nothing else.

The test is the server behind: it sends the next step of an answer when the visitor has seen what came of the one
before. What differs stands in DIFFERENCES with its reason.
"""

import concurrent.futures
import contextlib
import os
import queue
import socket
import struct
import threading
import unittest

import harness
from harness import PATIENCE, SANITIZED, Service, numbered, receive, receive_all, text_of, until
from site_sides import (
    DATA,
    HELLO,
    NGINX,
    PREFACE,
    QUIET,
    RST,
    AtHome,
    Nginx,
    Ours,
    frame,
    frames_of,
    gather,
    get,
    grow,
    insecure,
    masked,
    request,
    setting,
)

DOORS = ("plain", "tls", "h2")
CLOSE, RESET, WAIT = "close", "reset", "wait"  # steps beside bytes

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
AT_ONCE = b"X-Accel-Buffering: no\r\n"
TEXT = b"".join(b"<p>Paragraph %d of %d</p>\n" % (i, i * 7919 % 1000) for i in range(2000))


def length(count):
    return b"Content-Length: %d\r\n\r\n" % count


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


LAST = b"0\r\n\r\n"
ANSWERS = {
    "a known length": [HEAD + length(300) + b"a" * 100, b"b" * 100, b"c" * 100, CLOSE],
    "much of a known length": [HEAD + length(30000), b"a" * 3000, b"b" * 3000, b"c" * 4096, b"d" * 12000, b"e" * 7904, CLOSE],
    "all at once": [HEAD + length(30000) + b"a" * 30000, CLOSE],
    "up to the end": [HEAD + b"\r\n" + b"a" * 100, b"b" * 100, b"c" * 4000, b"d" * 9000, b"e" * 30000, b"f" * 100, CLOSE],
    "chunks": [
        HEAD + CHUNKED + b"\r\n", chunk(b"a" * 100), chunk(b"b" * 100) + chunk(b"c"), b"64\r\n" + b"d" * 50, b"d" * 50 + b"\r\n",
        b"64\r\n" + b"e" * 100 + b"\r", b"\n", chunk(b"f" * 9000), chunk(b"g" * 20000) + chunk(b"h" * 20000), LAST, CLOSE,
    ],
    "a trailer": [HEAD + CHUNKED + b"\r\n" + chunk(b"a" * 10) + b"0\r\n", b"A: b\r\n", b"\r\n", CLOSE],
    "more after the chunks": [HEAD + CHUNKED + b"\r\n" + chunk(b"a" * 10) + LAST + b"more", CLOSE],
    "more than the length": [HEAD + length(10) + b"a" * 100, CLOSE],
    "chunks and a length": [HEAD + CHUNKED + length(2) + chunk(b"a" * 10), LAST, CLOSE],
    "chunks of gzip": [HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunk(b"a" * 10), LAST, CLOSE],
    "a large head": [HEAD + b"A: " + b"a" * 3900 + b"\r\n" + length(3000) + b"b" * 100, b"c" * 2900, CLOSE],
    "too large a head": [HEAD + b"A: " + b"a" * 4100 + b"\r\n" + length(10) + b"b" * 10],
    "not modified": [b"HTTP/1.1 304 Not Modified\r\nContent-Type: text/html\r\nETag: a\r\n" + length(3) + b"abc"],
    "no content": [b"HTTP/1.1 204 No Content\r\nContent-Type: text/html\r\nETag: a\r\n" + length(3) + b"abc"],
    "continue": [b"HTTP/1.1 100 Continue\r\n\r\n", HEAD + length(2) + b"ab", CLOSE],
    "switching protocols": [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", b"hello", CLOSE],
    "nothing, up to the end": [HEAD + b"\r\n", CLOSE],
    "nothing, of a known length": [HEAD + length(0), CLOSE],
    "nothing in chunks": [HEAD + CHUNKED + b"\r\n" + LAST, CLOSE],
    # Not held back.
    "at once": [EVENTS + AT_ONCE + b"\r\n", b"data: 1\n\n", b"data: 2\n\n", b"d" * 5000, b"e" * 20000, CLOSE],
    "a length at once": [EVENTS + AT_ONCE + length(30), b"a" * 10, b"b" * 10, b"c" * 10, CLOSE],
    "chunks at once": [
        EVENTS + AT_ONCE + CHUNKED + b"\r\n" + chunk(b"0"), chunk(b"a" * 10), b"a\r\nbbb", b"bbbbbbb\r\n", chunk(b"c") * 3, LAST, CLOSE,
    ],
    "nothing at once": [EVENTS + AT_ONCE + b"\r\n", CLOSE],
    "no length at once": [EVENTS + AT_ONCE + length(0), CLOSE],
    "events held back": [EVENTS + b"X-Accel-Buffering: yes\r\n\r\n", b"data: 1\n\n", b"d" * 5000, CLOSE],
    "events": [EVENTS + b"\r\n", b"data: 1\n\n", b"data: 2\n\n", b"d" * 5000, CLOSE],
    # Failures.
    "ends in the head": [b"HTTP/1.1 200 OK\r\nA: b\r\n", CLOSE],
    "ends after the head": [HEAD + length(5000), CLOSE],
    "ends after the head of chunks": [HEAD + CHUNKED + b"\r\n", CLOSE],
    "ends early": [HEAD + length(30000) + b"a" * 100, b"b" * 5000, CLOSE],
    "ends in chunks": [HEAD + CHUNKED + b"\r\n" + chunk(b"a" * 100), b"64\r\n" + b"d" * 50, CLOSE],
    "ends early, at once": [EVENTS + AT_ONCE + length(30), b"a" * 10, CLOSE],
    "is reset": [HEAD + length(30000) + b"a" * 100, b"b" * 5000, RESET],
    "is reset, up to the end": [HEAD + b"\r\n" + b"a" * 100, b"b" * 5000, RESET],
    "bad chunks": [HEAD + CHUNKED + b"\r\n" + chunk(b"a" * 10), b"xyz\r\n"],
    "bad chunks only": [HEAD + CHUNKED + b"\r\nxyz\r\n"],
    "bad chunks at once": [EVENTS + AT_ONCE + CHUNKED + b"\r\n" + chunk(b"a"), b"xyz\r\n"],
}
COMPRESSED = {
    "gzip of a known length": [PAGE + length(30000), TEXT[:10000], TEXT[10000:30000], CLOSE],
    "gzip of chunks": [PAGE + CHUNKED + b"\r\n", chunk(TEXT[:100]), chunk(TEXT[100:300]), LAST, CLOSE],
    "gzip at once": [PAGE + AT_ONCE + b"\r\n", TEXT[:100], TEXT[100:300], CLOSE],
    "gzip of what ends early": [PAGE + length(30000), TEXT[:10000], CLOSE],
}
SILENT = {
    "no answer": [WAIT],
    "half a head": [HEAD, WAIT],
    "half a body": [HEAD + length(5000) + b"a" * 100, WAIT],
    "half a body at once": [HEAD + AT_ONCE + length(5000) + b"a" * 100, WAIT],
}
DIFFERENCES = {
    "events": "shown one by one without X-Accel-Buffering, as on every site with nginx where events work at all",
}


class Stage(Service):
    """A server that hands each request to who waits for that path."""

    def __init__(self):
        self.boxes, self.lock = {}, threading.Lock()
        super().__init__(self._park)

    def box(self, path):
        with self.lock:
            return self.boxes.setdefault(path, queue.Queue())

    def _park(self, connection):
        asked = b""
        while b"\r\n\r\n" not in asked:
            part = connection.recv(1 << 16)
            if not part:
                return
            asked += part
        done = threading.Event()
        self.box(asked.split(b" ")[1]).put((connection, done))
        done.wait()

    @contextlib.contextmanager
    def asked(self, path):
        """The connection on which that path is asked for."""
        connection, done = self.box(path).get(timeout=PATIENCE)
        try:
            yield connection
        finally:
            connection.close()
            done.set()


def visit(ports, door, path, *more, hello=HELLO, **fields):
    """A visitor who has asked for the path."""
    visitor = socket.create_connection(("127.0.0.1", ports.plain if door == "plain" else ports.tls), timeout=PATIENCE)
    if door != "plain":
        visitor = insecure(["h2"] if door == "h2" else None).wrap_socket(visitor, suppress_ragged_eofs=False)
    visitor.sendall(hello + request(path, **fields) if door == "h2" else get(path, *more))
    return visitor


class Reading:
    """The bytes of an answer as they come to a visitor: of HTTP/1 all of them, of HTTP/2 the body alone."""

    def __init__(self, visitor, door):
        self.visitor, self.door, self.data = visitor, door, b""

    def _more(self):
        if self.door != "h2":
            return self.visitor.recv(1 << 16)
        while True:
            head = receive(self.visitor, 9)
            payload = receive(self.visitor, int.from_bytes(head[:3], "big"))
            if head[3] == DATA or not head:
                return payload

    def take(self, count):
        while len(self.data) < count:
            part = self._more()
            if not part:
                break
            self.data += part
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def skip_head(self):
        while self.door != "h2" and b"\r\n\r\n" not in self.data:
            self.data += self._more()
        self.data = self.data[self.data.find(b"\r\n\r\n") + 4 :] if self.door != "h2" else b""


def send(behind, step):
    if step == RESET:
        behind.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if step in (CLOSE, RESET):
        behind.close()
    elif step != WAIT:
        behind.sendall(step)


def play(stage, ports, door, path, steps, compressed, quiet):
    """What the visitor sees of each step, and how it stands then."""
    more, fields = ([b"Accept-Encoding: gzip"], {"accept_encoding": b"gzip"}) if compressed else ([], {})
    with visit(ports, door, path, *more, **fields) as visitor, stage.asked(path) as behind:
        seen = []
        for step in steps:
            send(behind, step)
            seen.append(gather(visitor, quiet))
            if seen[-1][1] != "open":
                break
    if door != "h2":
        return [(ports.mask(data), how) for data, how in seen]
    return [masked((frames_of(data), how), ports) for data, how in seen]


class Comparison(AtHome):
    @contextlib.contextmanager
    def both(self, more="", **limits):
        with Stage() as stage:
            location = "location / { proxy_pass http://%s; %s }" % (text_of(stage.address), more)
            with Nginx(self.home.name, location=location) as nginx, Ours(self.home.name, upstream=text_of(stage.address), **limits) as ours:
                yield stage, nginx, ours

    def compare(self, sides, answers, quiet, compressed=False):
        stage, nginx, ours = sides

        def ask(name, door):
            # What comes late on a busy machine is seen at the next step: asked again, with more time.
            for patience in (1, 3, 9):
                results = [
                    play(stage, side.ports, door, b"/%s-%d" % (os.urandom(8).hex().encode(), side.ports.plain), answers[name], compressed, patience * quiet)
                    for side in (nginx, ours)
                ]
                if results[0] == results[1] or name in DIFFERENCES:
                    break
            return results

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            jobs = {(name, door): pool.submit(ask, name, door) for name in answers for door in DOORS}
            for (name, door), job in jobs.items():
                with self.subTest(answer=name, door=door):
                    theirs, mine = job.result()
                    if name in DIFFERENCES:
                        self.assertNotEqual(theirs, mine, "no longer differs")
                    else:
                        self.assertEqual(theirs, mine)

    def test_what_comes_from_behind_is_seen_when_nginx_shows_it(self):
        with self.both() as sides:
            self.compare(sides, ANSWERS, QUIET)

    def test_what_is_compressed_on_its_way_is_seen_when_nginx_shows_it(self):
        with self.both() as sides:
            self.compare(sides, COMPRESSED, QUIET, compressed=True)

    def test_a_server_behind_that_falls_silent_is_given_up_as_nginx_does(self):
        with self.both("proxy_read_timeout 1s;", UPSTREAM=1000) as sides:
            self.compare(sides, SILENT, 2 + QUIET)


    def test_a_visitor_who_ends_his_direction_is_answered_unlike_by_nginx(self):
        """nginx takes him for one who has left. Nothing tells us so before the next bytes for him."""
        with self.both() as (stage, nginx, ours):
            for side in (nginx, ours):
                path = b"/half-" + type(side).__name__.encode()
                with self.subTest(program=type(side).__name__), visit(side.ports, "plain", path) as visitor, stage.asked(path) as behind:
                    visitor.shutdown(socket.SHUT_WR)
                    if side is nginx:
                        self.assertEqual(visitor.recv(1), b"")
                        self.assertEqual(behind.recv(1), b"")
                    else:
                        behind.sendall(HEAD + length(5) + b"hello")
                        self.assertTrue(receive_all(visitor).endswith(b"hello"))


class Streams(AtHome):
    """What holds without a look at nginx."""

    @contextlib.contextmanager
    def ours(self):
        with Stage() as stage, Ours(self.home.name, upstream=text_of(stage.address)) as ours:
            yield stage, ours

    def test_the_first_event_comes_before_the_second_is_sent(self):
        with self.ours() as (stage, ours):
            for door in DOORS:
                with self.subTest(door=door), visit(ours.ports, door, b"/" + door.encode()) as visitor, stage.asked(b"/" + door.encode()) as behind:
                    behind.sendall(EVENTS + b"\r\n")
                    reading = Reading(visitor, door)
                    reading.skip_head()
                    for i in range(20):
                        event = b"data: %d\n\n" % i
                        behind.sendall(event)
                        expected = event if door == "h2" else chunk(event)
                        self.assertEqual(expected, reading.take(len(expected)))

    def test_a_visitor_who_leaves_ends_what_he_asked_for(self):
        with self.ours() as (stage, ours):
            for door in DOORS:
                with self.subTest(door=door):
                    path = b"/left-" + door.encode()
                    with visit(ours.ports, door, path) as visitor, stage.asked(path) as behind:
                        behind.sendall(EVENTS + b"\r\ndata: 1\n\n")
                        self.assertTrue(visitor.recv(1))
                        if door == "h2":
                            visitor.sendall(frame(RST, 0, 1, b"\0\0\0\x08"))
                        else:
                            visitor.close()
                        self.assertTrue(until(lambda: self.is_gone(behind)))

    @staticmethod
    def is_gone(behind):
        try:
            behind.sendall(b"data: more\n\n")
            behind.settimeout(0.1)
            return behind.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True

    def read_slowly(self, door, head, stops):
        """A visitor of 200 MB who reads only when the server behind has no more to send, or cannot; memory, meanwhile."""
        count = (20 if SANITIZED else 200) << 20
        data = numbered(1 << 20)
        with self.ours() as (stage, ours):
            before = ours.resident()
            hello = PREFACE + setting(4, (1 << 31) - 1) + grow((1 << 31) - 1 - 65535)
            with visit(ours.ports, door, b"/big", hello=hello) as visitor, stage.asked(b"/big") as behind:
                sent = 0

                def supply():
                    nonlocal sent
                    behind.sendall(head + length(count))
                    for _ in range(count >> 20):
                        behind.sendall(data)
                        sent += len(data)

                supplier = threading.Thread(target=supply, daemon=True)
                supplier.start()
                if stops:
                    last = [-1, 0]
                    until(lambda: self.stands_still(lambda: sent, last), pause=0.2)
                    self.assertLess(sent, count)
                else:
                    supplier.join(2 * PATIENCE)
                    self.assertEqual(sent, count)
                peak = ours.resident()
                reading = Reading(visitor, door)
                reading.skip_head()
                for _ in range(count >> 20):
                    self.assertTrue(data == reading.take(len(data)), "other bytes")
                    peak = max(peak, ours.resident())
                supplier.join(PATIENCE)
            if not SANITIZED:
                self.assertLess(peak - before, 8 << 10, "kilobytes")

    @staticmethod
    def stands_still(look, last):
        """Whether nothing has changed ten times in a row."""
        now = look()
        last[1] = last[1] + 1 if now == last[0] else 0
        last[0] = now
        return now > 0 and last[1] >= 10

    def test_what_a_slow_visitor_does_not_take_waits_in_a_file(self):
        for door in DOORS:
            with self.subTest(door=door):
                self.read_slowly(door, HEAD, stops=False)

    def test_where_nothing_is_held_back_a_slow_visitor_slows_the_server_behind(self):
        for door in DOORS:
            with self.subTest(door=door):
                self.read_slowly(door, HEAD + AT_ONCE, stops=True)


if __name__ == "__main__":
    if not os.path.exists(NGINX):
        raise SystemExit(harness.SKIPPED)
    unittest.main()
