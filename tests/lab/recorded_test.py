#!/usr/bin/env python3
"""The recorded run at the censors' own times against what is said of divided ones: recorded_test.py

Compares tests/lab/recorded/results.jsonl with tests/lab/expected.toml and docs/survival.md: who is blocked.
"""

import json
import pathlib
import re
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Cells that come out otherwise when times are divided, and why that must be so: (censor, subject): reason.
DIFFERENT = {}


def recorded():
    lines = (ROOT / "tests/lab/recorded/results.jsonl").read_text(encoding="utf-8").splitlines()
    cells = [cell for cell in map(json.loads, lines) if cell["type"] == "cell"]
    return {(cell["censor"], cell["subject"]): cell for cell in cells}


def row_of(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def survival():
    """Whether it is blocked, of each cell of the page's table that was tried."""
    lines = (ROOT / "docs/survival.md").read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| censor |"))
    subjects = row_of(lines[start])
    blocked = {}
    for row in map(row_of, lines[start + 2 :]):
        named = re.fullmatch(r"\[.*\]\(#(.*)\)", row[0])
        if not named:
            break
        for subject, mark in list(zip(subjects, row))[1:-1]:
            if mark in "✓~✗":
                blocked[named.group(1), subject] = mark == "✗"
    return blocked


class TheRecordedRun(unittest.TestCase):
    def setUp(self):
        self.cells = recorded()
        self.expected = tomllib.loads((ROOT / "tests/lab/expected.toml").read_text(encoding="utf-8"))
        self.bold = {}
        for path in (ROOT / "censors").glob("*.toml"):
            censor = tomllib.loads(path.read_text(encoding="utf-8"))
            if censor.get("bold"):
                self.bold[path.stem] = censor

    def test_was_not_scaled(self):
        self.assertEqual({cell["scale"] for cell in self.cells.values()}, {1})

    def test_has_both_controls_of_each_bold_censor_as_its_file_says(self):
        for name, censor in self.bold.items():
            with self.subTest(name):
                passing = self.cells[name, censor["control"]["passes"]]["fetches"]
                blocked = self.cells[name, censor["control"]["blocked"]]["fetches"]
                self.assertEqual(passing["done"], passing["tried"])
                self.assertLess(blocked["done"], blocked["tried"])

    def same(self, key, blocked):
        with self.subTest(" / ".join(key)):
            self.assertNotEqual(self.cells[key]["outcome"], "skipped")
            came = self.cells[key]["outcome"] == "blocked"
            self.assertEqual(came == blocked, key not in DIFFERENT, DIFFERENT.get(key, "unscaled it came otherwise"))

    def test_blocks_what_the_expected_table_says(self):
        compared = [key for key in self.cells if key[0] in self.bold and key[1] in self.expected["subjects"]]
        self.assertGreater(len(compared), 10 * len(self.bold))
        for censor, subject in compared:
            self.same((censor, subject), subject in self.expected["blocked"].get(censor, {}))

    def test_blocks_what_the_page_says(self):
        page = survival()
        compared = [key for key in self.cells if key in page]
        self.assertGreater(len(compared), 13 * len(self.bold))
        for key in compared:
            self.same(key, page[key])

    def test_is_throttled_as_the_expected_table_says(self):
        for censor, row in self.expected["throttled"].items():
            for subject in (each for each in row["subjects"] if (censor, each) in self.cells):
                with self.subTest(f"{censor} / {subject}"):
                    self.assertLess(self.cells[censor, subject]["goodput"], row["below"])


if __name__ == "__main__":
    unittest.main()
