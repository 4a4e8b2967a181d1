"""Rows of results: judged, as a table, as a part of docs/performance.md and as a plot."""

import kept
import plot
from report import markdown, number

BEGIN, END = "<!-- tunnel: begin -->", "<!-- tunnel: end -->"
HEAD = ["", "unit", "rozaneh", "others", "required", "reached"]


def judged(name, unit, ours, required, more_is_better=False, peer=None, theirs=None, met=None, stated=None, ratio=None):
    """`met` says it where the bound is not what decides, but the ratio of each round."""
    if met is None and required is not None:
        met = ours >= required if more_is_better else ours <= required
    verdict = "-" if required is None else "required" if met else "missed"
    return {"name": name, "unit": unit, "ours": {"median": ours}, "peer": peer, "theirs": theirs and {"median": theirs},
            "required": None if required is None else {"value": required, "text": stated or f"{'≥' if more_is_better else '≤'} {required:g}"},
            "aim": None, "ratio": ratio, "more_is_better": more_is_better, "verdict": verdict}


def cells(row):
    mine = number(row["ours"]["median"]) + (f" ({row['ratio']:.2f} ×)" if row["ratio"] else "")
    other = f"{number(row['theirs']['median'])} ({row['peer']})" if row["theirs"] else "-"
    return [row["name"], row["unit"], mine, other, row["required"]["text"] if row["required"] else "-",
            {"required": "yes", "missed": "missed"}.get(row["verdict"], "-")]


def table(rows):
    lines = [HEAD] + [cells(row) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def measured(result):
    machine = result["machine"]
    return "\n\n".join([
        BEGIN,
        f"`{result['command']}`, {result['date']}: {machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}; bulk in "
        f"{result['rounds']} rounds, of which the median.",
        markdown([HEAD] + [cells(row) for row in result["rows"]]),
        END])


def keep(result, folder):
    drawn = result | {"rows": [row for row in result["rows"] if row["required"]]}
    kept.keep(folder, "performance-tunnel", (BEGIN, END), measured(result), result,
              plot.svg(drawn, "rozaneh's sessions beside others", "others"))
