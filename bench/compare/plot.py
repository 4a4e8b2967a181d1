"""The results as an SVG: for each row a bar of each program on a scale of its own, with the marks to reach."""

from html import escape

from report import number

LEFT, BARS, RIGHT = 290, 430, 130
BAR, GAP, TOP = 11, 16, 74
OURS, THEIRS, INK, FAINT, GOOD, BAD = "#1f6f8b", "#c9c3b8", "#222222", "#666666", "#2e7d32", "#b3261e"
PAPER = "#fbfaf7"


def text(x, y, words, size=12, fill=INK, anchor="start"):
    # Edged with the background, so that it stays readable where it lies on a mark.
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
            f'stroke="{PAPER}" stroke-width="3" paint-order="stroke">{escape(words)}</text>')


def bar(y, width, fill):
    return f'<rect x="{LEFT}" y="{y}" width="{max(width, 1):.1f}" height="{BAR}" fill="{fill}" rx="1.5"/>'


def mark(x, y, dash):
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 3}" y2="{y + 2 * BAR + 4}" stroke="{INK}" stroke-width="1.4"{dash}/>'


def row_parts(row, y):
    goals = [(row["required"], ""), (row["aim"], ' stroke-dasharray="3 2"')]
    theirs = row["theirs"]["median"] if row["theirs"] else None
    longest = max(row["ours"]["median"], theirs or 0, *(stated["value"] for stated, _ in goals if stated))
    scale = BARS / (longest or 1)
    parts = [text(LEFT - 12, y + BAR + 3, row["name"], anchor="end")]
    bars = [(row["ours"]["median"], OURS, y)] + ([(theirs, THEIRS, y + BAR + 2)] if theirs is not None else [])
    parts += [bar(at, value * scale, fill) for value, fill, at in bars]
    parts += [mark(LEFT + stated["value"] * scale, y, dash) for stated, dash in goals if stated]
    parts += [text(LEFT + value * scale + 5, at + BAR - 2, number(value), 10, FAINT) for value, _, at in bars]
    reached = {"aim": ("aim reached", GOOD), "required": ("required reached", GOOD), "missed": ("missed", BAD)}
    words, fill = reached[row["verdict"]]
    if row["verdict"] == "required" and not row["aim"]:
        words = "reached"
    parts += [text(LEFT + BARS + 48, y + BAR - 2, row["unit"], 10, FAINT),
              text(LEFT + BARS + 48, y + 2 * BAR, words, 10, fill)]
    return parts


def legend(peer):
    y = 52
    return [f'<rect x="{LEFT}" y="{y - 9}" width="18" height="{BAR}" fill="{OURS}"/>', text(LEFT + 24, y, "rozaneh"),
            f'<rect x="{LEFT + 90}" y="{y - 9}" width="18" height="{BAR}" fill="{THEIRS}"/>',
            text(LEFT + 114, y, peer),
            f'<line x1="{LEFT + 205}" x2="{LEFT + 205}" y1="{y - 12}" y2="{y + 4}" stroke="{INK}" stroke-width="1.4"/>',
            text(LEFT + 212, y, "required"),
            f'<line x1="{LEFT + 285}" x2="{LEFT + 285}" y1="{y - 12}" y2="{y + 4}" stroke="{INK}" '
            'stroke-width="1.4" stroke-dasharray="3 2"/>', text(LEFT + 292, y, "aim")]


def svg(result, title="rozaneh beside obfs4proxy", peer="obfs4proxy"):
    pitch = 2 * BAR + 2 + GAP
    height = TOP + pitch * len(result["rows"]) + 6
    width = LEFT + BARS + RIGHT + 40
    machine = result["machine"]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
             f'viewBox="0 0 {width} {height}" font-family="Helvetica, Arial, sans-serif">',
             f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
             text(16, 26, title, 16),
             text(width - 16, 26, f"{machine['cpu']}, {machine['cores']} cores, {result['date']}; each row has its own scale",
                  11, FAINT, "end"), *legend(peer)]
    for number_of_row, row in enumerate(result["rows"]):
        parts += row_parts(row, TOP + pitch * number_of_row)
    return "\n".join([*parts, "</svg>", ""])
