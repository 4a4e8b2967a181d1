#!/usr/bin/env python3
"""What gets through which censor, against what tests/lab/expected.toml says of it; and every censor's two controls.

A cell that has changed fails, and the message says what to change in the table if that is meant to be so. A fetch that
came to nothing among the others, though it should have, is tried once more with nothing beside it.
"""

import json
import os
import signal
import subprocess
import tempfile
import tomllib
import unittest

from harness import PATIENCE, ROOT, ROZANEH, SANITIZED, main_isolated, processes, until

TABLE = os.path.join(ROOT, "tests", "lab", "expected.toml")
with open(TABLE, "rb") as file:
    EXPECTED = tomllib.load(file)
USER = "12" if SANITIZED else "5"  # seconds that a fetch waits for its next byte
JOBS = "8"  # cells wait more than they work


def words_for(folder, *words, jobs=JOBS):
    return [ROZANEH, "lab", "matrix", "--json", "--results", folder, "--patience", USER, "--jobs", jobs,
            "--fetches", "1", *words]


def matrix(folder, *words, jobs=JOBS):
    """All cells of a run, by censor and subject."""
    command = words_for(folder, *words, jobs=jobs)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: exit code {done.returncode}")
    cells = map(json.loads, done.stdout.splitlines())
    return {(cell["censor"], cell["subject"]): cell for cell in cells}


def asked(*words):
    done = subprocess.run([ROZANEH, "lab", *words, "--json"], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def blocking(censor):
    """The rule for each subject that it blocks."""
    return EXPECTED["blocked"].get(censor, {})


def changed(cell):
    """None, or what is not as the table says."""
    censor, subject = cell["censor"], cell["subject"]
    if censor == "none":
        return None if cell["outcome"] == "passes" else f"{subject}, without a censor: {cell['why']}"
    where = f"[blocked.{censor}]"
    rule = blocking(censor).get(subject)
    if cell["outcome"] == "skipped":
        return f"{censor}, {subject}: could not be tried: {cell['why']}"
    if rule and cell["outcome"] != "blocked":
        return (f"{censor}, {subject}: {cell['outcome']} {cell['why']}, but is said to be blocked by '{rule}'; if that "
                f"is past, take it out of {where}")
    if not rule and cell["outcome"] == "blocked":
        return (f"{censor}, {subject}: blocked ({cell['why']}), but is said to get through; if it no longer does, add it "
                f"to {where} with the name of the rule")
    return None


def alone(cell):
    """The cell of a run that has no other beside it."""
    print(f"alone once more: {cell['censor']}, {cell['subject']}: {cell['outcome']} {cell['why']}", flush=True)
    with tempfile.TemporaryDirectory(prefix="matrix-") as folder:
        again = matrix(folder, "--censors", cell["censor"], "--subjects", cell["subject"], jobs="1")
    return again[cell["censor"], cell["subject"]]


def is_whole(cell):
    return cell["fetches"]["done"] == cell["fetches"]["tried"] > 0


def came_late(cell):
    """Blocked, and that by no rule that the table knows: perhaps by all that ran beside it."""
    return cell["censor"] != "none" and cell["subject"] not in blocking(cell["censor"]) and cell["outcome"] == "blocked"


class TheMatrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="matrix-")
        also = EXPECTED["also"]
        cls.cells = matrix(cls.folder.name, "--bold", "--subjects", ",".join(EXPECTED["subjects"]))
        cls.cells |= matrix(cls.folder.name, "--censors", ",".join(also["censors"]),
                            "--subjects", ",".join(also["subjects"]))
        cls.controls = matrix(cls.folder.name, "--controls")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_is_as_the_table_says(self):
        judged = (alone(cell) if came_late(cell) else cell for cell in self.cells.values())
        wrong = list(filter(None, map(changed, judged)))
        if wrong:
            self.fail("\n  ".join([f"the table is {TABLE}; what came out otherwise:", *wrong]))

    def test_is_throttled_as_the_table_says(self):
        for censor, row in EXPECTED["throttled"].items():
            for subject in row["subjects"]:
                with self.subTest(f"{censor}, {subject}"):
                    self.assertLess(self.cells[censor, subject]["goodput"], row["below"])

    def test_has_controls_that_come_out_as_their_files_say(self):
        for censor in asked("list"):
            name, control = censor["id"], censor["control"]
            for key in ("passes", "blocked"):
                cell = self.controls[name, control[key]]
                with self.subTest(f"censors/{name}.toml: control {key} = '{control[key]}'"):
                    self.assertNotEqual(cell["outcome"], "skipped", cell["why"])
                    if key == "passes" and not is_whole(cell):
                        cell = alone(cell)
                    self.assertEqual(is_whole(cell), key == "passes", f"{cell['outcome']}: {cell['why']}")

    def test_keeps_a_capture_of_what_failed_and_of_nothing_else(self):
        kept = set(os.listdir(os.path.join(self.folder.name, "pcap")))
        failed = {os.path.basename(cell["pcap"]) for cell in [*self.cells.values(), *self.controls.values()] if cell["pcap"]}
        self.assertEqual(kept, failed)
        blocked = self.cells["iran-2012-02", "https-1.3"]
        path = os.path.join(self.folder.name, blocked["pcap"])
        seen = subprocess.run([ROZANEH, "lab", "classify", "--json", path], capture_output=True, text=True, check=True)
        flows = [json.loads(line) for line in seen.stdout.splitlines()]
        self.assertIn("example.org", [flow["name"] for flow in flows if flow["protocol"] == "tls"], flows)

    def test_does_nothing_twice(self):
        results = os.path.join(self.folder.name, "results.jsonl")
        with open(results, encoding="utf-8") as file:
            before = sum('"type":"cell"' in line for line in file)
        again = matrix(self.folder.name, "--censors", "iran-2012-02", "--subjects", "http,https-1.3")
        self.assertEqual(len(again), 4)
        with open(results, encoding="utf-8") as file:
            self.assertEqual(sum('"type":"cell"' in line for line in file), before)


