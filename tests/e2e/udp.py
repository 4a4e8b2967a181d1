"""UDP in tests: associations through a SOCKS5 port (RFC 1928, section 7), and what answers on loopback.

    with UdpService(echo) as target, Association(client.address) as flow:
        flow.send(target.address, b"...")
        flow.receive()
"""

import contextlib
import ipaddress
import socket
import struct
import threading
import time

from harness import PATIENCE, connect, receive

LARGEST = 1452  # docs/protocols/tunnel.md, "Datagrams"


def packed(address):
    host, port = address
    try:
        ip = ipaddress.ip_address(host)
        place = bytes([4 if ip.version == 6 else 1]) + ip.packed
    except ValueError:
        place = b"\3" + bytes([len(host)]) + host.encode()
    return place + struct.pack(">H", port)


def unpacked(datagram):
    """The other end, and what it said."""
    assert datagram[:3] == b"\0\0\0", datagram[:3]
    size = {1: 4, 4: 16}[datagram[3]]
    host = str(ipaddress.ip_address(datagram[4 : 4 + size]))
    return (host, struct.unpack(">H", datagram[4 + size : 6 + size])[0]), datagram[6 + size :]


def ask(proxy, source=("0.0.0.0", 0)):
    """Asks for an association; answers (reply code, where datagrams are taken, connection)."""
    control = connect(proxy)
    control.sendall(b"\5\1\0")
    assert receive(control, 2) == b"\5\0"
    control.sendall(b"\5\3\0" + packed(source))
    code, kind = receive(control, 4)[1::2]
    host = str(ipaddress.ip_address(receive(control, 16 if kind == 4 else 4)))
    return code, (host, struct.unpack(">H", receive(control, 2))[0]), control


class Association:
    def __init__(self, proxy, source=("0.0.0.0", 0), bound=None):
        code, self.relay, self.control = ask(proxy, source)
        if code != 0:
            raise AssertionError(f"SOCKS answered {code}")
        family = socket.AF_INET6 if ":" in self.relay[0] else socket.AF_INET
        self.socket = bound or socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.control.close()
        self.socket.close()

    def send_raw(self, data):
        self.socket.sendto(data, self.relay)

    def send(self, address, data):
        self.send_raw(b"\0\0\0" + packed(address) + data)

    def receive(self, limit=PATIENCE):
        """The next datagram, as (source, bytes); None if none comes within the limit."""
        self.socket.settimeout(limit)
        try:
            return unpacked(self.socket.recv(1 << 16))
        except TimeoutError:
            return None

    def asked(self, address, data, limit=PATIENCE):
        """What comes back for it; it is sent again and again, as whoever uses UDP does."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            self.send(address, data)
            answer = self.receive(0.5)
            if answer:
                return answer
        raise AssertionError("no answer")


class UdpService:
    """Answers each datagram with what `serve` makes of it; None: nothing."""

    def __init__(self, serve, address=("127.0.0.1", 0)):
        self.serve = serve
        self.socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(address)
        self.address = self.socket.getsockname()[:2]
        self.peers = []
        self.count = 0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                data, peer = self.socket.recvfrom(1 << 16)
                if peer is None:  # shut down
                    return
                self.count += 1
                if peer not in self.peers:
                    self.peers.append(peer)
                answer = self.serve(data)
                if answer is not None:
                    self.socket.sendto(answer, peer)

    def say(self, data):
        """To the first that has asked, unasked."""
        self.socket.sendto(data, self.peers[0])

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def echo(data):
    return data


class Forwarder:
    """A port of UDP for programs that know no SOCKS: all that comes there goes to `target` by an association."""

    def __init__(self, proxy, target, port=0):
        self.flow = Association(proxy)
        self.target = target
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(("127.0.0.1", port))
        self.address = self.socket.getsockname()[:2]
        self.peer = None
        for task in (self._out, self._back):
            threading.Thread(target=task, daemon=True).start()

    def _out(self):
        with contextlib.suppress(OSError):
            while True:
                data, peer = self.socket.recvfrom(1 << 16)
                if peer is None:  # shut down
                    return
                self.peer = peer
                self.flow.send(self.target, data)

    def _back(self):
        with contextlib.suppress(OSError):
            while True:
                came = self.flow.receive(None)
                if came and self.peer:
                    self.socket.sendto(came[1], self.peer)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.flow.__exit__()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
