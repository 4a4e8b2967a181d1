"""Probes of the TLS port: `rozaneh signal` and Debian's nginx side by side, with the same certificate and the same pages.

What is sent and what comes back is looked at as the wire has it: records with their kinds, versions and lengths, the
messages in the clear to the byte (but for random numbers, keys and signatures), alerts, and how the connection ends.

Every difference fails, or stands in DIFFERENCES with its reason.
"""

import concurrent.futures
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
import warnings

import harness
from harness import PATIENCE, Service, connect, echo, main, text_of
from inner_hello import Hello
from signal_proxy import CHAT, Signal
from site_sides import HELLO, NGINX, Nginx, Ports, gather, get, insecure, make_home, request
from tls_in_tls import hello_for

QUIET = 2.0 if harness.SANITIZED else 0.6  # seconds without a byte after which a side has said what it has to say
ALERT, HANDSHAKE, DATA = 21, 22, 23
quiet = [QUIET]
SERVER_HELLO, SERVER_KEY_EXCHANGE, NEW_TICKET = 2, 12, 4
NAME = "site.test"
MOST = 3
SHORT = 8 if harness.SANITIZED else 3  # seconds for a handshake, on both sides, where their ends are compared


@contextlib.contextmanager
def patience():
    quiet[0] = 5 * QUIET
    try:
        yield
    finally:
        quiet[0] = QUIET


def records_of(data):
    """(kind, version, body) of each record; what is none stands at the end as it is."""
    records = []
    while len(data) >= 5 and len(data) >= 5 + int.from_bytes(data[3:5], "big"):
        size = 5 + int.from_bytes(data[3:5], "big")
        records.append((data[0], data[1:3].hex(), data[5:size]))
        data = data[size:]
    return records + ([("rest", "", data)] if data else [])


def server_hello(body):
    """All of it but random numbers, sessions and keys."""
    session = body[34]
    at = 35 + session + 3
    extensions = []
    left = body[at + 2 :]
    while left:
        kind, size = struct.unpack(">HH", left[:4])
        value = left[4 : 4 + size]
        # A key share: its group, and how long it is.
        extensions.append((kind, value[:4].hex() if kind == 51 else value.hex()))
        left = left[4 + size :]
    retry = body[2:34].hex() if body[2:34].startswith(bytes.fromhex("cf21ad74")) else "random"
    return body[:2].hex(), retry, session, body[at - 3 : at].hex(), extensions


def message(kind, body):
    if kind == SERVER_HELLO:
        return kind, server_hello(body)
    if kind == SERVER_KEY_EXCHANGE:
        return kind, len(body), body[:4].hex()
    if kind == NEW_TICKET:
        return kind, body[:4].hex()  # how long it lasts; the rest is the server's secret
    return kind, body.hex()


def clear(data):
    """What the records say, as long as they say it in the clear; of the others kind, version and length."""
    said, encrypted = [], False
    for kind, version, body in records_of(data):
        if kind == HANDSHAKE and not encrypted:
            messages = []
            while len(body) >= 4:
                size = int.from_bytes(body[1:4], "big")
                messages.append(message(body[0], body[4 : 4 + size]))
                body = body[4 + size :]
            said.append((kind, version, messages, len(body)))
        else:
            said.append((kind, version, body.hex() if not encrypted or kind == 20 else len(body)))
        encrypted = encrypted or kind == 20
    return said


def lengths_masked(said):
    """Of what is encrypted the lengths left out: a ticket's depends on the numbers in it."""
    return [entry if entry[0] != DATA else entry[:2] for entry in said]


def send_raw(port, parts, end=False, limit=None):
    """What comes back to bytes on the TCP connection, and how it ended."""
    with connect(("127.0.0.1", port)) as connection:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for part in parts:
                connection.sendall(part)
                if len(parts) > 1:
                    time.sleep(0.0002)
            if end:
                connection.shutdown(socket.SHUT_WR)
        return gather(connection, limit or quiet[0])


