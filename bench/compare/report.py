"""The results as text: a table on the terminal, and the part of docs/performance.md between its markers."""

import statistics

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def values(spread):
    return f"{number(spread['median'])} ({number(spread['min'])}-{number(spread['max'])})"


def goal(stated):
    if stated is None:
        return "-"
    return f"{stated['text']} = {number(stated['value'])}" if not stated["text"][0].isdigit() or \
        "/" in stated["text"] or "×" in stated["text"] else stated["text"]


HEAD = ["", "unit", "rozaneh", "obfs4proxy", "ratio", "required", "aim", "reached"]


def cells(row):
    return [row["name"], row["unit"], values(row["ours"]), values(row["theirs"]), values(row["ratio"]),
            goal(row["required"]), goal(row["aim"]), row["verdict"]]


def table(rows):
    lines = [HEAD] + [cells(row) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown(lines):
    rule = ["---"] * len(lines[0])
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], rule, *lines[1:]])


def mixed_lines(mixed):
    lines = [["client", "server", "direction", "client s/GB", "server s/GB", "MB/s"]]
    for entry in mixed:
        middle = [number(statistics.median(sample[key] for sample in entry["samples"]))
                  for key in ("client", "server", "speed")]
        lines.append([entry["client"], entry["server"], entry["direction"], *middle])
    return lines


def relay_line(rows):
    speeds = {row["key"].split(".")[1]: row["relay"] for row in rows if "relay" in row}
    return "The plain relay of the same rounds: " + ", ".join(
        f"{values(speed)} MB/s {direction}" for direction, speed in speeds.items()) + "."


def broken_line(broken):
    return (f"Of {broken['of']} tunnels of obfs4proxy in the iat-modes, {broken['theirs']} broke (its panic \"iat length "
            "was 0\", where a table of lengths holds a 0) and are left out.")


def measured(result):
    machine = result["machine"]
    return "\n\n".join([
        BEGIN,
        f"`{result['command']}`, {result['date']}: {machine['cpu']}, {machine['cores']} cores, "
        f"Linux {machine['kernel']}; {result['programs']['ours']} against {result['programs']['theirs']}; "
        f"{result['rounds']} rounds.",
        "Medians (least-most); ratios are of the same round. `reached` is the strongest of required and aim that holds.",
        markdown([HEAD] + [cells(row) for row in result["rows"]]),
        relay_line(result["rows"]),
        "Each program with itself and with the other, CPU seconds per GB:",
        markdown(mixed_lines(result["mixed"])),
        broken_line(result["broken"]),
        END])
