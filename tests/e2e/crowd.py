"""Many connections at once, in processes of their own: this script is both the people and the server that they want.

    crowd.py serve                                    echoes; prints its port, until its input ends
    crowd.py hold PORT COUNT NUMBER KIND SECONDS      opens up to COUNT connections in up to SECONDS from addresses of its own
        (127.0.NUMBER.x), prints how many; at each line of input, how many still stand; ends with its input

KIND is how far each goes: tcp (not a byte), outer (the TLS handshake), relayed (a session to CHAT, until that has echoed).
"""

import contextlib
import resource
import selectors
import socket
import ssl
import sys
import time

from signal_proxy import CHAT, DOMAIN
from tls_in_tls import hello_for

PER_ADDRESS = 900  # fewer than a proxy allows
BIND_ADDRESS_NO_PORT = 24  # of <linux/in.h>: the kernel chooses the port when it knows where to


def raise_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def serve():
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    listener.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print(listener.getsockname()[1], flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                return
            if key.fileobj is listener:
                with contextlib.suppress(OSError):
                    while True:
                        connection = listener.accept()[0]
                        selector.register(connection, selectors.EVENT_READ)
                continue
            try:
                data = key.fileobj.recv(1 << 16)
                if data:
                    key.fileobj.sendall(data)  # some hundred bytes at most
            except OSError:
                data = b""
            if not data:
                selector.unregister(key.fileobj)
                key.fileobj.close()


class Holder:
    def __init__(self, port, number, kind):
        self.port, self.number, self.kind = port, number, kind
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        self.hello = hello_for(CHAT)
        self.session = None
        self.held = []

    def open(self):
        raw = socket.socket()
        raw.settimeout(60)
        raw.setsockopt(socket.IPPROTO_IP, BIND_ADDRESS_NO_PORT, 1)
        raw.bind((f"127.0.{self.number}.{1 + len(self.held) // PER_ADDRESS}", 0))
        raw.connect(("127.0.0.1", self.port))
        if self.kind != "tcp":
            self.shake_hands(raw)
        self.held.append(raw)

    def shake_hands(self, raw):
        """TLS as far as it goes; nothing but the socket is kept of it."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.context.wrap_bio(incoming, outgoing, server_hostname=DOMAIN, session=self.session)

        def until_done(action, *words):
            while True:
                try:
                    result = action(*words)
                    raw.sendall(outgoing.read())
                    return result
                except ssl.SSLWantReadError:
                    raw.sendall(outgoing.read())
                    part = raw.recv(1 << 16)
                    if not part:
                        raise ConnectionError("the proxy has hung up") from None
                    incoming.write(part)

        until_done(tls.do_handshake)
        if self.kind == "relayed":
            until_done(tls.write, self.hello)
            back = b""
            while len(back) < len(self.hello):
                back += until_done(tls.read, len(self.hello) - len(back))
            if back != self.hello:
                raise ConnectionError("what came back is something else")
        elif self.session is None:
            incoming.write(raw.recv(1 << 16))
            with contextlib.suppress(ssl.SSLWantReadError):
                tls.read(1)  # the ticket, and nothing to read
        # The same ticket for all: they come back, which costs both sides half.
        self.session = self.session or tls.session

    def standing(self):
        return sum(map(self.stands, self.held))

    @staticmethod
    def stands(connection):
        connection.setblocking(False)
        while True:
            try:
                if not connection.recv(1 << 16):  # what TLS sends after the handshake is passed over
                    return False
            except BlockingIOError:
                return True
            except OSError:
                return False


def hold(port, count, number, kind, seconds):
    holder = Holder(int(port), int(number), kind)
    end = time.monotonic() + float(seconds)
    with contextlib.suppress(OSError):
        while len(holder.held) < int(count) and time.monotonic() < end:
            holder.open()
    print(len(holder.held), flush=True)
    for _ in sys.stdin:
        print(holder.standing(), flush=True)


if __name__ == "__main__":
    raise_limit()
    {"serve": serve, "hold": hold}[sys.argv[1]](*sys.argv[2:])
