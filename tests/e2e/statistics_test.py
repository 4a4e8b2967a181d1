"""What an observer can count in obfs4's handshakes: ours against obfs4proxy's, side by side.

Sizes of hellos and answers are compared by the two-sample Kolmogorov-Smirnov distance, bytes by chi-square against the
uniform distribution, bits of the representatives one by one. Bounds are such that chance alone fails one run in
thousands; a program whose sizes or bytes differ fails nearly always (see test_the_measure_bites).
"""

import concurrent.futures
import contextlib
import math
import random
import threading
import unittest

from harness import ITS_PT, OUR_PT, ManagedTransport, Service, connect, echo, main, pt_words, socks5

COUNT = 300
REPRESENTATIVE = 32


class Recorder(Service):
    """Keeps the first thing that each side says, until the other speaks or all is quiet."""

    def __init__(self, target=None):
        self.target = target
        self.hellos, self.answers = [], []
        super().__init__(self._record)

    def _record(self, client):
        hello = self._quiet(client)
        if self.target:
            with connect(self.target) as server:
                server.sendall(hello)
                answer = self._quiet(server)
            self.answers.append(answer)
        self.hellos.append(hello)

    @staticmethod
    def _quiet(connection):
        said = connection.recv(1 << 16)
        connection.settimeout(0.3)
        with contextlib.suppress(TimeoutError):
            while part := connection.recv(1 << 16):
                said += part
        return said


def collect(client_program, server_program):
    """Hellos of one program's client and answers of the other's server, COUNT of each."""
    with (
        Service(echo) as target,
        ManagedTransport.server(server_program, "obfs4", target.address) as server,
        ManagedTransport.client(client_program, "obfs4") as client,
        Recorder(server.address) as recorder,
    ):

        def dial(_):
            with contextlib.suppress(OSError):
                socks5(client.address, recorder.address, *pt_words(server.arguments))[1].close()

        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            list(pool.map(dial, range(COUNT)))
        done = threading.Event()
        for _ in range(300):
            if len(recorder.hellos) >= COUNT:
                break
            done.wait(0.1)
        return list(recorder.hellos), list(recorder.answers)


def ks_distance(one, other):
    """The largest distance between the two empirical distributions."""
    points = sorted(set(one) | set(other))
    one, other = sorted(one), sorted(other)
    distance = i = j = 0
    for point in points:
        while i < len(one) and one[i] <= point:
            i += 1
        while j < len(other) and other[j] <= point:
            j += 1
        distance = max(distance, abs(i / len(one) - j / len(other)))
    return distance


def ks_bound(one, other):
    """Exceeded by chance once in ten thousand."""
    return 2.23 * math.sqrt((len(one) + len(other)) / (len(one) * len(other)))


def chi_square(data):
    counts = [0] * 256
    for byte in data:
        counts[byte] += 1
    expected = len(data) / 256
    return sum((count - expected) ** 2 / expected for count in counts)


CHI_SQUARE_BOUND = 255 + 5 * math.sqrt(2 * 255)  # five standard deviations of 255 degrees of freedom


def bit_shares(messages):
    """For each bit of the representatives, how often it is set."""
    return [
        sum(message[bit // 8] >> bit % 8 & 1 for message in messages) / len(messages)
        for bit in range(8 * REPRESENTATIVE)
    ]


class Statistics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ours = collect(OUR_PT, OUR_PT)
        cls.its = collect(ITS_PT, ITS_PT)

    def test_sizes_have_the_same_distribution(self):
        for name, ours, its in zip(("hello", "answer"), self.ours, self.its):
            ours, its = [len(each) for each in ours], [len(each) for each in its]
            distance = ks_distance(ours, its)
            print(f"{name}: ours {min(ours)}..{max(ours)}, its {min(its)}..{max(its)} bytes, distance {distance:.3f}")
            self.assertGreaterEqual(min(ours), 141)
            self.assertLessEqual(max(ours), 8192)
            self.assertLess(distance, ks_bound(ours, its))

    def test_bytes_are_uniform_as_its_are(self):
        for ours, its in zip(self.ours, self.its):
            for messages in (ours, its):
                self.assertLess(chi_square(b"".join(messages)), CHI_SQUARE_BOUND)
                # The start and the end, where marks and keys stand.
                self.assertLess(chi_square(b"".join(each[:72] for each in messages)), CHI_SQUARE_BOUND)
                self.assertLess(chi_square(b"".join(each[-40:] for each in messages)), CHI_SQUARE_BOUND)

    def test_every_bit_of_the_representatives_is_a_coin(self):
        bound = 5.5 / (2 * math.sqrt(COUNT))
        for messages in (*self.ours, *self.its):
            for bit, share in enumerate(bit_shares(messages)):
                self.assertLess(abs(share - 0.5), bound, f"bit {bit}")

    def test_no_two_hellos_share_bytes(self):
        starts = {each[:16] for each in self.ours[0]} | {each[-16:] for each in self.ours[0]}
        self.assertEqual(len(starts), 2 * len(self.ours[0]))

    def test_the_measure_bites(self):
        its = [len(each) for each in self.its[0]]
        narrow = [random.randint(141, 6000) for _ in range(COUNT)]
        self.assertGreater(ks_distance(narrow, its), ks_bound(narrow, its))
        printable = bytes(random.choice(b"0123456789abcdef") for _ in range(COUNT))
        self.assertGreater(chi_square(printable), CHI_SQUARE_BOUND)
        clear_top = [bytes([*each[:31], each[31] & 0x3F]) for each in self.its[0]]
        self.assertLess(bit_shares(clear_top)[255], 0.1)


if __name__ == "__main__":
    main()
