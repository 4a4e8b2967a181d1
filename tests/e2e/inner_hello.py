"""ClientHellos as today's browsers send them, built by hand so that each part can be turned.

    hello = Hello("chat.signal.org")               # X25519MLKEM768 and X25519 shares, GREASE, ECH, 1.8 KB
    hello.size = 6000                              # padded to that
    hello.records(), hello.records([100, 200])     # as records; cut at these places

A server that knows no X25519MLKEM768, as OpenSSL 3.0, answers with X25519: they are good hellos to anybody.
"""

import os
import random
import struct

GREASE, SECOND_GREASE = 0x1A1A, 0xBABA
X25519, P256, P384, MLKEM = 0x001D, 0x0017, 0x0018, 0x11EC  # 0x11ec: draft-ietf-tls-ecdhe-mlkem
MLKEM_SHARE = 1184 + 32
ECH = 0xFE0D
SERVER_NAME, PADDING = 0, 21
# A point of X25519 is any 32 bytes.
CIPHERS = [GREASE, 0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC013, 0xC014, 0x009C, 0x009D]
SIGNATURES = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]


def vector(data, width):
    return len(data).to_bytes(width, "big") + data


def numbers(values):
    return b"".join(struct.pack(">H", value) for value in values)


def encapsulation_key():
    """768 coefficients below q = 3329, 12 bits each, and a seed (FIPS 203 section 7.2): one that passes its check."""
    packed = bytearray()
    for _ in range(384):
        one, two = random.randrange(3329), random.randrange(3329)
        packed += (one | two << 12).to_bytes(3, "little")
    return bytes(packed) + os.urandom(32)


class Hello:
    def __init__(self, name, size=None):
        self.name, self.size = name, size
        shares = [(GREASE, b"\0"), (MLKEM, encapsulation_key() + os.urandom(32)), (X25519, os.urandom(32))]
        assert len(shares[1][1]) == MLKEM_SHARE
        self.extensions = [
            (GREASE, b""),
            (SERVER_NAME, self.server_name(name)),
            (23, b""),  # extended_master_secret
            (0xFF01, b"\0"),
            (10, vector(numbers([GREASE, MLKEM, X25519, P256, P384]), 2)),
            (11, b"\1\0"),
            (35, b""),
            (16, vector(vector(b"h2", 1) + vector(b"http/1.1", 1), 2)),
            (5, b"\1\0\0\0\0"),
            (13, vector(numbers(SIGNATURES), 2)),
            (18, b""),
            (51, vector(b"".join(struct.pack(">H", group) + vector(share, 2) for group, share in shares), 2)),
            (45, b"\1\1"),
            (43, vector(numbers([GREASE, 0x0304, 0x0303]), 1)),
            (27, b"\2\0\2"),
            # As who has no key sends it (GREASE ECH): outer, HKDF-SHA256, AES-128-GCM, some key and some bytes.
            (ECH, b"\0\0\1\0\1" + os.urandom(1) + vector(os.urandom(32), 2) + vector(os.urandom(240), 2)),
            (SECOND_GREASE, b"\0"),
        ]

    @staticmethod
    def server_name(name, kind=0):
        data = name if isinstance(name, bytes) else name.encode()
        return vector(bytes([kind]) + vector(data, 2), 2)

    def replace(self, kind, *bodies):
        """Puts others, or none, in the place of an extension."""
        at = next(i for i, (known, _) in enumerate(self.extensions) if known == kind)
        self.extensions[at:at + 1] = [(kind, body) for body in bodies]
        return self

    def message(self):
        extensions = b"".join(struct.pack(">H", kind) + vector(body, 2) for kind, body in self.extensions)
        head = b"\x03\x03" + os.urandom(32) + vector(os.urandom(32), 1) + vector(numbers(CIPHERS), 2) + b"\1\0"
        if self.size:
            # The record's and the message's heads, the length of the extensions, the padding's own head.
            padding = self.size - (5 + 4 + len(head) + 2 + len(extensions) + 4)
            assert padding >= 0
            extensions += struct.pack(">H", PADDING) + vector(bytes(padding), 2)
        body = head + vector(extensions, 2)
        return b"\1" + len(body).to_bytes(3, "big") + body

    def records(self, count=1):
        message = self.message()
        step = -(-len(message) // count)
        return b"".join(b"\x16\x03\x01" + vector(message[at:at + step], 2) for at in range(0, len(message), step))
