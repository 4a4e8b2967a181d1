"""A person with a real browser before the cover site, while somebody speaks to Signal through the same port.

    Chromium ── HTTP/2 ──┐
                         ├── rozaneh signal ── the site, or (TLS inside of TLS) a server that stands for Signal's
    a Signal session ────┘
"""

import pathlib
import tempfile
import unittest

import browser
from harness import Service, main, numbered, text_of
from signal_proxy import CHAT, DOMAIN, Signal
from tls_in_tls import Inner, Pki, TlsEcho, outer

RESOURCES = 100
STYLES = 20
SCRIPTS = 30  # the rest are pictures, of 1 kB to 200 kB


def picture(number):
    """A bitmap of one row, so many pixels wide: it is seen whether all of it came."""
    width = 300 + 600 * (number % 25) * 4
    size = 3 * width + (-3 * width) % 4
    head = b"BM" + (54 + size).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
    info = (40).to_bytes(4, "little") + width.to_bytes(4, "little") + (1).to_bytes(4, "little")
    return width, head + info + b"\1\0\x18\0" + bytes(24) + bytes(size)


def make_site(folder):
    """A page that is whole only if all of its parts are."""
    parts = []
    for i in range(STYLES):
        pathlib.Path(folder, f"{i}.css").write_text(f"#mark{i} {{ width: {100 + i}px; }}\n" + "/* */\n" * 400 * i)
        parts.append(f'<link rel="stylesheet" href="{i}.css"><div id="mark{i}"></div>')
    for i in range(SCRIPTS):
        pathlib.Path(folder, f"{i}.js").write_text(f"ran.push({i});\n" + "// filled\n" * 300 * i)
        parts.append(f'<script src="{i}.js"></script>')
    for i in range(RESOURCES - STYLES - SCRIPTS):
        pathlib.Path(folder, f"{i}.bmp").write_bytes(picture(i)[1])
        parts.append(f'<img src="{i}.bmp" data-width="{picture(i)[0]}">')
    # The icon that a browser would ask for by itself.
    pathlib.Path(folder, "index.html").write_text(
        '<!doctype html><title>Our garden</title><link rel="icon" href="data:,"><script>var ran = [];</script>\n'
        + "\n".join(parts))


@unittest.skipIf(browser.PROGRAM is None, "chromium is not installed")
class Visitor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki = cls.enterClassContext(Pki())
        cls.certificate = cls.pki.certificate(DOMAIN)

    def start(self, *words):
        """The proxy, a session through it that is open all the while, and a browser that finds it at port 443."""
        chat = self.enterContext(Service(TlsEcho(self.pki.certificate("*.signal.org", CHAT))))
        self.proxy = self.enterContext(
            Signal(self.pki, "--upstream", f"{CHAT}={text_of(chat.address)}", *words, certificates=[self.certificate]))
        carrier = outer(self.proxy.address, self.pki.trust, DOMAIN)
        self.addCleanup(carrier.close)
        self.session = Inner(carrier, self.pki.trust, CHAT)
        self.session_goes_on()
        self.browser = self.enterContext(browser.Browser(
            resolve=f"MAP {DOMAIN} {text_of(self.proxy.address)}",
            words=browser.trusting(self.certificate[0])))

    def session_goes_on(self):
        data = numbered(50_000)
        self.session.send(data)
        self.assertEqual(self.session.receive(len(data)), data)

    def load(self, path="/"):
        self.browser.load(f"https://{DOMAIN}{path}")

    def answers(self):
        """What came for each request since the page was loaded: (path, status, protocol, connection)."""
        said = [event["params"]["response"] for event in self.browser.events
                if event["method"] == "Network.responseReceived"]
        return [(each["url"].removeprefix(f"https://{DOMAIN}"), each["status"], each.get("protocol"), each["connectionId"])
                for each in said if each["url"].startswith("https://")]

    def statuses(self):
        """Those that went over the wire, also where the browser then shows what it had."""
        return [event["params"]["statusCode"] for event in self.browser.events
                if event["method"] == "Network.responseReceivedExtraInfo"]

    def test_is_shown_the_default_page(self):
        self.start()
        self.load()
        self.assertEqual(self.browser.run("document.title"), "Welcome to nginx!")
        self.assertEqual(self.answers()[0][:3], ("/", 200, "h2"))
        self.assertEqual(self.browser.run("performance.getEntriesByType('navigation')[0].nextHopProtocol"), "h2")
        self.session_goes_on()

    def test_is_shown_a_site_of_many_parts_over_one_connection(self):
        with tempfile.TemporaryDirectory() as site:
            make_site(site)
            self.start("--site", site)
            self.load()
            self.assertEqual(self.browser.run("document.title"), "Our garden")
            answers = self.answers()
            self.assertEqual(len(answers), 1 + RESOURCES)
            self.assertEqual({answer[1:3] for answer in answers}, {(200, "h2")})
            self.assertEqual(len({answer[3] for answer in answers}), 1, "one connection is enough for HTTP/2")
            self.assertEqual(self.browser.run("ran.join()"), ",".join(map(str, range(SCRIPTS))))
            self.assertEqual(self.browser.run(
                "[...document.images].filter(each => each.naturalWidth != each.dataset.width).length"), 0)
            self.assertEqual(self.browser.run(
                f"[...Array({STYLES}).keys()].filter(i => document.getElementById('mark' + i).offsetWidth != 100 + i).length"), 0)
            self.assertEqual(self.browser.complaints(), [])
            self.session_goes_on()

    def test_who_looks_again_is_told_that_nothing_has_changed(self):
        with tempfile.TemporaryDirectory() as site:
            make_site(site)
            self.start("--site", site)
            self.load()
            self.browser.events.clear()
            self.browser.ask("Page.reload")
            self.browser.wait_for("Page.loadEventFired")
            self.assertEqual(self.browser.run("ran.length"), SCRIPTS)
            self.assertTrue(self.statuses())
            self.assertEqual(set(self.statuses()), {304})
            # And that something has.
            pathlib.Path(site, "index.html").write_text("<!doctype html><title>Winter</title>")
            self.browser.events.clear()
            self.browser.ask("Page.reload")
            self.browser.wait_for("Page.loadEventFired")
            self.assertEqual(self.browser.run("document.title"), "Winter")
            self.assertEqual(self.statuses()[0], 200)
            self.session_goes_on()

    def test_who_asks_for_what_is_not_there_gets_the_page_that_says_so(self):
        self.start()
        self.load("/no/such/page")
        self.assertEqual(self.answers()[0][:3], ("/no/such/page", 404, "h2"))
        self.assertEqual(self.browser.run("document.title"), "404 Not Found")
        self.assertRegex(self.browser.run("document.body.innerText"), r"404 Not Found\s+nginx")
        self.session_goes_on()


if __name__ == "__main__":
    main()