class Wire:
    """A TLS client that keeps what the server's records were."""

    def __init__(self, port, context, name=NAME, session=None):
        self.raw = connect(("127.0.0.1", port))
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=name, session=session)
        self.seen, self.how, self.plain = b"", "open", b""

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.raw.close()

    def flush(self):
        out = self.outgoing.read()
        if out and self.how == "open":
            try:
                self.raw.sendall(out)
            except OSError:
                self.how = "reset"

    def more(self, limit):
        self.raw.settimeout(limit)
        try:
            part = self.raw.recv(1 << 16)
        except TimeoutError:
            return False
        except OSError:
            part, self.how = b"", "reset"
        if not part and self.how == "open":
            self.how = "end"
        self.seen += part
        self.incoming.write(part)
        return bool(part)

    def shake_hands(self, behind=b""):
        """`behind` goes out together with the last message."""
        while True:
            try:
                self.tls.do_handshake()
                if behind:
                    self.tls.write(behind)
                self.flush()
                return True
            except ssl.SSLWantReadError:
                self.flush()
                if not self.more(PATIENCE):
                    return False
            except ssl.SSLError:
                self.flush()
                return False

    def send(self, data):
        with contextlib.suppress(ssl.SSLError):
            self.tls.write(data)
        self.flush()

    def until_quiet(self, limit=None):
        while self.how == "open" and self.more(limit or quiet[0]):
            with contextlib.suppress(ssl.SSLError):
                while part := self.tls.read(1 << 16):
                    self.plain += part


def context(least=None, most=None, alpn=None, ciphers=None, curve=None):
    made = insecure(alpn)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version = least or ssl.TLSVersion.TLSv1_2
        if most:
            made.maximum_version = most
    made.set_ciphers(ciphers or "DEFAULT")
    if curve:
        made.set_ecdh_curve(curve)
    return made


OLD, NEW = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
CLIENTS = {
    "TLS 1.3": {},
    "TLS 1.2": {"most": OLD},
    "h2 offered": {"alpn": ["h2"]},
    "h2 offered, TLS 1.2": {"alpn": ["h2"], "most": OLD},
    "both offered": {"alpn": ["http/1.1", "h2"]},
    "http/1.1 offered": {"alpn": ["http/1.1"]},
    "another protocol offered": {"alpn": ["xyz"]},
    "another protocol offered, TLS 1.2": {"alpn": ["xyz"], "most": OLD},
    "P-384 alone": {"curve": "secp384r1"},
    "P-521 alone, TLS 1.2": {"curve": "secp521r1", "most": OLD},
    "ChaCha20 alone": {"ciphers": "ECDHE+CHACHA20", "most": OLD},
    "CBC alone": {"ciphers": "ECDHE-RSA-AES256-SHA384", "most": OLD},
    "RSA key exchange": {"ciphers": "AES128-GCM-SHA256", "most": OLD},
    "finite fields": {"ciphers": "DHE-RSA-AES128-GCM-SHA256", "most": OLD},
    "no cipher in common": {"ciphers": "ECDHE-ECDSA-AES128-GCM-SHA256", "most": OLD},
    "TLS 1.0 and 1.1": {"least": ssl.TLSVersion.TLSv1, "most": ssl.TLSVersion.TLSv1_1, "ciphers": "DEFAULT@SECLEVEL=0"},
    "TLS 1.0": {"least": ssl.TLSVersion.TLSv1, "most": ssl.TLSVersion.TLSv1, "ciphers": "DEFAULT@SECLEVEL=0"},
    "TLS 1.0 to 1.2": {"least": ssl.TLSVersion.TLSv1, "most": OLD, "ciphers": "DEFAULT@SECLEVEL=0"},
}
NAMES = {"its own name": NAME, "a foreign name": "www.example.com", "no name": None}


def record(body, kind=HANDSHAKE, version=b"\3\1"):
    return bytes([kind]) + version + struct.pack(">H", len(body)) + body


def in_version(hello, version):
    """An old hello: the record's and the message's version, and no extension that says otherwise."""
    body = hello[5 + 4 :]
    body = version + body[2:]
    at = 34 + 1 + body[34]
    at += 2 + int.from_bytes(body[at : at + 2], "big")
    at += 1 + body[at]
    body = body[:at]
    return record(b"\1" + len(body).to_bytes(3, "big") + body, version=version)


