"""The tunnel from its page (docs/protocols/tunnel.md), a second time and naively, for peers that do what ours never would.

    with Peer.dial(bridge.address, key) as peer:                     # of the transport `plain`
        answer = peer.hello(new(frames=open_frame(0, target)))
        peer.send(window(0, 1 << 60))
        frames = peer.receive()
"""

import base64
import hashlib
import hmac
import os
import socket
import struct
import time

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness import connect, receive

NAME = b"Noise_NK_25519_ChaChaPoly_SHA256"
PROLOGUE = b"rozaneh tunnel 1"
TAKEN, NO_SESSION, FULL, CREDENTIAL = 0, 1, 2, 3
VIOLATION, BY_SERVER = 1, 2


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def nonce(number):
    return bytes(4) + struct.pack("<Q", number)


def public(private):
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def varint(value):
    for size, mark in ((1, 0), (2, 1), (4, 2), (8, 3)):
        if value < 1 << (8 * size - 2):
            return (value | mark << (8 * size - 2)).to_bytes(size, "big")
    raise ValueError(value)


def take_varint(data):
    size = 1 << (data[0] >> 6)
    return int.from_bytes(data[:size], "big") & ((1 << (8 * size - 2)) - 1), data[size:]


# --- Frames ---


def open_frame(stream, target):
    return b"\x06" + varint(stream) + b"\x01\x01" + socket.inet_aton(target[0]) + struct.pack(">H", target[1])


def data_frame(stream, offset, data, last=False):
    return bytes([17 if last else 16]) + varint(stream) + varint(offset) + varint(len(data)) + data


def window(stream, limit):
    return b"\x09" + varint(stream) + varint(limit)


def all_window(limit):
    return b"\x0a" + varint(limit)


def closed(frames):
    """The reason of a CLOSE that stands alone, as one of ours does."""
    return frames[1] if len(frames) >= 2 and frames[0] == 12 else None


# --- Hellos ---


def parameters(**values):
    numbers = {"stream_window": 1, "session_window": 2}
    body = b"".join(varint(numbers[name]) + varint(len(varint(each))) + varint(each) for name, each in values.items())
    return varint(len(body)) + body


def new(frames=b"", ahead=0):
    """A hello of a new session, by a clock that is so many seconds ahead."""
    return lambda e: b"\x01" + struct.pack(">I", int(time.time()) + ahead) + parameters() + frames


def join(session, connection, secret, frames=b""):
    def make(e):
        proof = mac(secret, b"client" + e)[:16]
        return b"\x02" + struct.pack(">I", int(time.time())) + session + varint(connection) + proof + parameters() + frames

    return make


class Noise:
    def __init__(self, remote_static):
        self.h = hashlib.sha256(NAME + PROLOGUE).digest()
        self.ck = NAME
        self.mix_hash(remote_static)
        self.key, self.count = None, 0

    def mix_hash(self, data):
        self.h = hashlib.sha256(self.h + data).digest()

    def mix_key(self, shared):
        self.ck, self.key = self.expand(shared)
        self.count = 0

    def expand(self, shared):
        base = mac(self.ck, shared)
        first = mac(base, b"\x01")
        return first, mac(base, first + b"\x02")

    def seal(self, plain):
        sealed = ChaCha20Poly1305(self.key).encrypt(nonce(0), plain, self.h)
        self.mix_hash(sealed)
        return sealed

    def open(self, sealed):
        plain = ChaCha20Poly1305(self.key).decrypt(nonce(0), sealed, self.h)
        self.mix_hash(sealed)
        return plain


class Records:
    """One direction of an open connection; fewer than 65,536 records."""

    def __init__(self, key, mask):
        self.aead, self.mask, self.count = ChaCha20Poly1305(key), mask, 0

    def masked(self, length):
        at = 2 * self.count
        key_stream = Cipher(algorithms.ChaCha20(self.mask, bytes(16)), None).encryptor().update(bytes(at + 2))
        return length ^ int.from_bytes(key_stream[at:], "big")

    def seal(self, frames):
        sealed = self.aead.encrypt(nonce(self.count), frames, None)
        head = struct.pack(">H", self.masked(len(sealed)))
        self.count += 1
        return head + sealed

    def read(self, connection):
        head = receive(connection, 2)
        if len(head) < 2:
            return None
        sealed = receive(connection, self.masked(int.from_bytes(head, "big")))
        plain = self.aead.decrypt(nonce(self.count), sealed, None)
        self.count += 1
        return plain


class Opened:
    """What both sides have once they have shaken hands."""

    def share(self, noise, server):
        up, down = noise.expand(b"")
        exported = mac(noise.ck, PROLOGUE + b" export" + noise.h)
        self.secret = mac(exported, b"join")
        up, down = Records(up, mac(exported, b"mask up")), Records(down, mac(exported, b"mask down"))
        self.out, self.back = (down, up) if server else (up, down)

    def send(self, frames):
        self.connection.sendall(self.out.seal(frames))

    def receive(self):
        """The frames of the next record; None at the end."""
        return self.back.read(self.connection)

    def until_closed(self):
        """The reason that the other side gives before it ends; None if it gives none."""
        reason = None
        while (frames := self.receive()) is not None:
            reason = closed(frames) if reason is None else reason
        return reason

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.connection.close()


class Peer(Opened):
    """A client."""

    def __init__(self, connection, key):
        self.connection, self.key = connection, key

    @classmethod
    def dial(cls, address, key):
        return cls(connect(address), base64.urlsafe_b64decode(key + "="))

    def hello(self, payload):
        """Sends it and reads the answer: its status; then `early`, `session` and `secret` are there, if it was taken."""
        ephemeral = X25519PrivateKey.generate()
        noise = Noise(self.key)
        e = public(ephemeral)
        noise.mix_hash(e)
        noise.mix_key(ephemeral.exchange(X25519PublicKey.from_public_bytes(self.key)))
        hello = payload(e)
        # A length that begins with 1 is an open request's.
        message = e + noise.seal(hello + bytes(max(0, 512 - len(hello))))
        self.said = struct.pack(">H", len(message)) + message
        self.connection.sendall(self.said)
        answer = receive(self.connection, int.from_bytes(receive(self.connection, 2), "big"))
        e = answer[:32]
        noise.mix_hash(e)
        noise.mix_key(ephemeral.exchange(X25519PublicKey.from_public_bytes(e)))
        plain = noise.open(answer[32:])
        self.early, self.session = plain[1], plain[2:18]
        self.share(noise, server=False)
        return plain[0]


class LyingServer(Opened):
    """A server of one session, of one connection."""

    def __init__(self, private):
        self.private = private

    def accept(self, connection):
        self.connection = connection
        noise = Noise(public(self.private))
        message = receive(connection, int.from_bytes(receive(connection, 2), "big"))
        e = message[:32]
        noise.mix_hash(e)
        client = X25519PublicKey.from_public_bytes(e)
        noise.mix_key(self.private.exchange(client))
        self.asked = noise.open(message[32:])
        ephemeral = X25519PrivateKey.generate()
        noise.mix_hash(public(ephemeral))
        noise.mix_key(ephemeral.exchange(client))
        answer = public(ephemeral) + noise.seal(bytes([TAKEN, 0]) + os.urandom(16) + parameters())
        connection.sendall(struct.pack(">H", len(answer)) + answer)
        self.share(noise, server=True)
