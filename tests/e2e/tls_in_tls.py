"""TLS inside of TLS, as Signal's apps speak to their proxy: pieces for the tests and the probes.

    with Pki() as pki:
        outer = Outer(address, pki.trust, "proxy.example.org")     # a TLS connection, as a socket
        inner = Inner(outer, pki.trust, "chat.signal.org")         # another one inside of it
        inner.send(b"..."), inner.receive(10), inner.alpn
"""

import contextlib
import os
import select
import socket
import ssl
import struct
import subprocess
import tempfile
import threading

from harness import PATIENCE, connect


class Pki:
    """An authority with certificates for whatever is asked for, made by openssl."""

    def __enter__(self):
        self.box = tempfile.TemporaryDirectory(prefix="rozaneh-pki-")
        self.path = self.box.name
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                  "-subj", "/CN=Test Authority", "-keyout", "ca.key", "-out", "ca.pem")
        self.trust = os.path.join(self.path, "ca.pem")
        return self

    def __exit__(self, *failure):
        self.box.cleanup()

    def _run(self, *words, **options):
        subprocess.run(["openssl", *words], cwd=self.path, check=True, stderr=subprocess.DEVNULL, timeout=PATIENCE,
                       **options)

    def certificate(self, *names, kind="ec", days=20, label=None):
        """(chain, key) as files; `days` may be negative: then it has expired."""
        label = label or f"{names[0].replace('*', 'star')}-{kind}-{days}"
        key = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else ["rsa:2048"]
        self._run("req", "-newkey", *key, "-nodes", "-subj", f"/CN={names[0]}", "-keyout", f"{label}.key",
                  "-out", f"{label}.csr")
        with open(os.path.join(self.path, f"{label}.ext"), "w", encoding="ascii") as file:
            file.write("subjectAltName=" + ",".join(f"DNS:{name}" for name in names) + "\n")
        # openssl x509 knows no dates in the past but by its own clock: `ca` does.
        database = os.path.join(self.path, "index.txt")
        open(database, "w", encoding="ascii").close()
        with open(os.path.join(self.path, "ca.cnf"), "w", encoding="ascii") as file:
            file.write(f"[ca]\ndefault_ca=x\n[x]\ndatabase={database}\nrand_serial=yes\ndefault_md=sha256\n"
                       f"new_certs_dir={self.path}\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n")
        start, end = ("20200101000000Z", "20200201000000Z") if days < 0 else (None, None)
        dates = ["-startdate", start, "-enddate", end] if start else ["-days", str(days)]
        self._run("ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in",
                  f"{label}.csr", "-out", f"{label}.pem", "-notext", "-extfile", f"{label}.ext", *dates,
                  stdout=subprocess.DEVNULL)
        return os.path.join(self.path, f"{label}.pem"), os.path.join(self.path, f"{label}.key")


def client_context(trust, alpn=(), **settings):
    context = ssl.create_default_context(cafile=trust)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if alpn:
        context.set_alpn_protocols(list(alpn))
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def outer(address, trust, name, context=None, session=None, limit=PATIENCE):
    """The TLS connection that everybody sees."""
    raw = connect(address, limit)
    context = context or client_context(trust)
    return context.wrap_socket(raw, server_hostname=name, session=session)


class Inner:
    """TLS over any socket; what `shape` makes of the first flight goes out piece by piece."""

    def __init__(self, carrier, trust, name, alpn=("h2",), shape=lambda hello: [hello]):
        self.carrier = carrier
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = client_context(trust, alpn).wrap_bio(self.incoming, self.outgoing, server_hostname=name)
        self.shape = shape
        self._until_done(self.tls.do_handshake)

    def _flush(self):
        out = self.outgoing.read()
        if out:
            shape, self.shape = self.shape, lambda bytes_: [bytes_]
            for piece in shape(out):
                self.carrier.sendall(piece)

    def _until_done(self, action, *words):
        while True:
            try:
                result = action(*words)
                self._flush()
                return result
            except ssl.SSLWantReadError:
                self._flush()
                part = self.carrier.recv(1 << 16)
                if not part:
                    raise ConnectionError("the carrier ended") from None
                self.incoming.write(part)

    @property
    def alpn(self):
        return self.tls.selected_alpn_protocol()

    def send(self, data):
        self._until_done(self.tls.write, data)

    def receive(self, count):
        parts = b""
        while len(parts) < count:
            parts += self._until_done(self.tls.read, count - len(parts))
        return parts