def raw_probes():
    hello = hello_for(NAME)
    whole = hello[5:]
    big = Hello(NAME, 16_000)
    huge = b"\1" + (200_000).to_bytes(3, "big") + whole[4:]
    sslv2 = b"\1\0\2\0\3\0\0\0\x10\7\0\xc0" + bytes(range(16))
    return {
        "a hello": [hello],
        "a hello in writes of a byte": [bytes([byte]) for byte in hello],
        "a hello in records of a byte": [b"".join(record(bytes([byte])) for byte in whole)],
        "a hello in 20 records": [Hello(NAME).records(20)],
        "a hello of 16 KB": [big.records()],
        "a hello of 16 KB in two records": [big.records(2)],
        "a hello that says it has 200,000 bytes": [record(huge[:8000])],
        "a record that is too long": [b"\x16\3\1\x48\x01" + bytes(18_433)],
        "a record of no bytes, then a hello": [record(b"") + hello],
        "33 records of no bytes": [record(b"") * 33],
        "a hello cut short by the end": [hello[:100]],
        "a record that ends in the middle of its message": [record(whole[:100])],
        "data first": [record(b"GET / HTTP/1.1\r\n\r\n", DATA, b"\3\3")],
        "an alert first": [record(b"\2\x28", ALERT, b"\3\3")],
        "a warning first": [record(b"\1\0", ALERT, b"\3\3")],
        "a change of ciphers first": [record(b"\1", 20, b"\3\3")],
        "a heartbeat": [record(b"\1\0\x10" + bytes(32), 24, b"\3\3")],
        "another kind of record": [record(b"x" * 10, 99, b"\3\3")],
        "a Finished first": [record(b"\x14\0\0\x0c" + bytes(12))],
        "a hello of a server": [record(b"\2" + whole[1:])],
        "version 2.0 in the record": [record(whole, version=b"\2\0")],
        "version 9.9 in the record": [record(whole, version=b"\x63\x63")],
        "SSL 3.0": [in_version(hello, b"\3\0")],
        "TLS 1.0 without extensions": [in_version(hello, b"\3\1")],
        "TLS 1.1 without extensions": [in_version(hello, b"\3\2")],
        "TLS 1.2 without extensions": [in_version(hello, b"\3\3")],
        "an SSL 2.0 hello": [struct.pack(">H", 0x8000 | len(sslv2)) + sslv2],
        "two names": [Hello(NAME).replace(0, Hello.server_name(NAME), Hello.server_name("b.example")).records()],
        "a name of another kind": [Hello(NAME).replace(0, Hello.server_name(NAME, 1)).records()],
        "an empty name": [Hello(NAME).replace(0, Hello.server_name("")).records()],
        "a name with a zero": [Hello(NAME).replace(0, Hello.server_name(b"a\0b.test")).records()],
        "no key share": [Hello(NAME).replace(51, b"\0\0").records()],
        "a key share of a point that is none": [Hello(NAME).replace(51, b"\0\x24\0\x1d\0\x20" + bytes(32)).records()],
        "64 bytes of noise that begin as a handshake": [b"\x16" + bytes(range(7, 70))],
        "64 bytes of noise that begin high": [bytes(range(200, 256)) + bytes(8)],
        "64 bytes of noise": [bytes(range(33, 97))],
        "plain HTTP": [get(b"/missing")],
        "half a line of plain HTTP": [b"GET / HT"],
        "a byte": [b"\x16"],
        "nothing": [],
    }


# Inside of TLS, without ALPN: sent as it is. With what a server of ours knows as a hello for Signal it is no longer a site.
INSIDE = {
    "a page": [get(b"/digits.txt")],
    "a page that is missing": [get(b"/missing")],
    "requests in a row": [get(b"/digits.txt") * 3 + get(b"/missing")],
    "a hello for a name that is not listed": [hello_for("www.example.org")],
    "a hello for its own name": [hello_for("proxy.example.org")],
    "a hello without a name": [Hello(CHAT).replace(0).records()],
    "a hello for nearly a listed name": [hello_for("xchat.signal.org")],
    "noise that begins as a handshake": [b"\x16" + bytes(range(7, 70))],
    "64 bytes of noise": [bytes(range(160, 224))],
    "an alert": [record(b"\2\x28", ALERT, b"\3\3")],
    "a hello for a listed name": [hello_for(CHAT)],
    "half a hello for a listed name": [hello_for(CHAT)[:150]],
}
DIFFERENCES = {
    "a record that is too long": "nginx leaves what is behind its buffer of 16 KiB unread, and so resets the connection; ours has read it",
    "a hello for a listed name": "is led to Signal's server: what the program is for, and what --hidden hides",
    "half a hello for a listed name": "is waited for, for --hello-limit; nginx answers 400 at once",
}


