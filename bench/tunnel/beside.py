#!/usr/bin/env python3
"""Measures the tunnel's sessions beside what others carry; called by script/bench --tunnel.

On loopback, where what counts is the processor's time, and over the lab's path of 50 ms and 100 Mbit/s, with somebody on
it who cuts, throttles or freezes connections. All in one run, ours and the others in turn.
"""

import argparse
import contextlib
import datetime
import json
import pathlib
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parent / "compare")]

import loads  # noqa: E402
import machine  # noqa: E402
import outcome  # noqa: E402
import peers  # noqa: E402
import programs  # noqa: E402

GB = 1_000_000_000
QUICK = {"rounds": 2, "bulk": 48_000_000, "megabytes": 60, "page": 1_000_000, "sessions": 1000, "age": 0}
FULL = {"rounds": 5, "bulk": 256_000_000, "megabytes": 1000, "page": 10_000_000, "sessions": 9900, "age": 125}
STREAMS = 100


def tell(what):
    print(what, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, options):
        self.rozaneh, self.options = options.rozaneh, options
        self.sizes = QUICK if options.quick else FULL
        self.rows = []

    def add(self, name, unit, ours, required, **more):
        self.rows.append(outcome.judged(name, unit, ours, required, **more))

    # --- on loopback ---

    def bulk(self):
        """CPU of both sides, a stream of bulk in turn through each."""
        with contextlib.ExitStack() as stack:
            load = stack.enter_context(loads.Load(self.options.load))
            pairs = {
                "session over TCP": programs.Ours(self.rozaneh, "plain"),
                "shadowsocks-libev": programs.Shadowsocks(),
                "session over obfs4": programs.Ours(self.rozaneh, "obfs4"),
                "obfs4proxy": programs.Obfs4proxy(f"127.0.0.1:{load.sink_port}"),
            }
            spent = {}
            for pair in pairs.values():
                stack.enter_context(pair)
            for turn in range(self.sizes["rounds"]):
                tell(f"bulk: round {turn + 1} of {self.sizes['rounds']}")
                for direction in ("down", "up"):
                    for name, pair in pairs.items():
                        where = pair.where if ":" in pair.where else f"{pair.where}:{load.sink_port}"
                        if turn == 0:
                            load.bulk(where, direction, 4_000_000)  # past the first connection's costs
                        _, cpu = loads.spent(pair, lambda w=where, d=direction: load.bulk(w, d, self.sizes["bulk"]))
                        for side, seconds in cpu.items():
                            spent.setdefault((name, direction, side), []).append(seconds * GB / self.sizes["bulk"])
        for ours, theirs, share in (("session over TCP", "shadowsocks-libev", 1), ("session over obfs4", "obfs4proxy", 0.45)):
            for direction in ("down", "up"):
                for side in ("client", "server"):
                    mine, other = spent[ours, direction, side], spent[theirs, direction, side]
                    ratio = statistics.median(a / b for a, b in zip(mine, other))
                    self.add(f"CPU per GB, {ours}, {side}, {direction}", "s/GB", statistics.median(mine),
                             statistics.median(other) * share, peer=theirs, theirs=statistics.median(other), met=ratio <= share,
                             stated=f"{share:g} × its", ratio=ratio)

    def memory(self):
        """Of the server, for sessions that are idle, each with a connection of obfs4."""
        count = self.sizes["sessions"]
        tell(f"memory: {count} sessions")
        with programs.Ours(self.rozaneh, "obfs4", "--max-connections", "0") as ours:
            before = pss(ours.server)
            with peers.Process([self.options.sessions, ours.link, str(count)]) as crowd:
                crowd._watch = threading.Timer(180, crowd.child.kill)
                crowd.lines_until("ready")
                time.sleep(2)
                each = (pss(ours.server) - before) / count
        self.add(f"memory of an idle session on the server, {count} of them over obfs4", "KiB", each, 20)

    # --- over the lab's path ---

    @staticmethod
    def file_of(part):
        name, *scale = part.split("@")
        file = HERE / "paths" / f"{name}.toml"
        return "@".join([str(file) if file.exists() else name, *scale])

    def lab(self, path, what, program, *words):
        """What path.py says of a program on a path: names of paths/*.toml or of censors, with their scales."""
        there = "+".join(self.file_of(part) for part in path.split("+"))
        program = program.replace("ours:", f"{self.rozaneh}:")
        done = subprocess.run([self.rozaneh, "lab", "run", there, "--", sys.executable, "-B", str(HERE / "path.py"), what, program,
                               *map(str, words)], stdout=subprocess.PIPE, text=True, check=True, timeout=900)
        return json.loads(done.stdout)

    def cuts(self):
        megabytes = self.sizes["megabytes"]
        tell(f"{megabytes} MB in {STREAMS} streams: uncut")
        uncut = self.lab("line", "streams", "ours:obfs4:plain", megabytes, STREAMS)
        lost = {}
        for peer in ("obfs4proxy", "shadowsocks", "ssh"):
            tell(f"the same through {peer}, cut after 2 s")
            lost[peer] = self.lab("line+cut@30", "streams", peer, megabytes, STREAMS)["lost"]
        for seconds, scale in ((2, "@30"), (60, "")):
            tell(f"the same, cut after {seconds} s")
            cut = self.lab(f"line+cut{scale}", "streams", "ours:obfs4:plain", megabytes, STREAMS)
            when = f"every connection cut after {seconds} s"
            others = {"peer": ", ".join(lost), "theirs": min(lost.values())} if seconds == 2 else {}
            self.add(f"streams lost of {STREAMS}, {when}", "", cut["lost"], 0, **others)
            self.add(f"goodput, {when}", "of uncut", cut["goodput"] / uncut["goodput"], 0.8, more_is_better=True)
            self.add(f"longest pause of a stream, {when}", "s", cut["pause"], 1)

    def throttled(self):
        tell("each connection held to 1 Mbit/s")
        one = self.lab("throttle", "page", "direct", self.sizes["page"] // 10)["goodput"] * 8e-6
        for transport in ("obfs4", "webtunnel", "plain"):
            four = self.lab("throttle", "page", f"ours:{transport}:parallel", self.sizes["page"])["goodput"] * 8e-6
            self.add(f"each connection held to 1 Mbit/s, four allowed, {transport}", "Mbit/s", four, 3.6, more_is_better=True,
                     peer="one TCP connection", theirs=one)

    def frozen(self):
        tell("each connection frozen after 16 KB")
        ours = self.lab("freeze", "page", "ours:webtunnel:small", 1_000_000)
        theirs = self.lab("freeze", "page", "shadowsocks", 1_000_000)
        self.add("1 MB, each connection frozen after 16 KB, WebTunnel: lost", "", ours["lost"], 0, peer="shadowsocks", theirs=theirs["lost"])
        self.add("the same: how long it takes", "s", ours["seconds"], None)

    def election(self):
        tell("Iran, 14 June 2013")
        ours = self.lab("iran-2013-06-14", "page", "ours:http:plain", 100_000)
        theirs = self.lab("iran-2013-06-14", "page", "shadowsocks", 100_000)
        self.add("100 KB behind iran-2013-06-14, HTTP carrier: lost", "", ours["lost"], 0, peer="shadowsocks", theirs=theirs["lost"])

    def starts(self):
        for transport, trips in (("obfs4", 3), ("webtunnel", 4)):
            tell(f"first byte after start, {transport}, the way known, early data (the server waits for {self.sizes['age']} s)")
            told = self.lab("line", "start", f"ours:{transport}", self.sizes["age"])
            self.add(f"start to first byte where the way worked before, {transport}", "round trips", told["trips"], trips + 0.5,
                     stated=f"{trips}, and half a one for the machine")

    def races(self):
        for first_port, what, limit in ((1001, "say nothing", 4), (2001, "reset", 1.5)):
            tell(f"ten links of twelve are dead and {what}")
            told = self.lab("dead", "race", "ours:obfs4", first_port)
            self.add(f"start to first byte, 100 ms, ten links of twelve dead that {what}", "s", told["seconds"], limit)

    def failovers(self):
        for what, policy, most in (("another stands by", HERE / "standby.toml", 2), ("it was the only one", "plain", 4)):
            tell(f"a connection is cut and {what}")
            told = self.lab("dead+cut@15", "failover", f"ours:obfs4:{policy}", 4, most + 0.5)
            self.add(f"a connection is cut and {what}: until the next byte", "round trips", told["trips"], most)

    def run(self):
        for part in (self.bulk, self.memory, self.throttled, self.frozen, self.election, self.starts, self.races, self.failovers, self.cuts):
            part()


def pss(process):
    """KiB."""
    with open(f"/proc/{process.pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


def words():
    parser = argparse.ArgumentParser(description="Measures sessions beside shadowsocks, obfs4proxy and ssh.")
    parser.add_argument("--rozaneh", required=True, help="our program")
    parser.add_argument("--load", required=True, help="the program of bench/compare/load.cpp")
    parser.add_argument("--sessions", required=True, help="the program of sessions.cpp")
    parser.add_argument("--quick", action="store_true", help="less of everything; only prints")
    parser.add_argument("--docs", help="folder whose performance.md, performance-tunnel.json and .svg are rewritten")
    return parser.parse_args()


def main():
    options = words()
    peers.allow_many_descriptors()
    bench = Bench(options)
    bench.run()
    result = {"command": "script/bench --tunnel", "date": datetime.date.today().isoformat(), "rounds": bench.sizes["rounds"],
              "machine": machine.facts(), "rows": bench.rows}
    print(outcome.table(bench.rows))
    if options.docs:
        outcome.keep(result, pathlib.Path(options.docs))
    missed = [row["name"] for row in bench.rows if row["verdict"] == "missed"]
    print("missed: " + "; ".join(missed) if missed else "all that is required is reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
