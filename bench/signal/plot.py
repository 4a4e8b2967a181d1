"""The results as an SVG: for each row a bar of each proxy on a scale of its own, with the marks to reach."""

from html import escape

from report import NAMES, number

LEFT, BARS, RIGHT = 300, 400, 150
BAR, GAP, TOP = 9, 16, 74
COLORS = {"ours": "#1f6f8b", "haproxy": "#a39a89", "fused": "#c9c3b8", "pair": "#dfdacf"}
INK, FAINT, GOOD, BAD, PAPER = "#222222", "#666666", "#2e7d32", "#b3261e", "#fbfaf7"


def text(x, y, words, size=12, fill=INK, anchor="start"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
            f'stroke="{PAPER}" stroke-width="3" paint-order="stroke">{escape(words)}</text>')


def mark(x, y, height, dash):
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 3}" y2="{y + height + 2}" stroke="{INK}" stroke-width="1.4"{dash}/>'


def height_of(row):
    return (BAR + 2) * sum(bool(row.get(who)) for who in NAMES)


def row_parts(row, y):
    goals = [(stated, dash) for stated, dash in ((row["required"], ""), (row["aim"], ' stroke-dasharray="3 2"'))
             if stated and stated["value"]]
    shown = [who for who in NAMES if row.get(who)]
    scale = BARS / max([row[who]["median"] for who in shown] + [stated["value"] for stated, _ in goals] or [1])
    parts = [text(LEFT - 12, y + height_of(row) / 2 + 3, row["name"], anchor="end")]
    for at, who in enumerate(shown):
        width = max(row[who]["median"] * scale, 1)
        top = y + at * (BAR + 2)
        parts += [f'<rect x="{LEFT}" y="{top}" width="{width:.1f}" height="{BAR}" fill="{COLORS[who]}" rx="1.5"/>',
                  text(LEFT + width + 5, top + BAR - 1, number(row[who]["median"]), 9, FAINT)]
    parts += [mark(LEFT + stated["value"] * scale, y, height_of(row), dash) for stated, dash in goals]
    said = {"aim": ("aim reached", GOOD), "required": ("required reached" if row["aim"] else "reached", GOOD),
            "missed": ("missed", BAD), "-": ("", FAINT)}[row["verdict"]]
    return parts + [text(LEFT + BARS + 56, y + 9, row["unit"], 10, FAINT), text(LEFT + BARS + 56, y + 21, said[0], 10, said[1])]


def legend():
    parts, x = [], LEFT
    for who, name in NAMES.items():
        parts += [f'<rect x="{x}" y="43" width="16" height="{BAR}" fill="{COLORS[who]}"/>', text(x + 21, 52, name)]
        x += 42 + 7 * len(name)
    for name, dash in (("required", ""), ("aim", ' stroke-dasharray="3 2"')):
        parts += [mark(x + 4, 42, 10, dash), text(x + 12, 52, name)]
        x += 32 + 7 * len(name)
    return parts


def svg(result):
    height = TOP + sum(height_of(row) + GAP for row in result["rows"])
    width = LEFT + BARS + RIGHT + 40
    machine = result["machine"]
    about = f"{machine['cpu']}, {result['date']}; each row has its own scale"
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
             f'viewBox="0 0 {width} {height}" font-family="Helvetica, Arial, sans-serif">',
             f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
             text(16, 26, "rozaneh signal beside other TLS proxies", 16), text(width - 16, 26, about, 11, FAINT, "end"), *legend()]
    y = TOP
    for row in result["rows"]:
        parts += row_parts(row, y)
        y += height_of(row) + GAP
    return "\n".join([*parts, "</svg>", ""])
