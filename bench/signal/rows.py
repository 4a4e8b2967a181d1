"""What is measured of the TLS proxies, and what is required of ours beside HAProxy."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Row:
    key: str
    name: str
    unit: str
    required: tuple | None = None  # a factor and whose, or an absolute value and ""
    aim: tuple | None = None
    more_is_better: bool = False

    def bound(self, goal, samples):
        """The value that the goal comes to; None if that whom it is measured by never came to an end."""
        if not goal[1]:
            return goal[0]
        there = known(samples[goal[1]])
        return goal[0] * statistics.median(there) if there else None

    def met(self, goal, samples):
        """By the median of the rounds, each round compared with itself."""
        found = ratio(samples, goal[1]) if goal[1] else median(samples["ours"])
        if found is None:
            return False
        return found >= goal[0] if self.more_is_better else found <= goal[0]

    def verdict(self, samples):
        if self.required is None:
            return "-"
        if not self.met(self.required, samples):
            return "missed"
        return "aim" if self.aim and self.met(self.aim, samples) else "required"


def known(values):
    return [value for value in values if value is not None]


def median(values):
    return statistics.median(known(values)) if known(values) else None


def of_haproxy(factor):
    return (factor, "haproxy")


NOT_ABOVE, BULK_AIM = of_haproxy(1), of_haproxy(0.8)
ROWS = (
    Row("cpu.down.1", "CPU per GB, down, 1 connection", "s/GB", NOT_ABOVE, BULK_AIM),
    Row("cpu.down.16", "CPU per GB, down, 16 connections", "s/GB", NOT_ABOVE, BULK_AIM),
    Row("cpu.up.1", "CPU per GB, up, 1 connection", "s/GB", NOT_ABOVE),
    Row("cpu.up.16", "CPU per GB, up, 16 connections", "s/GB", NOT_ABOVE),
    Row("new.full", "CPU of a new connection, full handshake", "µs", of_haproxy(0.9), of_haproxy(0.7)),
    Row("new.resumed", "CPU of a new connection, resumed", "µs", of_haproxy(0.9), of_haproxy(0.7)),
    Row("idle", "memory of an idle connection", "KiB", (12, ""), (8, "")),
    Row("echo.p50", "1 KB echo, added to direct, median", "µs", NOT_ABOVE),
    Row("echo.p99", "1 KB echo, added to direct, 99th of 100", "µs", NOT_ABOVE),
    Row("echoes.p50", "1 KB echo, 64 connections, median", "µs"),
    Row("echoes.p99", "1 KB echo, 64 connections, 99th of 100", "µs"),
    Row("cores", "two cores for one, new connections", "times", (1.8, ""), None, True),
)


def spread(values):
    there = known(values)
    if not there:
        return None
    return {"median": statistics.median(there), "min": min(there), "max": max(there), "samples": values}


def ratio(samples, other):
    """The median of the rounds in which both came to their end; None without any."""
    if other not in samples:
        return None
    return median([ours / theirs for ours, theirs in zip(samples["ours"], samples[other]) if None not in (ours, theirs)])


def judge(row, samples):
    """A row as it is kept and printed."""
    def goal(stated):
        return stated and {"text": f"{stated[0]:g} ×" if stated[1] else f"{stated[0]:g}", "value": row.bound(stated, samples)}
    return {"key": row.key, "name": row.name, "unit": row.unit, "more_is_better": row.more_is_better,
            **{who: spread(values) for who, values in samples.items()},
            "to_haproxy": ratio(samples, "haproxy"), "to_pair": ratio(samples, "pair"),
            "required": goal(row.required), "aim": goal(row.aim), "verdict": row.verdict(samples)}
