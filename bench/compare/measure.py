"""The measurements: rounds in which each program has its turn, samples by row."""

import collections
import contextlib
import dataclasses
import time

import loads
from peers import Tunnel
from rows import DIRECTIONS, SIDES

MB = 1_000_000
GB = 1_000_000_000


@dataclasses.dataclass(frozen=True)
class Sizes:
    rounds: int
    bulk: int  # bytes of a transfer
    connections: int
    idle: int
    iat: int  # bytes of a stream with pauses


FULL = Sizes(rounds=5, bulk=256 * MB, connections=1000, idle=500, iat=400_000)
QUICK = Sizes(rounds=3, bulk=48 * MB, connections=250, idle=200, iat=60_000)
PARALLEL = 16    # connections opened at once
IAT_TUNNELS = 6  # each with tables of its own, so that the luck of one does not decide


class Samples:
    """Values by row and by whose they are."""

    def __init__(self):
        self.of = collections.defaultdict(lambda: collections.defaultdict(list))

    def add(self, row, who, value):
        self.of[row][who].append(value)


class Measurement:
    def __init__(self, load, programs, sizes, tell):
        self.load, self.programs, self.sizes, self.tell = load, programs, sizes, tell
        self.samples = Samples()
        self.mixed = collections.defaultdict(list)
        self.panics = collections.Counter()  # tunnels that broke in the iat-modes

    def tunnel(self, client, server, iat_mode=0):
        return Tunnel(self.programs[client], self.programs[server], self.load.sink_port, iat_mode)

    def rounds(self, what):
        for number in range(self.sizes.rounds):
            self.tell(f"{what}: round {number + 1} of {self.sizes.rounds}")
            yield number

    def carrying(self):
        """CPU and throughput of one stream: both programs, the plain relay, and each program's client with the
        other's server."""
        with contextlib.ExitStack() as stack:
            tunnels = {pair: stack.enter_context(self.tunnel(*pair))
                       for pair in (("ours", "ours"), ("theirs", "theirs"), ("ours", "theirs"), ("theirs", "ours"))}
            relays, relay_where = self.load.relays()
            for relay in relays:
                stack.enter_context(relay)
            for tunnel in tunnels.values():
                for direction in DIRECTIONS:
                    self.load.bulk(tunnel.where, direction, 4 * MB)  # past the first connection's costs
            for _ in self.rounds("one stream"):
                for direction in DIRECTIONS:
                    for pair, tunnel in tunnels.items():
                        self._carry(pair, tunnel, direction)
                    self.samples.add(f"speed.{direction}", "relay",
                                     self.load.bulk(relay_where, direction, self.sizes.bulk) / MB)

    def _carry(self, pair, tunnel, direction):
        speed, cpu = loads.spent(tunnel, lambda: self.load.bulk(tunnel.where, direction, self.sizes.bulk))
        cpu = {side: seconds * GB / self.sizes.bulk for side, seconds in cpu.items()}
        self.mixed[*pair, direction].append({"speed": speed / MB, **cpu})
        client, server = pair
        if client != server:
            return
        self.samples.add(f"speed.{direction}", client, speed / MB)
        for side in SIDES:
            self.samples.add(f"cpu.{side}.{direction}", client, cpu[side])

    def connecting(self):
        """Fresh processes each time: their size, the growth by idle connections, the CPU of new ones."""
        for _ in self.rounds("connections"):
            for who in self.programs:
                with self.tunnel(who, who) as tunnel:
                    time.sleep(0.5)
                    size = tunnel.memory("VmRSS")
                    idle = self._idle(tunnel)
                    _, cpu = loads.spent(
                        tunnel, lambda: self.load.connections(tunnel.where, self.sizes.connections, PARALLEL))
                for side in SIDES:
                    self.samples.add(f"start.{side}", who, size[side] * 1024 / MB)
                    self.samples.add(f"idle.{side}", who, idle[side])
                    self.samples.add(f"connection.{side}", who, cpu[side] * 1000 / self.sizes.connections)

    def _idle(self, tunnel):
        """KiB a connection. One connection has come and gone before, so that what the first one brings is not
        counted for each."""
        self.load.connections(tunnel.where, 1, 1)
        time.sleep(0.2)
        before = tunnel.memory("Pss")
        with self.load.idle(tunnel.where, self.sizes.idle):
            time.sleep(1.1)
            after = tunnel.memory("Pss")
        time.sleep(0.3)
        return {side: (after[side] - before[side]) / self.sizes.idle for side in SIDES}

    def pausing(self):
        """iat-modes 1 and 2: several tunnels at once, a stream each way through each."""
        for _ in self.rounds("iat-modes"):
            for mode in (1, 2):
                for who in self.programs:
                    self._pause(who, mode)

    def _pause(self, who, mode):
        with contextlib.ExitStack() as stack:
            tunnels = [stack.enter_context(self.tunnel(who, who, mode)) for _ in range(IAT_TUNNELS)]
            before = [tunnel.cpu() for tunnel in tunnels]
            jobs = [(tunnel.where, direction) for tunnel in tunnels for direction in DIRECTIONS]
            speeds = self.load.streams(jobs, self.sizes.iat)
            time.sleep(loads.SETTLE)
            each_way = list(zip(*[iter(speeds)] * len(DIRECTIONS)))
            whole = [number for number, both in enumerate(each_way) if all(both) and tunnels[number].alive()]
            # obfs4proxy panics in mode 2 once it draws the length 0; only of the peer is that put up with.
            self.panics[who] += IAT_TUNNELS - len(whole)
            if who == "ours" and self.panics[who]:
                raise RuntimeError(f"a stream of ours broke in iat-mode {mode}")
            spent = sum(sum(tunnels[number].cpu().values()) - sum(before[number].values()) for number in whole)
        if not whole:
            raise RuntimeError(f"all streams of obfs4proxy broke in iat-mode {mode}")
        # The mean of the times, not of the speeds: one lucky table must not weigh more than an unlucky one.
        done = [speed for number in whole for speed in each_way[number]]
        self.samples.add(f"iat{mode}.speed", who, len(done) / sum(1 / speed for speed in done) / 1000)
        self.samples.add(f"iat{mode}.cpu", who, spent * GB / (len(done) * self.sizes.iat))
