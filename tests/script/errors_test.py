"""docs/errors.md has each failure that the program can tell, in the words of the code, with a cause and a cure."""

import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "docs/errors.md")
STRING = r'"(?:[^"\\]|\\.)*"'
FRONT = "The front of a Signal proxy"
# What stands behind a switch that covers all, for compilers alone.
NEVER = {"unknown", "unknown failure", "unknown answer"}


def body(text, start):
    """From the first brace to the one that closes it; strings have none."""
    begin = text.index("{", start)
    depth = 0
    for match in re.finditer(rf"{STRING}|[{{}}]", text[begin:]):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if depth == 0:
            return text[begin : begin + match.end()]
    raise AssertionError("a brace is missing")


def strings(code):
    whole = re.sub(r'"\s*"', "", code)
    return [found[1:-1] for found in re.findall(STRING, whole)]


def told_by_code():
    """For each part of the program what it says; the lab tells its user by itself what is wrong with a file."""
    told = {}
    for path in glob.glob(os.path.join(ROOT, "src/**/*.*"), recursive=True):
        if not path.endswith((".h", ".cpp")) or "/src/lab/" in path:
            continue
        with open(path, encoding="utf-8") as file:
            text = re.sub(rf"({STRING})|//[^\n]*", lambda match: match.group(1) or "", file.read())
        for match in re.finditer(r"std::string_view describe\((\w+)[^)]*\) \{", text):
            kind = match.group(1)
            if kind == "Failure":
                words = body(text, text.index("kWords = "))
                told[FRONT] = set(strings(words)[1::2])
                continue
            layer = re.search(rf"std::string_view layer_of\({kind}[^)]*\) \{{", text)
            name = strings(body(text, layer.start()))[0]
            told.setdefault(name, set()).update(set(strings(body(text, match.start()))) - NEVER - {""})
    return told


def told_by_page():
    """For each section its sentences; each has a cause and a cure."""
    with open(PAGE, encoding="utf-8") as file:
        sections = re.split(r"^## ", file.read(), flags=re.MULTILINE)[1:]
    told = {}
    for section in sections:
        title, text = section.split("\n", 1)
        rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in text.splitlines() if line.startswith("|")]
        told[title] = set()
        for row in rows[2:]:
            if len(row) != 3 or not all(row):
                sys.exit(f"docs/errors.md: {title}: no cause or cure: {row}")
            told[title].add(row[0])
    return told


def main():
    code, page = told_by_code(), told_by_page()
    if len(code) < 25:
        sys.exit(f"only {len(code)} parts of the program are understood: has the form of describe() changed?")
    wrong = [f"{part} is missing" for part in code.keys() - page.keys()]
    wrong += [f"{part} is no part of the program" for part in page.keys() - code.keys()]
    for part in code.keys() & page.keys():
        wrong += [f"{part}: missing: {each}" for each in code[part] - page[part]]
        wrong += [f"{part}: nothing says: {each}" for each in page[part] - code[part]]
    if wrong:
        sys.exit("docs/errors.md:\n" + "\n".join(sorted(wrong)))
    print(f"{sum(map(len, code.values()))} sentences of {len(code)} parts")


if __name__ == "__main__":
    main()