class Sides(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        home = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="rozaneh-look-"))
        make_home(home)
        # RSA: its signatures are all of one length, those of ECDSA are not.
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-keyout", f"{home}/key.pem",
                        "-out", f"{home}/chain.pem", "-subj", f"/CN={NAME}"], check=True, capture_output=True)
        cls.home = home
        chat = cls.enterClassContext(Service(echo))
        cls.upstream = f"{CHAT}={text_of(chat.address)}"
        cls.nginx, cls.ours = cls.both()

    @classmethod
    def both(cls, limits="", *words):
        nginx = cls.enterClassContext(Nginx(cls.home, limits))
        proxy = Signal(None, "--upstream", cls.upstream, "--site", os.path.join(cls.home, "www"), *words,
                       certificates=[(f"{cls.home}/chain.pem", f"{cls.home}/key.pem")])
        ours = cls.enterClassContext(proxy)
        return nginx.ports, Ports(ours.http[1], ours.address[1], ours.http[1])

    def compare(self, probes, ask, sides=None, differences=()):
        """Each probe to both at once; what surprises up to MOST times more, alone and with more patience: silence is a matter
        of time, and so is on either side which bytes stand together in a record, and the second in HTTP/2's Date."""
        sides = sides or (self.nginx, self.ours)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            jobs = {name: [pool.submit(ask, side, probe) for side in sides] for name, probe in probes.items()}
            seen = {name: [job.result() for job in both] for name, both in jobs.items()}
        for name, (theirs, mine) in seen.items():
            with self.subTest(probe=name):
                for _ in range(MOST):
                    if (theirs != mine) == (name in differences):
                        break
                    with patience(), concurrent.futures.ThreadPoolExecutor(2) as pool:
                        theirs, mine = pool.map(ask, sides, [probes[name]] * 2)
                if name in differences:
                    self.assertNotEqual(theirs, mine, "no longer differs")
                else:
                    self.assertEqual(theirs, mine)


class Handshakes(Sides):
    def test_are_the_same_for_each_client(self):
        """Versions, groups, ciphers, protocols, names; a page in HTTP/1.1 or HTTP/2 behind it, and the records it comes in."""

        def ask(side, probe):
            name, settings = probe
            with Wire(side.tls, context(**settings), name) as wire:
                done = wire.shake_hands()
                if done and wire.tls.selected_alpn_protocol() == "h2":
                    wire.until_quiet()
                    wire.send(HELLO + request(b"/missing"))
                elif done:
                    wire.send(get(b"/missing", b"Connection: close"))
                wire.until_quiet()
                # A ticket's length depends on the numbers in it; how many there are, and where, does not.
                said = lengths_masked(clear(wire.seen))
                cipher = done and (wire.tls.version(), wire.tls.cipher()[0], wire.tls.selected_alpn_protocol())
                plain = re.sub(rb"Date: [^\r]*", b"", wire.plain) if cipher and cipher[2] != "h2" else len(wire.plain)
                return said, cipher, plain, wire.how

        self.compare({f"{client}, {name}": (NAMES[name], CLIENTS[client]) for client in CLIENTS for name in NAMES}, ask)

    def test_have_records_of_the_same_lengths(self):
        """Those behind the handshake too, tickets among them: which length is the most frequent of several."""

        def ask(side, settings):
            seen = []
            for _ in range(7):
                with Wire(side.tls, context(**settings)) as wire:
                    self.assertTrue(wire.shake_hands())
                    wire.send(get(b"/missing", b"Connection: close"))
                    wire.until_quiet()
                    seen.append([(kind, len(body)) for kind, _, body in records_of(wire.seen)])
            return max(seen, key=seen.count)

        self.compare({name: CLIENTS[name] for name in ("TLS 1.3", "TLS 1.2", "http/1.1 offered")}, ask)

    def test_have_answers_in_records_of_the_same_lengths(self):
        """What who counts bytes sees of a site: in HTTP/2 fields and bodies are records of their own."""

        def ask(side, probe):
            path, protocol, at_once = probe
            said = HELLO + request(path) + (request(b"/tiny.html", stream=3) if at_once else b"")
            if protocol == "http/1.1":
                said = get(path) + (get(b"/tiny.html") if at_once else b"")
            with Wire(side.tls, context(alpn=[protocol])) as wire:
                self.assertTrue(wire.shake_hands())
                wire.until_quiet()
                before = len(records_of(wire.seen))
                wire.send(said)
                wire.until_quiet()
                return [(kind, len(body)) for kind, _, body in records_of(wire.seen)[before:]]

        big = (b"/big.html", b"/big.bin")  # behind which, in HTTP/2, nothing more is sent until the client lets it
        paths = (b"/", b"/missing", b"/digits.txt", b"/nothing.txt", *big)
        self.compare({f"{path}, {protocol}, {at_once}": (path, protocol, at_once)
                      for path in paths for protocol in ("h2", "http/1.1") for at_once in (False, True)
                      if not (at_once and path in big)}, ask)

    def test_are_resumed_alike(self):
        def ask(side, settings):
            made = context(**settings)
            with Wire(side.tls, made) as first:
                self.assertTrue(first.shake_hands())
                first.send(get(b"/missing", b"Connection: close"))
                first.until_quiet()
                session = first.tls.session
            with Wire(side.tls, made, session=session) as second:
                self.assertTrue(second.shake_hands())
                second.send(get(b"/missing", b"Connection: close"))
                second.until_quiet()
                said = lengths_masked(clear(second.seen))
                return second.tls.session_reused, session.ticket_lifetime_hint, said, second.how

        self.compare({name: CLIENTS[name] for name in ("TLS 1.3", "TLS 1.2")}, ask)


