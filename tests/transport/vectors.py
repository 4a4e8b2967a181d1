#!/usr/bin/env python3
"""Writes the vectors of obfs2, obfs3 and ScrambleSuit, computed without any of our code.

    tests/transport/vectors.py        writes */vectors.h beside this file

Needs the Python package `cryptography` for AES; the rest is the standard library. The formulas are those of
docs/protocols/; the same have been checked against obfs4proxy 0.0.14 by the interop tests.
"""
import hashlib
import hmac
import struct
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

HERE = Path(__file__).parent
P = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF", 16)


def ctr(key, counter):
    return Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor()


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def public_key(private):
    number = int.from_bytes(private, "big")
    power = pow(2, number & ~1, P)
    return (P - power if number & 1 else power).to_bytes(192, "big")


def shared(private, public):
    return pow(int.from_bytes(public, "big"), int.from_bytes(private, "big") & ~1, P).to_bytes(192, "big")


def counting(start, count, step=1):
    return bytes((start + step * i) % 256 for i in range(count))


def write(folder, values):
    lines = ["// Written by tests/transport/vectors.py; do not edit.", "// clang-format off", "#pragma once", "", "#include <string_view>", "",
             f"namespace rozaneh::{folder}::vectors {{", ""]
    for name, value in values.items():
        text = value.hex()
        pieces = [text[i:i + 96] for i in range(0, len(text), 96)]
        lines.append(f"inline constexpr std::string_view {name} =")
        lines += [f'    "{piece}"' for piece in pieces]
        lines[-1] += ";"
    lines += ["", f"}}  // namespace rozaneh::{folder}::vectors", ""]
    (HERE / folder / "vectors.h").write_text("\n".join(lines))


DATA_UP = b"what the initiator says"
DATA_DOWN = b"and what it hears"


def obfs2():
    def h(label, x):
        return hashlib.sha256(label + x + label).digest()

    def hello(label, seed, padding):
        key = h(label, seed)
        return seed + ctr(key[:16], key[16:]).update(struct.pack(">II", 0x2BF5CA7E, len(padding)) + padding)

    seeds = counting(0, 16), counting(0x80, 16, 3)
    padding = counting(0x40, 5), counting(0x10, 9)
    up = h(b"Initiator obfuscated data", seeds[0] + seeds[1])
    down = h(b"Responder obfuscated data", seeds[0] + seeds[1])
    write("obfs2", {
        "kInitiatorSeed": seeds[0], "kResponderSeed": seeds[1],
        "kInitiatorPadding": padding[0], "kResponderPadding": padding[1],
        "kInitiatorHello": hello(b"Initiator obfuscation padding", seeds[0], padding[0]),
        "kResponderHello": hello(b"Responder obfuscation padding", seeds[1], padding[1]),
        "kInitiatorData": ctr(up[:16], up[16:]).update(DATA_UP),
        "kResponderData": ctr(down[:16], down[16:]).update(DATA_DOWN),
    })


PRIVATE = counting(1, 192, 7), counting(0xF0, 192, 11)  # one coin of each kind


def obfs3():
    public = [public_key(private) for private in PRIVATE]
    secret = shared(PRIVATE[0], public[1])
    assert secret == shared(PRIVATE[1], public[0]) and PRIVATE[0][-1] % 2 != PRIVATE[1][-1] % 2
    up, down = mac(secret, b"Initiator obfuscated data"), mac(secret, b"Responder obfuscated data")
    write("obfs3", {
        "kInitiatorPrivate": PRIVATE[0], "kResponderPrivate": PRIVATE[1],
        "kInitiatorPublic": public[0], "kResponderPublic": public[1],
        "kInitiatorMagic": mac(secret, b"Initiator magic"), "kResponderMagic": mac(secret, b"Responder magic"),
        "kInitiatorData": ctr(up[:16], up[16:]).update(DATA_UP),
        "kResponderData": ctr(down[:16], down[16:]).update(DATA_DOWN),
    })


def scramblesuit():
    def hello(key, head, padding, hour):
        mark = mac(key, head)[:16]
        return head + padding + mark + mac(key, head, padding, mark, str(hour).encode())[:16]

    def session(master):
        material, block = b"", b""
        for i in range(1, 6):
            block = mac(master, block, bytes([i]))
            material += block
        one = (b"\0" * 7 + b"\1")
        return {"up": (ctr(material[0:32], material[32:40] + one), material[80:112]),
                "down": (ctr(material[40:72], material[72:80] + one), material[112:144])}

    def record(direction, flag, payload, padding=0):
        cipher, key = direction
        sealed = cipher.update(struct.pack(">HHB", len(payload) + padding, len(payload), flag) + payload + bytes(padding))
        return mac(key, sealed)[:16] + sealed

    hour = 382991
    password = counting(0x21, 20, 5)
    public = [public_key(private) for private in PRIVATE]
    master = hashlib.sha256(shared(PRIVATE[0], public[1])).digest()
    keys = session(master)
    seed = counting(0x33, 32, 13)

    ticket_master, iv = counting(0x55, 32, 3), counting(0xA0, 16)
    aes_key, mac_key = counting(0x0B, 16, 9), counting(0x77, 32, 6)
    issued = hour * 3600 + 86
    content = struct.pack(">I", issued) + b"ScrambleSuitTicket" + ticket_master + bytes(10)
    sealed = iv + Cipher(algorithms.AES(aes_key), modes.CBC(iv)).encryptor().update(content)
    ticket = sealed + mac(mac_key, sealed)
    ticket_keys = session(ticket_master)

    write("scramblesuit", {
        "kPassword": password,
        "kClientPrivate": PRIVATE[0], "kServerPrivate": PRIVATE[1],
        "kClientPadding": counting(9, 7), "kServerPadding": counting(3, 12),
        "kClientHello": hello(password, public[0], counting(9, 7), hour),
        "kServerHello": hello(password, public[1], counting(3, 12), hour),
        "kMasterKey": master,
        "kClientRecords": record(keys["up"], 1, DATA_UP) + record(keys["up"], 1, b"", 30),
        "kServerRecords": record(keys["down"], 2, ticket_master + ticket) + record(keys["down"], 4, seed)
        + record(keys["down"], 1, DATA_DOWN, 4),
        "kSeed": seed,
        "kTicketMasterKey": ticket_master, "kTicketIv": iv, "kTicketCipherKey": aes_key, "kTicketMacKey": mac_key,
        "kTicket": ticket,
        "kTicketHello": hello(ticket_keys["up"][1], ticket, counting(9, 7), hour),
        "kTicketClientRecord": record(ticket_keys["up"], 1, DATA_UP),
    })


obfs2()
obfs3()
scramblesuit()
