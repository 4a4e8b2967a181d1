"""What is measured: each row, what is required of it and what we aim at, and the verdict on its samples."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Goal:
    """A bound: an absolute value, or a multiple of what the peer or the plain relay reached in the same round."""

    value: float
    of: str = ""  # "", "theirs" or "relay"

    def bound(self, samples):
        return self.value * (statistics.median(samples[self.of]) if self.of else 1)

    def met(self, samples, more_is_better):
        """By the median of the rounds, each round compared with itself."""
        against = samples[self.of] if self.of else [1] * len(samples["ours"])
        ratio = statistics.median(ours / other for ours, other in zip(samples["ours"], against))
        return ratio >= self.value if more_is_better else ratio <= self.value

    def text(self):
        if not self.of:
            return f"{self.value:g}"
        if self.of == "relay":
            return "relay"
        return f"1/{1 / self.value:.0f}" if self.value < 0.9 else f"{self.value:g} ×"


@dataclasses.dataclass(frozen=True)
class Row:
    key: str
    name: str
    unit: str
    required: Goal
    aim: Goal | None = None
    more_is_better: bool = False

    def verdict(self, samples):
        if not self.required.met(samples, self.more_is_better):
            return "missed"
        return "aim" if self.aim and self.aim.met(samples, self.more_is_better) else "required"


SIDES = ("client", "server")
DIRECTIONS = ("down", "up")
A_THIRD, A_FIFTH = Goal(1 / 3, "theirs"), Goal(1 / 5, "theirs")
# Both programs draw tables of pauses and lengths by chance; with as many as are drawn here, chance alone moves the
# medians by up to a tenth.
NOT_SLOWER = Goal(0.9, "theirs")

ROWS = (
    *(Row(f"cpu.{side}.{way}", f"CPU per GB, {side}, {way}", "s/GB", A_THIRD, A_FIFTH)
      for way in DIRECTIONS for side in SIDES),
    *(Row(f"speed.{way}", f"one stream, {way}", "MB/s", Goal(2, "theirs"), Goal(1, "relay"), True)
      for way in DIRECTIONS),
    *(Row(f"connection.{side}", f"CPU of a new connection, {side}", "ms", A_THIRD, Goal(0.2)) for side in SIDES),
    *(Row(f"idle.{side}", f"memory of an idle connection, {side}", "KiB", Goal(12), Goal(6)) for side in SIDES),
    *(Row(f"start.{side}", f"resident size at start, {side}", "MB", Goal(6), Goal(3)) for side in SIDES),
    *(Row(f"iat{mode}.speed", f"iat-mode {mode}, one of several streams", "KB/s", NOT_SLOWER, None, True)
      for mode in (1, 2)),
    *(Row(f"iat{mode}.cpu", f"iat-mode {mode}, CPU per GB, both sides", "s/GB", Goal(1, "theirs"))
      for mode in (1, 2)),
)


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "samples": values}


def judge(row, samples):
    """A row as it is kept and printed."""
    ratios = [ours / theirs for ours, theirs in zip(samples["ours"], samples["theirs"])]
    return {"key": row.key, "name": row.name, "unit": row.unit, "more_is_better": row.more_is_better,
            **{who: spread(values) for who, values in samples.items()}, "ratio": spread(ratios),
            "required": {"text": row.required.text(), "value": row.required.bound(samples)},
            "aim": row.aim and {"text": row.aim.text(), "value": row.aim.bound(samples)},
            "verdict": row.verdict(samples)}
