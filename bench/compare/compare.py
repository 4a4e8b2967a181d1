#!/usr/bin/env python3
"""Measures our program beside obfs4proxy on this machine; called by script/bench.

Both are driven alike, as managed pluggable transports on loopback, by the program of load.cpp, in turn. The scheduler
is left alone, for both: four processes share the cores as they would elsewhere.
"""

import argparse
import datetime
import pathlib
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))

import kept
import loads
import machine
import measure
import peers
import plot
import report
import rows


def words():
    parser = argparse.ArgumentParser(description="Measures rozaneh beside obfs4proxy.")
    parser.add_argument("--rozaneh", required=True, help="our program")
    parser.add_argument("--load", required=True, help="the program of load.cpp")
    parser.add_argument("--obfs4proxy", default="obfs4proxy")
    parser.add_argument("--quick", action="store_true", help="less of everything, under a minute")
    parser.add_argument("--docs", help="folder whose performance.md, .json and .svg are rewritten")
    return parser.parse_args()


def version(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]


def run(options, tell):
    sizes = measure.QUICK if options.quick else measure.FULL
    programs = {"ours": [options.rozaneh, "pt"], "theirs": [options.obfs4proxy]}
    with loads.Load(options.load) as load:
        measurement = measure.Measurement(load, programs, sizes, tell)
        measurement.carrying()
        measurement.connecting()
        measurement.pausing()
    names = {"ours": "rozaneh", "theirs": "obfs4proxy"}
    return {
        "command": "script/bench" + (" --quick" if options.quick else ""),
        "date": datetime.date.today().isoformat(),
        "machine": machine.facts(),
        "programs": {"ours": version(options.rozaneh, "--version"), "theirs": version(options.obfs4proxy, "-version")},
        "rounds": sizes.rounds,
        "broken": {"of": sizes.rounds * 2 * measure.IAT_TUNNELS, "theirs": measurement.panics["theirs"]},
        "rows": [rows.judge(row, measurement.samples.of[row.key]) for row in rows.ROWS],
        "mixed": [{"client": names[client], "server": names[server], "direction": direction, "samples": samples}
                  for (client, server, direction), samples in measurement.mixed.items()]}


def keep(result, folder):
    kept.keep(folder, "performance", (report.BEGIN, report.END), report.measured(result), result, plot.svg(result))


def main():
    options = words()
    peers.allow_many_descriptors()
    on_terminal = sys.stderr.isatty()

    def tell(what):
        print(f"\r\033[K{what}" if on_terminal else what, end="" if on_terminal else "\n", file=sys.stderr, flush=True)

    result = run(options, tell)
    if on_terminal:
        print("\r\033[K", end="", file=sys.stderr)
    print(report.table(result["rows"]))
    print(report.relay_line(result["rows"]))
    print("\n".join("  ".join(cell.ljust(12) for cell in line) for line in report.mixed_lines(result["mixed"])))
    if options.docs:
        keep(result, pathlib.Path(options.docs))
    missed = [row["name"] for row in result["rows"] if row["verdict"] == "missed"]
    print("missed: " + ", ".join(missed) if missed else "all that is required is reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
