"""The results as text: a table on the terminal, and its part of docs/performance.md between markers."""

BEGIN, END = "<!-- signal: begin -->", "<!-- signal: end -->"
NAMES = {"ours": "rozaneh", "haproxy": "HAProxy", "fused": "one nginx", "pair": "nginx pair"}


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def values(spread):
    return f"{number(spread['median'])} ({number(spread['min'])}-{number(spread['max'])})" if spread else "-"


def goal(stated):
    if stated is None:
        return "-"
    return f"{stated['text']} = {number(stated['value'])}" if "×" in stated["text"] and stated["value"] else stated["text"]


HEAD = ["", "unit", *NAMES.values(), "to HAProxy", "to the pair", "required", "aim", "reached"]


def cells(row):
    ratios = [number(row[key]) if row[key] else "-" for key in ("to_haproxy", "to_pair")]
    return [row["name"], row["unit"], *(values(row.get(who)) for who in NAMES), *ratios, goal(row["required"]),
            goal(row["aim"]), row["verdict"]]


def table(rows):
    lines = [HEAD] + [cells(row) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown(lines):
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], ["---"] * len(lines[0]), *lines[1:]])


def held_line(held, tried):
    if not held:
        return ""
    names = NAMES | {"shipped": "the nginx pair as shipped (worker_connections 1024)"}
    return f"Of {tried} idle connections stood after a second: " + ", ".join(
        f"{names[who]} {'failed' if count is None else count}" for who, count in held.items()) + "."


def failures_line(failures):
    return "Failed meanwhile, and left out: " + "; ".join(failures) + "." if failures else ""


def measured(result):
    machine = result["machine"]
    return "\n\n".join([
        BEGIN,
        f"`{result['command']}`, {result['date']}: {machine['cpu']}, {machine['cores']} cores, "
        f"Linux {machine['kernel']}; {'; '.join(result['programs'].values())}; {result['rounds']} rounds.",
        "Medians (least-most); ratios are of the same round.",
        markdown([HEAD] + [cells(row) for row in result["rows"]]),
        *filter(None, (held_line(result["held"], result["tried"]), failures_line(result["failures"]))),
        END])