class Bytes(Sides):
    def test_on_the_port_are_answered_alike(self):
        def ask(side, parts):
            data, how = send_raw(side.tls, parts)
            return (clear(data) if data[:1] in (b"\x15", b"\x16") else re.sub(rb"Date: [^\r]*", b"", data)), how

        self.compare(raw_probes(), ask, differences=DIFFERENCES)

    def test_and_then_the_end_are_answered_alike(self):
        def ask(side, parts):
            data, how = send_raw(side.tls, parts, end=True)
            return (clear(data) if data[:1] in (b"\x15", b"\x16") else re.sub(rb"Date: [^\r]*", b"", data)), how

        self.compare(raw_probes(), ask, differences=DIFFERENCES)

    def test_and_then_silence_end_alike_and_as_late(self):
        """Both give little time for a handshake here."""
        sides = self.both(f"client_header_timeout {SHORT}s;", "--handshake-limit", SHORT)
        known = raw_probes()
        silent = {name: known[name] for name in ("nothing", "a byte", "a hello", "a record that ends in the middle of its message")}

        def ask(side, parts):
            begun = time.monotonic()
            data, how = send_raw(side.tls, parts, limit=PATIENCE)
            return clear(data), how, round((time.monotonic() - begun) / SHORT) >= 1

        self.compare(silent, ask, sides)

        def ask_inside(side, _):
            begun = time.monotonic()
            with Wire(side.tls, context()) as wire:
                self.assertTrue(wire.shake_hands())
                wire.until_quiet(PATIENCE)
                said = lengths_masked(clear(wire.seen))
                return said, wire.plain, wire.how, round((time.monotonic() - begun) / SHORT) >= 1

        self.compare({"silence behind the handshake": None}, ask_inside, sides)

    def test_the_time_for_a_handshake_goes_on_inside(self):
        """Who takes half of it for the handshake has the other half for his first request, and not all of it anew."""
        whole = 10 if harness.SANITIZED else 6
        sides = self.both(f"client_header_timeout {whole}s;", "--handshake-limit", whole)

        def ask(side, said):
            begun = time.monotonic()
            with Wire(side.tls, context(alpn=["http/1.1"])) as wire:
                time.sleep(whole / 2)
                self.assertTrue(wire.shake_hands())
                wire.send(said)
                wire.until_quiet(PATIENCE)
                return wire.how, (time.monotonic() - begun) / whole < 1.4  # of 1.5

        self.compare({"silence": b"", "half a request": b"GET / HT"}, ask, sides)


