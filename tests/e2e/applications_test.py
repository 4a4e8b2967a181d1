"""Programs that people use, through a session whose connections are cut every half second.

    curl, git, Chromium, dig -- SOCKS5 -- client == session over obfs4 == [ cutter ] == bridge -- servers of this machine

ssh through five cuts is in tunnel_test.py, iperf3 in udp_test.py.
"""

import contextlib
import functools
import hashlib
import http.server
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

import nginx
import tunnel_test
from browser import PROGRAM as CHROMIUM
from browser import Browser, trusting
from cutter import Cutter
from harness import PATIENCE, SANITIZED, Bridge, Client, free_port, listens, main, numbered, through, until
from pebble import Knot
from udp import Forwarder

LIFE = 1.5 if SANITIZED else 0.5  # seconds of a connection
SIZE = (4 if SANITIZED else 40) << 20
RESOURCES = 100
PAGE = "<!doctype html><title>a page</title>" + "".join(f'<script src="{i}.js"></script>' for i in range(RESOURCES))


def fill(directory):
    """A page with as many resources, and a large file."""
    with open(os.path.join(directory, "index.html"), "w", encoding="ascii") as page:
        page.write(PAGE)
    for i in range(RESOURCES):
        with open(os.path.join(directory, f"{i}.js"), "w", encoding="ascii") as script:
            script.write(f"window.done = (window.done || 0) + {i};\n" + "// padding\n" * (i * 40))
    with open(os.path.join(directory, "large"), "wb") as file:
        file.write(numbered(SIZE))


@contextlib.contextmanager
def plain_server(directory):
    """HTTP/1.1 without TLS."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=directory))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


class Applications(unittest.TestCase):
    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def setUp(self):
        bridge = self.enter(Bridge(tunnel=True))
        self.wire = self.enter(Cutter(bridge.address, life=LIFE))
        self.client = self.enter(Client(through(bridge.link, self.wire.address[1])))
        self.place = self.enter(tempfile.TemporaryDirectory())
        self.proxy = f"127.0.0.1:{self.client.address[1]}"

    def run_command(self, *command, **options):
        done = subprocess.run(command, capture_output=True, timeout=4 * PATIENCE, check=False, **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace")[-2000:])
        return done.stdout

    @unittest.skipUnless(nginx.is_installed(), "nginx is not installed")
    def test_curl_downloads_by_both_versions_of_http(self):
        authority = self.enter(nginx.Authority())
        front = self.enter(nginx.NginxFront(authority, {}))
        fill(os.path.join(front.own.name, "web"))
        for option, version in (("--http1.1", b"1.1"), ("--http2", b"2")):
            file = os.path.join(self.place, "large")
            told = self.run_command("curl", "-sS", "--fail", option, "--cacert", authority.path, "--socks5-hostname",
                                    self.proxy, "-o", file, "-w", "%{http_version} %{time_total}", front.url("/large"))
            with open(file, "rb") as got:
                self.assertEqual(hashlib.sha256(got.read()).digest(), hashlib.sha256(numbered(SIZE)).digest())
            self.assertEqual(told.split()[0], version)
            print(f"curl {option}: {SIZE >> 20} MiB in {float(told.split()[1]):.1f} s, {self.wire.accepted} connections")

    @unittest.skipUnless(shutil.which("git"), "git is not installed")
    def test_git_clones(self):
        home = {"HOME": self.place, "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
        git = functools.partial(self.run_command, "git", "-c", "user.name=a", "-c", "user.email=a@example.org", env=home)
        origin = os.path.join(self.place, "origin")
        git("init", "-q", origin)
        for i in range(20):
            with open(os.path.join(origin, f"file{i}"), "wb") as file:
                file.write(os.urandom(SIZE // 40))
        git("-C", origin, "add", "-A")
        git("-C", origin, "commit", "-q", "-m", "files")
        port = free_port()
        server = subprocess.Popen(["git", "daemon", "--export-all", f"--base-path={self.place}", "--listen=127.0.0.1",
                                   f"--port={port}", "--reuseaddr"], env=home, stderr=subprocess.DEVNULL,
                                  start_new_session=True)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        self.assertTrue(until(lambda: listens(port)))
        # What git has in the place of a proxy: a program that makes connections.
        dial = os.path.join(self.place, "dial")
        with open(dial, "w", encoding="ascii") as script:
            script.write(f'#!/bin/sh\nexec {sys.executable} {tunnel_test.__file__} --pipe {self.client.address[1]} "$@"\n')
        os.chmod(dial, stat.S_IRWXU)
        copy = os.path.join(self.place, "copy")
        git("-c", f"core.gitProxy={dial}", "clone", "-q", f"git://127.0.0.1:{port}/origin", copy)
        self.assertEqual(git("-C", copy, "rev-parse", "HEAD"), git("-C", origin, "rev-parse", "HEAD"))
        git("-C", copy, "fsck", "--strict")
        self.assertEqual(git("-C", copy, "status", "--porcelain"), b"")

    @unittest.skipUnless(CHROMIUM, "Chromium is not installed")
    def test_a_browser_loads_a_page_of_a_hundred_resources(self):
        words = [f"--proxy-server=socks5://{self.proxy}", "--proxy-bypass-list=<-loopback>"]
        web = os.path.join(self.place, "web")
        os.mkdir(web)
        fill(web)
        port = self.enter(plain_server(web))
        urls = [f"http://127.0.0.1:{port}/"]
        if nginx.is_installed():
            authority = self.enter(nginx.Authority())
            front = self.enter(nginx.NginxFront(authority, {}))
            fill(os.path.join(front.own.name, "web"))
            urls.append(front.url("/"))
            words.extend(trusting(authority.path))
        browser = self.enter(Browser(resolve="EXCLUDE 127.0.0.1", words=words))
        for url in urls:
            browser.load(url)
            self.assertEqual(browser.run("window.done"), sum(range(RESOURCES)))
            # Its own icon is one more, asked for or not by the time that the page is there.
            self.assertEqual(browser.run("performance.getEntriesByType('resource').filter(e => e.name.endsWith('.js')).length"),
                             RESOURCES)
            print(f"Chromium, {url.split(':')[0]}: {browser.run('Math.round(performance.now())')} ms, "
                  f"{browser.run('performance.getEntriesByType(`navigation`)[0].nextHopProtocol')}, "
                  f"{self.wire.accepted} connections")
        self.assertGreater(self.wire.accepted, 0)

    @unittest.skipUnless(shutil.which("dig"), "dig is not installed")
    def test_dig_asks_a_name_server_by_udp(self):
        names = self.enter(Knot("example.org"))
        forwarder = self.enter(Forwarder(self.client.address, ("127.0.0.1", names.port)))
        for i in range(20):
            answer = self.run_command("dig", "+short", "+tries=10", "+timeout=1", "-p", str(forwarder.address[1]),
                                      "@127.0.0.1", f"name{i}.example.org", "A")
            # Before the answer it tells of each question that a cut took.
            self.assertEqual(answer.splitlines()[-1], b"127.0.0.1")


if __name__ == "__main__":
    main()
