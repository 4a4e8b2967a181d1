#!/usr/bin/env python3
"""The page of `rozaneh lab report` in a browser: how it looks, and that it can be used with keys, on a phone and
without a network."""

import json
import os
import pathlib
import tempfile
import unittest

from browser import PROGRAM, Browser
from harness import main, rozaneh

CENSORS = ["none", "iran-2012-02", "iran-2013-05", "china-sni", "russia-2025-16kb", "turkmenistan"]
SUBJECTS = ["http", "https-1.2", "https-1.3", "https-listed", "https-long", "ssh", "quic", "obfs2", "obfs3", "obfs4",
            "scramblesuit", "random"]
HOSTILE = "</script><img src=x onerror=alert(1)>"


def cell(censor, subject, outcome, why=""):
    done = {"passes": 3, "degraded": 2, "blocked": 0}[outcome]
    return {"type": "cell", "censor": censor, "subject": subject, "outcome": outcome, "why": why,
            "fetches": {"tried": 3, "done": done}, "bytes": 300000 * done, "first_byte_ms": [12.5, 11, None],
            "goodput": 1250000 if done else None, "of_uncensored": 0.97 if done else None, "streams_lost": 3 - done,
            "timeline": [[0.1 * i, 5000 * min(i, 60 if done else 4)] for i in range(60)], "seconds": 3.4,
            "pcap": f"pcap/{censor}--{subject}.pcap"}


def results():
    """All pass, but where a control must be blocked; China's controls did not come out so."""
    yield {"type": "run", "program": "rozaneh 0.1.0", "started": "2026-11-21T08:40:00Z"}
    blocked = {"iran-2012-02": ["https-1.2", "https-1.3"], "iran-2013-05": ["https-long"],
               "russia-2025-16kb": ["https-1.3"], "turkmenistan": ["https-listed"]}
    for censor in CENSORS:
        for subject in SUBJECTS:
            is_blocked = subject in blocked.get(censor, [])
            yield cell(censor, subject, "blocked" if is_blocked else "passes", "timeout" if is_blocked else "")
    yield cell("iran-2013-05", "obfs4", "degraded", "w" * 300)
    yield cell("turkmenistan", HOSTILE, "blocked", HOSTILE)


def setUpModule():
    global box, page  # pylint: disable=global-statement
    if PROGRAM is None:
        raise unittest.SkipTest("chromium is not installed")
    box = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
    lines = "".join(json.dumps(line) + "\n" for line in results())
    pathlib.Path(box.name, "results.jsonl").write_text(lines, encoding="utf-8")
    code, said = rozaneh("lab", "report", box.name)
    if code != 0:
        raise AssertionError(said)
    page = "file://" + os.path.join(box.name, "report.html")


def tearDownModule():
    box.cleanup()


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(Browser())

    def setUp(self):
        self.browser.size(1280, 900)
        self.browser.prefer("light")
        self.browser.load(page)

    def run_js(self, script):
        return self.browser.run(script)

    def shown_rows(self):
        return self.run_js("[...document.querySelectorAll('.matrix tbody tr:not(.reference)')]"
                           ".filter(row => row.offsetHeight).map(row => row.querySelector('a').hash.slice(3))")

    def shown_section(self):
        """The section that is seen, and whether the table is."""
        return self.run_js("[...document.querySelectorAll('.censor')].filter(each => each.offsetHeight)"
                           ".map(each => each.id.slice(2))"), self.run_js("overview.offsetHeight > 0")

    def focused(self):
        return self.run_js("document.activeElement.hash || document.activeElement.id || document.activeElement.tagName")

    def choose(self, name, value):
        self.run_js(f"(() => {{ const field = filters.elements.namedItem({name!r}); field.value = {value!r};"
                    " field.dispatchEvent(new Event('input', {bubbles: true})); })()")