def hello_for(name, alpn=("h2",)):
    """The bytes of a real ClientHello, one record of them."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.set_alpn_protocols(list(alpn))
    tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def with_extension(hello, kind, size):
    """The same hello with one more extension, of so many zeros."""
    message = bytearray(hello[5:])
    at = 4 + 2 + 32
    at += 1 + message[at]
    at += 2 + struct.unpack(">H", message[at:at + 2])[0]
    at += 1 + message[at]
    length = struct.unpack(">H", message[at:at + 2])[0]
    extension = struct.pack(">HH", kind, size) + bytes(size)
    message[at:at + 2] = struct.pack(">H", length + len(extension))
    message[at + 2:at + 2] = extension
    message[1:4] = (len(message) - 4).to_bytes(3, "big")
    return in_records(bytes(message), 16384)


def in_records(message, size):
    return b"".join(
        b"\x16\x03\x01" + struct.pack(">H", len(message[i:i + size])) + message[i:i + size]
        for i in range(0, len(message), size)
    )


def re_record(hello, count):
    """The same hello over `count` records."""
    message = hello[5:]
    return in_records(message, -(-len(message) // count))


def renamed(hello, old, new):
    assert len(old) == len(new) and hello.count(old) == 1
    return hello.replace(old, new)


class TlsEcho:
    """A server with ALPN h2 that stands for Signal's: for use with harness.Service."""

    def __init__(self, certificate, alpn=("h2", "http/1.1")):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)
        self.context.set_alpn_protocols(list(alpn))
        self.names = []
        self.context.sni_callback = lambda _, name, __: self.names.append(name)
        self.lock = threading.Lock()

    def __call__(self, connection):
        with self.context.wrap_socket(connection, server_side=True) as tls:
            while part := tls.recv(1 << 16):
                tls.sendall(part)


class Forwarder:
    """A local port each connection of which goes through the proxy's outer TLS: for clients that speak one TLS.

    One thread does both directions: Python's TLS sockets are not to be used by two before 3.13.
    """

    def __init__(self, address, trust, name):
        self.to, self.trust, self.name = address, trust, name

    def __call__(self, connection):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = client_context(self.trust).wrap_bio(incoming, outgoing, server_hostname=self.name)
        with connect(self.to) as raw:
            while not self._shaken(tls):
                raw.sendall(outgoing.read())
                incoming.write(raw.recv(1 << 16))
            raw.sendall(outgoing.read())
            raw.setblocking(False)
            self._carry(connection, raw, tls, incoming, outgoing)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _shaken(tls):
        with contextlib.suppress(ssl.SSLWantReadError):
            tls.do_handshake()
            return True
        return False

    @staticmethod
    def _carry(connection, raw, tls, incoming, outgoing):
        pending = b""
        while True:
            readers = [raw] if pending else [raw, connection]
            readable, writable, _ = select.select(readers, [raw] if pending else [], [], PATIENCE)
            if not readable and not writable:
                return
            if connection in readable:
                part = connection.recv(1 << 16)
                if not part:
                    return
                tls.write(part)
            if raw in readable:
                part = raw.recv(1 << 18)
                if not part:
                    return
                incoming.write(part)
                with contextlib.suppress(ssl.SSLWantReadError):
                    while plain := tls.read(1 << 16):
                        connection.sendall(plain)
                    return
            pending += outgoing.read()
            if pending:
                with contextlib.suppress(BlockingIOError):
                    pending = pending[raw.send(pending):]
