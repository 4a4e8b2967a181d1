#!/usr/bin/env python3
"""Measures `rozaneh signal` beside nginx and HAProxy doing the same; called by script/bench --signal."""

import argparse
import datetime
import pathlib
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))

import kept
import machine
import measure
import peers
import plot
import report
import rows


def words():
    parser = argparse.ArgumentParser(description="Measures rozaneh signal beside nginx and HAProxy.")
    parser.add_argument("--rozaneh", required=True, help="our program")
    parser.add_argument("--load", required=True, help="the program of load.cpp")
    parser.add_argument("--quick", action="store_true", help="less of everything; only prints")
    parser.add_argument("--docs", help="folder whose performance.md, performance-signal.json and .svg are rewritten")
    return parser.parse_args()


def said(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return (done.stdout or done.stderr).split("\n")[0]


def run(options):
    sizes = measure.QUICK if options.quick else measure.FULL
    def tell(what):
        print(what, file=sys.stderr, flush=True)
    with measure.Load(options.load) as load:
        backend = load.backend
        makers = {"ours": lambda cores: peers.Ours(options.rozaneh, backend, cores),
                  "haproxy": lambda cores: peers.Haproxy(backend, cores),
                  "fused": lambda cores: peers.Nginx(backend, False, cores=cores),
                  "pair": lambda cores: peers.Nginx(backend, True, cores=cores)}
        measurement = measure.Measurement(load, makers, sizes, tell)
        measurement.rounds()
        measurement.makers = {**makers, "shipped": lambda cores: peers.Nginx(backend, True, 1024, cores)}
        held, tried = measurement.held()
    return {"command": "script/bench --signal", "date": datetime.date.today().isoformat(),
            "machine": machine.facts(),
            "programs": {"ours": said(options.rozaneh, "--version"), "haproxy": said("/usr/sbin/haproxy", "-v").split(" 20")[0],
                         "nginx": said("/usr/sbin/nginx", "-v"), "openssl": said("openssl", "version")},
            "rounds": sizes.rounds, "held": held, "tried": tried,
            "failures": measurement.failures,
            "rows": [rows.judge(row, measurement.of[row.key]) for row in rows.ROWS]}


def keep(result, folder):
    kept.keep(folder, "performance-signal", (report.BEGIN, report.END), report.measured(result), result, plot.svg(result))


def main():
    options = words()
    measure.raise_descriptors()
    result = run(options)
    print(report.table(result["rows"]))
    print(report.held_line(result["held"], result["tried"]), report.failures_line(result["failures"]), sep="\n")
    if options.docs:
        keep(result, pathlib.Path(options.docs))
    missed = [row["name"] for row in result["rows"] if row["verdict"] == "missed"]
    if (result["held"].get("ours", result["tried"]) or 0) < result["tried"]:
        missed.append("idle connections held")
    print("missed: " + ", ".join(missed) if missed else "all that is required is reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