class Inside(Sides):
    def ask(self, side, parts, settings):
        """All of it together with the last message of the handshake: what is there when a server first looks. In TLS 1.2
        that message is the server's, and chance would say what it sees first: there it is let say its own."""
        old = "most" in settings
        with Wire(side.tls, context(**settings)) as wire:
            self.assertTrue(wire.shake_hands(b"" if old else b"".join(parts)))
            if old:
                if "alpn" in settings:
                    wire.until_quiet()
                wire.send(b"".join(parts))
            wire.until_quiet()
            said = lengths_masked(clear(wire.seen))
            return said, re.sub(rb"Date: [^\r]*", b"", wire.plain), wire.how

    def test_are_answered_alike_without_a_protocol(self):
        for version in ({}, {"most": OLD}):
            self.compare(INSIDE, lambda side, parts, version=version: self.ask(side, parts, version), differences=DIFFERENCES)

    def test_are_answered_alike_with_http1(self):
        self.compare(INSIDE, lambda side, parts: self.ask(side, parts, {"alpn": ["http/1.1"]}), differences=DIFFERENCES)

    def test_are_answered_alike_with_http2(self):
        """No hello for a listed name leads anywhere there: Signal's apps offer no protocol."""
        proper = {"a proper request": [HELLO + request(b"/digits.txt")], "half a preface": [HELLO[:10]]}
        for version in ({}, {"most": OLD}):
            settings = {"alpn": ["h2"], **version}
            self.compare(INSIDE | proper, lambda side, parts, settings=settings: self.ask(side, parts, settings))

    def test_ends_are_answered_alike(self):
        """A close_notify, and the end of the connection without one, each with nothing else and behind a request."""

        def ask(side, probe):
            settings, said, notify = probe
            with Wire(side.tls, context(**settings)) as wire:
                self.assertTrue(wire.shake_hands())
                wire.until_quiet()
                if said:
                    wire.send(said)
                    wire.until_quiet()
                if notify:
                    with contextlib.suppress(ssl.SSLError):
                        wire.tls.unwrap()
                    wire.flush()
                else:
                    wire.raw.shutdown(socket.SHUT_WR)
                wire.until_quiet()
                return lengths_masked(clear(wire.seen)), wire.how

        self.compare({f"{kind}, {'notified' if notify else 'cut'}, after {said[:8]}": (settings, said, notify)
                      for kind, settings in CLIENTS.items() if kind in ("TLS 1.3", "TLS 1.2", "h2 offered")
                      for said in (b"", b"GET / HT", HELLO if "alpn" in settings else get(b"/missing")) for notify in (True, False)}, ask)


class Commands(Sides):
    """What a client asks of an open connection: s_client knows how."""

    def said(self, port, version, command):
        with Recorder(port) as recorder:
            run = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{recorder.port}", version, "-servername", NAME],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                self.talk(run, recorder, command)
            finally:
                run.kill()
                run.wait()
                with contextlib.suppress(BrokenPipeError):
                    run.stdin.close()
            # Kinds and lengths of all that the server has sent, but for data.
            return [(kind, len(body) if kind != DATA else None) for kind, _, body in recorder.records()]

    def talk(self, run, recorder, command):
        # The Finished and, in TLS 1.3, two tickets.
        self.assertTrue(harness.until(lambda: len(recorder.records()) >= (7 if command == b"R" else 8)))
        before = recorder.sent
        run.stdin.write(command + b"\n")
        run.stdin.flush()
        self.assertTrue(harness.until(lambda: recorder.sent > before), "s_client has not asked")
        if command == b"R":
            self.assertTrue(harness.until(lambda: ALERT in [kind for kind, *_ in recorder.records()]), "no_renegotiation was expected")
            return
        run.stdin.write(get(b"/missing", b"Connection: close"))
        run.stdin.flush()
        self.assertTrue(recorder.ended.wait(PATIENCE))

    def test_are_answered_alike(self):
        for name, version, command in (("renegotiation", "-tls1_2", b"R"), ("a new key", "-tls1_3", b"k"),
                                       ("new keys for both", "-tls1_3", b"K")):
            with self.subTest(command=name):
                theirs = self.said(self.nginx.tls, version, command)
                self.assertEqual(theirs, self.said(self.ours.tls, version, command))
                self.assertGreater(len(theirs), 3)


class Recorder:
    """Passes one connection on, and keeps what the server says."""

    def __init__(self, port):
        self.to = port
        self.seen = b""  # of the server
        self.sent = 0    # bytes of the client
        self.ended = threading.Event()

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pool = concurrent.futures.ThreadPoolExecutor(3)
        self.pool.submit(self.run)
        return self

    def run(self):
        self.listener.settimeout(PATIENCE)
        with self.listener.accept()[0] as client, connect(("127.0.0.1", self.to)) as server:
            up = self.pool.submit(self.carry, client, server, False)
            self.carry(server, client, True)
            self.ended.set()
            up.result()

    def carry(self, source, sink, keep):
        source.settimeout(PATIENCE)
        with contextlib.suppress(OSError):
            while part := source.recv(1 << 16):
                if keep:
                    self.seen += part
                else:
                    self.sent += len(part)
                sink.sendall(part)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def records(self):
        return records_of(self.seen)

    def __exit__(self, *failure):
        self.listener.close()
        self.pool.shutdown()


if __name__ == "__main__":
    if not os.path.exists(NGINX):
        raise SystemExit(harness.SKIPPED)
    main()
