"""The measurements of `script/bench --signal`: in every round each proxy has its turn, fresh processes each time."""

import collections
import contextlib
import dataclasses
import os
import resource
import statistics
import subprocess
import time

import peers
import rows

MB = 1_000_000
GB = 1_000_000_000
SETTLE = 0.2  # seconds after a load until what it left to do is done
WARM = 64     # connections before anything is counted
PARALLEL = 64
SLICES = 5     # of the echoes
OF_EACH = [row.key for row in rows.ROWS if row.key != "cores"]


@dataclasses.dataclass(frozen=True)
class Sizes:
    rounds: int
    bulk: int
    connections: int
    idle: int
    echoes: int
    held: int  # idle connections that shall be held, once; 0: not tried


FULL = Sizes(rounds=5, bulk=300 * MB, connections=1000, idle=1000, echoes=5000, held=20_000)
QUICK = Sizes(rounds=1, bulk=150 * MB, connections=500, idle=500, echoes=2000, held=0)


class Failed(Exception):
    """One of the proxies did not do what was to be measured."""


class Load:
    """The program of load.cpp on its core, and its backend."""

    def __init__(self, program):
        self.program = program
        self._backend = self._start("backend")
        self.backend = int(self._backend.stdout.readline())

    def _start(self, *words):
        return subprocess.Popen([self.program, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                preexec_fn=lambda: os.sched_setaffinity(0, {peers.LOAD_CORE}))

    def numbers(self, *words):
        with self._start(*words) as running:
            try:
                said, _ = running.communicate(timeout=120)
            except subprocess.TimeoutExpired:
                running.kill()
                raise Failed(f"the load was not done after 120 s: {words}") from None
        if running.returncode != 0:
            raise Failed(f"the load failed ({running.returncode}): {words}")
        return [float(word) for word in said.split()]

    @contextlib.contextmanager
    def idle(self, port, count):
        """Connections that stand meanwhile: those that could be opened, and a function that says how many still stand."""
        with self._start("idle", port, count) as process:
            def number(word):
                if not word:
                    process.kill()
                    raise Failed(f"the load of {count} idle connections ended ({process.wait()})")
                return int(word)

            held = number(process.stdout.readline())
            yield held, lambda: number(process.communicate("", timeout=60)[0])
            process.stdin.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._backend.stdin.close()
        self._backend.wait(5)
        self._backend.stdout.close()


def raise_descriptors():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Measurement:
    def __init__(self, load, makers, sizes, tell):
        """`makers` make a proxy each, by whose it is; called with the cores to run on."""
        self.load, self.makers, self.sizes, self.tell = load, makers, sizes, tell
        # By row and by whose: a sample a round, None where the proxy failed.
        self.of = collections.defaultdict(lambda: collections.defaultdict(list))
        self.failures = []

    def rounds(self):
        order = list(self.makers.items())
        for number in range(self.sizes.rounds):
            # Nobody is always the first, who meets the machine as others left it.
            first = number % len(order)
            for who, maker in order[first:] + order[:first]:
                self.tell(f"round {number + 1} of {self.sizes.rounds}: {who}")
                samples = {}
                with self._failing(who), maker((peers.PROXY_CORE,)) as proxy:
                    self._turn(proxy, samples)
                self._keep(who, samples, OF_EACH)
            samples = {}
            with self._failing("ours"):
                self._two_cores(samples)
            self._keep("ours", samples, ("cores",))

    @contextlib.contextmanager
    def _failing(self, who):
        """What fails with one proxy is told and costs that one's samples alone."""
        try:
            yield
        except (Failed, OSError, RuntimeError, subprocess.SubprocessError) as error:
            self.failures.append(f"{who}: {error}")
            self.tell(self.failures[-1])

    def _keep(self, who, samples, keys):
        for key in keys:
            self.of[key][who].append(samples.get(key))

    def _turn(self, proxy, samples):
        self.load.numbers("connections", proxy.port, "full", WARM, 16)
        self._idle(proxy, samples)
        self._connections(proxy, samples)
        self._bulk(proxy, samples)
        self._echo(proxy, samples)

    def _spent(self, proxy, *words):
        before = proxy.cpu()
        self.load.numbers(*words)
        time.sleep(SETTLE)
        return proxy.cpu() - before

    def _idle(self, proxy, samples):
        before = proxy.memory()
        with self.load.idle(proxy.port, self.sizes.idle) as (held, _):
            time.sleep(1)
            samples["idle"] = (proxy.memory() - before) / max(held, 1)

    def _connections(self, proxy, samples):
        for kind in ("full", "resumed"):
            spent = self._spent(proxy, "connections", proxy.port, kind, self.sizes.connections, PARALLEL)
            samples[f"new.{kind}"] = spent * 1e6 / self.sizes.connections

    def _bulk(self, proxy, samples):
        for way in ("down", "up"):
            for streams in (1, 16):
                spent = self._spent(proxy, "bulk", proxy.port, way, streams, self.sizes.bulk)
                samples[f"cpu.{way}.{streams}"] = spent * GB / self.sizes.bulk

    def _echo(self, proxy, samples):
        """Direct and through the proxy by turns, so that both meet the same neighbours on the machine."""
        count = self.sizes.echoes // SLICES
        pairs = [(self.load.numbers("echo", f"raw:{self.load.backend}", 1, count), self.load.numbers("echo", proxy.port, 1, count))
                 for _ in range(SLICES)]
        many = self.load.numbers("echo", proxy.port, PARALLEL, self.sizes.echoes // 20)
        for at, name in enumerate(("p50", "p99")):
            samples[f"echo.{name}"] = max(statistics.median(through[at] - direct[at] for direct, through in pairs), 0.1)
            samples[f"echoes.{name}"] = many[at]

    def _two_cores(self, samples):
        """What two cores do for one: twice, less what a connection costs more there. The load needs both cores too, so
        that it is told from the cost."""
        cost = {}
        for cores in ((peers.PROXY_CORE,), (peers.LOAD_CORE, peers.PROXY_CORE)):
            with self.makers["ours"](cores) as proxy:
                self.load.numbers("connections", proxy.port, "full", WARM, 16)
                cost[len(cores)] = self._spent(proxy, "connections", proxy.port, "full", self.sizes.connections, PARALLEL)
        samples["cores"] = 2 * cost[1] / cost[2]

    def held(self):
        """How many of `sizes.held` connections each holds at once: by whose (None: it failed), of how many."""
        if self.sizes.held == 0:
            return {}, 0
        # A proxy has two descriptors for each, and few more.
        tried = min(self.sizes.held, raise_descriptors() // 2 - 100)
        counts = {}
        for who, maker in self.makers.items():
            self.tell(f"{tried} idle connections: {who}")
            counts[who] = None
            with self._failing(who), maker((peers.PROXY_CORE,)) as proxy:
                with self.load.idle(proxy.port, tried) as (_, still):
                    time.sleep(1)
                    counts[who] = still()
        return counts, tried
