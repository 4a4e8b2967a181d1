"""What runs behind a censor in lab_load_test.py: many flows to the far side's echo.

    lab_load.py crowd COUNT     that many connections at once; prints how many brought back just what they sent
    lab_load.py stream          for each line with a number on the standard input: that many connections, one after the
                                other in each of four processes; prints how many were answered
    lab_load.py datagrams       datagrams of all sizes, in fragments too, over IPv4 and IPv6
"""

import asyncio
import multiprocessing
import os
import random
import socket
import struct
import sys

ECHO = ("198.51.100.12", 443)
ECHO_V6 = ("2001:db8:2::c", 443)
PATIENCE = 60


async def one_of_many(number, together):
    """Opens, waits for all others, then sends up to 40 kB in pieces and reads as much."""
    draw = random.Random(number)
    sent = b"\xc3" + draw.randbytes(draw.randrange(1, 40_000))
    reader, writer = await asyncio.open_connection(*ECHO)
    await together.wait()
    got = asyncio.ensure_future(reader.readexactly(len(sent)))
    for place in range(0, len(sent), 5000):
        writer.write(sent[place : place + 5000])
        await writer.drain()
    same = await got == sent
    writer.close()
    return same


async def crowd(count):
    together = asyncio.Barrier(count)
    tasks = [asyncio.wait_for(one_of_many(number, together), PATIENCE) for number in range(count)]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    print(sum(answer is True for answer in answers), flush=True)


def some(count):
    """Each is reset at its end, so that no port waits for the next one."""
    answered = 0
    for _ in range(count):
        with socket.create_connection(ECHO, PATIENCE) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(b"\xc3\x1e\x8b")
            answered += connection.recv(16) == b"\xc3\x1e\x8b"
    return answered


def stream():
    with multiprocessing.Pool(4) as pool:
        for line in sys.stdin:
            print(sum(pool.map(some, [int(line) // 4] * 4)), flush=True)


def datagrams():
    same = 0
    for family, echo in ((socket.AF_INET, ECHO), (socket.AF_INET6, ECHO_V6)):
        with socket.socket(family, socket.SOCK_DGRAM) as talk:
            talk.settimeout(PATIENCE)
            talk.connect(echo)
            for size in (1, 1452, 1453, 1472, 1473, 3000, 9000):
                sent = os.urandom(size)
                talk.send(sent)
                same += talk.recv(65536) == sent
    print(same, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "crowd":
        asyncio.run(crowd(int(sys.argv[2])))
    else:
        {"stream": stream, "datagrams": datagrams}[sys.argv[1]]()