class Alone(Page):
    def test_asks_for_nothing_and_complains_of_nothing(self):
        self.run_js("document.querySelectorAll('.censor').forEach(each => each.classList.add('open'))")
        self.browser.settle()
        self.assertEqual(self.browser.requests(), [page])
        self.assertEqual(self.browser.complaints(), [])

    def test_shows_text_of_others_as_text(self):
        self.assertEqual(self.run_js("document.images.length"), 0)
        self.assertEqual(self.run_js("document.scripts.length"), 1)
        self.assertIn(HOSTILE, self.run_js("document.querySelector('.matrix').textContent"))

    def test_is_a_readable_page_without_scripts(self):
        self.browser.ask("Emulation.setScriptExecutionDisabled", value=True)
        self.addCleanup(self.browser.ask, "Emulation.setScriptExecutionDisabled", value=False)
        self.browser.load(page)
        root = self.browser.ask("DOM.getDocument")["root"]["nodeId"]
        for selector in (".matrix", "#c-iran-2012-02 .ladder", "#c-turkmenistan .plot"):
            node = self.browser.ask("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
            self.assertGreater(self.browser.ask("DOM.getBoxModel", nodeId=node)["model"]["height"], 40, selector)
        form = self.browser.ask("DOM.querySelector", nodeId=root, selector="#filters")["nodeId"]
        with self.assertRaisesRegex(AssertionError, "box model"):
            self.browser.ask("DOM.getBoxModel", nodeId=form)  # it would do nothing

    def test_names_the_parts_of_its_table(self):
        self.assertEqual(self.run_js("document.querySelectorAll('th:not([scope])').length"), 0)
        self.assertEqual(self.run_js("[...document.querySelectorAll('a, .scroller')]"
                                     ".filter(each => !each.textContent.trim()).length"), 0)
        self.assertEqual(self.run_js("document.querySelectorAll('h1').length"), 1)


class Filters(Page):
    def test_hide_rows_by_country(self):
        self.assertEqual(len(self.shown_rows()), len(CENSORS) - 1)
        self.choose("country", "IR")
        self.assertEqual(self.shown_rows(), ["iran-2012-02", "iran-2013-05"])
        self.assertEqual(self.run_js("filters.elements.shown.value"), "2 of 5 censors")

    def test_hide_rows_by_year(self):
        self.choose("first", "2013")
        self.choose("last", "2021")
        self.assertEqual(self.shown_rows(), ["iran-2013-05", "china-sni", "turkmenistan"])

    def test_hide_rows_without_an_outcome(self):
        self.choose("outcome", "d")
        self.assertEqual(self.shown_rows(), ["iran-2013-05"])

    def test_hide_columns_by_kind_and_count_what_is_left(self):
        columns = "[...document.querySelectorAll('.subjects th[data-k]')].filter(each => each.offsetWidth).length"
        total = "[...document.querySelectorAll('tfoot td[data-k=control]')].map(each => each.textContent)[2]"
        before = self.run_js(columns)
        self.assertEqual(self.run_js(total), "2of 4")  # China's score does not count
        self.run_js("document.querySelector('[name=kind][value=ours]').click()")
        self.assertEqual(before - self.run_js(columns), 4)
        self.choose("country", "RU")
        self.assertEqual(self.run_js(total), "0of 1")

    def test_can_be_undone(self):
        self.choose("country", "IR")
        self.run_js("filters.querySelector('button').click()")
        self.browser.settle()
        self.assertEqual(len(self.shown_rows()), len(CENSORS) - 1)


class Keys(Page):
    def go_to_table(self):
        for _ in range(20):
            self.browser.press("Tab")
            if self.run_js("Boolean(document.activeElement.closest('.matrix'))"):
                return
        self.fail("Tab does not lead to the table")

    def test_lead_into_the_table_once_and_then_move_in_it(self):
        self.go_to_table()
        self.assertEqual(self.focused(), "#c-none")
        self.browser.press("ArrowDown")
        self.assertEqual(self.focused(), "#c-iran-2012-02")
        self.browser.press("ArrowRight")
        first = self.focused()
        self.assertRegex(first, "^#c-iran-2012-02/")
        self.browser.press("ArrowDown")
        self.assertEqual(self.focused(), first.replace("2012-02", "2013-05"))
        self.browser.press("ArrowUp")
        self.assertEqual(self.focused(), first)
        self.browser.press("Home")
        self.assertEqual(self.focused(), "#c-iran-2012-02")
        self.browser.press("PageDown")
        self.assertEqual(self.focused(), "#c-russia-2025-16kb")
        self.assertIn("Russia, June 2025", self.run_js("detail.textContent"))
        self.browser.press("Tab")
        self.assertFalse(self.run_js("Boolean(document.activeElement.closest('.matrix'))"))

    def test_show_where_they_are(self):
        self.go_to_table()
        self.browser.press("End")
        style = "getComputedStyle(document.activeElement)"
        self.assertEqual(self.run_js(f"{style}.outlineStyle"), "solid")
        self.assertGreaterEqual(float(self.run_js(f"{style}.outlineWidth").removesuffix("px")), 2)
        self.assertTrue(self.run_js("(() => { const box = document.querySelector('.scroller').getBoundingClientRect();"
                                    " const at = document.activeElement.getBoundingClientRect();"
                                    " return at.left >= box.left && at.right <= box.right; })()"))

    def test_do_not_go_where_nothing_is_shown(self):
        self.choose("country", "TM")
        self.go_to_table()
        for _ in range(4):
            self.browser.press("ArrowDown")
        self.assertEqual(self.focused(), "#c-turkmenistan")

    def test_open_a_censor_at_the_subject_and_lead_back(self):
        self.go_to_table()
        for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
            self.browser.press(key)
        place = self.focused()
        self.browser.press("Enter")
        self.assertEqual(self.shown_section(), (["iran-2012-02"], False))
        self.assertEqual("#" + self.focused(), place)
        self.run_js("history.back()")
        self.run_js("new Promise(done => { const look = () => location.hash ? setTimeout(look, 10) : done(1); look(); })")
        self.browser.settle()
        self.assertEqual(self.shown_section(), ([], True))
        self.assertEqual(self.focused(), place)


class Sections(Page):
    def open(self, censor):
        self.browser.load(f"{page}#c-{censor}")

    def test_show_how_a_censor_works_and_what_came_through(self):
        self.open("russia-2025-16kb")
        self.assertEqual(self.shown_section(), (["russia-2025-16kb"], False))
        for part in (".ladder", ".plot", ".figures"):
            self.assertGreater(self.run_js(f"document.querySelector('.open {part}').getBoundingClientRect().height"), 40)
        self.assertIn("frozen after 16 KB", self.run_js("document.title"))
        self.assertTrue(self.run_js("document.querySelector('.open a[href^=\"https://github.com/\"]') !== null"))

    def test_take_the_focus_to_their_title(self):
        self.open("china-sni")
        self.run_js("new Promise(done => { addEventListener('hashchange', () => done(1));"
                    " document.querySelector('.open .turn a:last-child').click(); })")
        self.assertEqual(self.shown_section(), (["turkmenistan"], False))
        self.assertEqual(self.run_js("document.activeElement.textContent"), "Turkmenistan: DNS, HTTP and TLS")

    def test_draw_the_rules_of_all_that_stands_on_a_path(self):
        self.open("iran-2012-02")
        self.assertEqual(self.run_js("document.querySelectorAll('.open .ladder').length"), 3)

    def test_mark_a_stopped_fetch_in_its_plot(self):
        self.open("iran-2013-05")
        self.assertEqual(self.run_js("document.querySelectorAll('.open .plot .stop').length"), 1)

    def test_say_whose_score_does_not_count(self):
        self.open("china-sni")
        self.assertIn("does not count", self.run_js("document.querySelector('.open .warn').textContent"))
        self.open("iran-2012-02")
        self.assertIsNone(self.run_js("document.querySelector('.open .warn')"))


class Looks(Page):
    def test_do_not_make_a_phone_scroll_sideways(self):
        self.browser.size(360, 740)
        for place in ("", *[f"#c-{censor}" for censor in CENSORS]):
            self.browser.load(page + place)
            self.assertLessEqual(self.run_js("document.documentElement.scrollWidth"), 360, place)
        self.browser.load(page)
        self.assertTrue(self.run_js("(() => { const box = document.querySelector('.scroller'); box.scrollLeft = 300;"
                                    " return box.scrollLeft > 0 && document.querySelector('.matrix tbody th')"
                                    ".getBoundingClientRect().left === box.getBoundingClientRect().left + 1; })()"))

    def test_have_contrast_by_day_and_by_night(self):
        """WCAG: 4.5 to 1 for text, 3 to 1 for signs."""
        contrast = """(() => {
          const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          const ground = element => { for (; element; element = element.parentElement) {
            const color = getComputedStyle(element).backgroundColor; if (!/, 0\\)$/.test(color)) return color; } };
          const texts = ['h1', '.facts', '.matrix small', '.matrix .void', '.subjects span', '.legend li', '.mechanism', '.sources a', '.censor a', '.warn', '.key', '.figures td'];
          const found = texts.flatMap(name => [...document.querySelectorAll(name)].slice(0, 3)
            .map(each => [name, ratio(light(getComputedStyle(each).color), light(ground(each))), 4.5]));
          for (const each of document.querySelectorAll('.legend .sign')) found.push(['sign',
            ratio(light(getComputedStyle(each).stroke), light(ground(each))), 3]);
          return found.filter(([, has, needs]) => has < needs);
        })()"""
        grounds = []
        for scheme in ("light", "dark"):
            self.browser.prefer(scheme)
            self.assertEqual(self.run_js(contrast), [], scheme)
            grounds.append(self.run_js("getComputedStyle(document.documentElement).backgroundColor"))
        self.assertNotEqual(*grounds)


class Command(unittest.TestCase):
    def test_writes_each_form_and_says_what_is_wrong(self):
        with tempfile.TemporaryDirectory(prefix="rozaneh-e2e-") as folder:
            files = {form: os.path.join(folder, f"out.{form}") for form in ("html", "markdown", "json", "svg")}
            words = [word for form, file in files.items() for word in (f"--{form}", file)]
            code, said = rozaneh("lab", "report", box.name, *words)
            self.assertEqual(code, 0, said)
            for form, file in files.items():
                self.assertIn("16 KB", pathlib.Path(file).read_text(encoding="utf-8"), form)
            self.assertIn("(out.svg)", pathlib.Path(files["markdown"]).read_text(encoding="utf-8"))
            self.assertEqual(sorted(os.listdir(folder)), sorted(os.path.basename(file) for file in files.values()))

            code, said = rozaneh("lab", "report", box.name, "--json", "-")
            self.assertEqual((code, json.loads(said)["program"]), (0, "rozaneh 0.1.0"))

            code, said = rozaneh("lab", "report", folder)
            self.assertEqual(code, 1)
            self.assertIn("results.jsonl", said)
            pathlib.Path(folder, "results.jsonl").write_text("{}\n{}\n", encoding="utf-8")
            code, said = rozaneh("lab", "report", folder)
            self.assertEqual(code, 1)
            self.assertRegex(said, r"results\.jsonl: line 1: 'type' is missing")
            code, said = rozaneh("lab", "report", box.name, "--html", os.path.join(folder, "no", "page.html"))
            self.assertEqual(code, 1)
            self.assertIn("cannot write", said)


if __name__ == "__main__":
    main()