class TheTable(unittest.TestCase):
    def test_names_rules_that_there_are(self):
        subjects = {*EXPECTED["subjects"], *EXPECTED["also"]["subjects"]}
        for censor, row in EXPECTED["blocked"].items():
            rules = {rule["name"] for rule in asked("show", censor)[0]["rules"]}
            for subject, rule in row.items():
                with self.subTest(f"{censor}: {subject}"):
                    self.assertIn(rule, rules)
                    self.assertIn(subject, subjects)

    def test_has_nothing_of_censors_that_are_not_tried(self):
        tried = {each["id"] for each in asked("list") if each["bold"]} | set(EXPECTED["also"]["censors"])
        self.assertLessEqual(set(EXPECTED["blocked"]) | set(EXPECTED["throttled"]), tried)


class Interrupted(unittest.TestCase):
    def test_ends_soon_and_leaves_nothing_behind(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(number), tempfile.TemporaryDirectory(prefix="matrix-") as folder:
                words = words_for(folder, "--censors", "iran-2012-02", "--subjects", "obfs4,https-1.3")
                with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
                    self.assertTrue(until(lambda: self.belonging_to(folder)))
                    running.send_signal(number)
                    code = running.wait(PATIENCE)
                self.assertEqual(code, -number if number == signal.SIGKILL else 130)
                self.assertTrue(until(lambda: not self.belonging_to(folder)))

    @staticmethod
    def belonging_to(folder):
        """The cells that are under way: programs that were told of the folder, the matrix itself left out."""
        return [each for each in processes() if each.words[1:3] == [b"lab", b"cell"]
                and any(word.startswith(folder.encode()) for word in each.words)]


class Mistakes(unittest.TestCase):
    def complaint(self, *words):
        done = subprocess.run([ROZANEH, "lab", "matrix", *words], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2, done)
        return done.stderr

    def test_are_named(self):
        self.assertIn("https-1.3", self.complaint("--subjects", "telepathy"))
        self.assertIn("iran-2012-02", self.complaint("--censors", "atlantis-2030"))
        self.assertIn("--scale", self.complaint("--scale", "fast"))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "own.toml")
            with open(path, "w", encoding="utf-8") as file:
                file.write('title = "x"\nfetch = { url = "http://example.org/" }\nneeeds = []\n')
            self.assertIn(f"{path}:3: unknown key 'neeeds'", self.complaint("--subjects", path))

    def test_of_subjects_are_told_in_their_cells(self):
        subject = """
            title = "x"
            {more}
            fetch = {{ url = "http://example.org/bytes/300000" }}
            [[{side}]]
            run = ["sh", "-c", "echo no such luck >&2; exit 3"]
            ready = 1080
            """
        cases = {
            "near": ("", "no such luck"),
            "far": ("", "no such luck"),
            "prepare": ('needs = ["no-such-program"]\npackage = "luck"', "no-such-program is not installed: it is in "
                        "Debian's package luck"),
        }
        with tempfile.TemporaryDirectory() as folder:
            for side, (more, says) in cases.items():
                path = os.path.join(folder, f"{side}.toml")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(subject.format(side=side, more=more))
                cells = matrix(folder, "--censors", "iran-2012-02-keyword", "--subjects", path)
                for censor in ("none", "iran-2012-02-keyword"):
                    with self.subTest(f"{side}, {censor}"):
                        self.assertEqual(cells[censor, side]["outcome"], "skipped")
                        self.assertIn(says, cells[censor, side]["why"])


if __name__ == "__main__":
    main_isolated()
