"""Chromium without a window, told what to do over two pipes (the DevTools protocol), and without any network.

    with Browser() as browser:
        browser.load("file:///...")
        browser.run("document.title")
"""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from harness import PATIENCE, until

PROGRAM = shutil.which("chromium")
LONG = 4 * PATIENCE  # ten processes that start at once, beside other tests

# Windows' codes of keys, which the browser wants besides their names.
KEYS = {"Tab": 9, "Enter": 13, "PageUp": 33, "PageDown": 34, "End": 35, "Home": 36,
        "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}


def trusting(chain):
    """Words that have it take this certificate: by SHA-256 of its public key."""
    public = subprocess.run(["openssl", "x509", "-in", chain, "-noout", "-pubkey"], check=True, capture_output=True,
                            timeout=PATIENCE).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=public, check=True, capture_output=True,
                         timeout=PATIENCE).stdout
    return (f"--ignore-certificate-errors-spki-list={base64.b64encode(hashlib.sha256(der).digest()).decode()}",)


class Browser:
    def __init__(self, width=1280, height=900, resolve="", words=()):
        """`resolve`: names that lead somewhere, "MAP a.example 127.0.0.1:1234"; no other does."""
        self.own = tempfile.TemporaryDirectory(prefix="rozaneh-browser-", ignore_cleanup_errors=True)
        words = [
            PROGRAM, "--headless", "--remote-debugging-pipe", f"--user-data-dir={self.own.name}",
            f"--window-size={width},{height}", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--host-resolver-rules={resolve}{', ' if resolve else ''}MAP * ~NOTFOUND", *words,
        ]
        if os.geteuid() == 0:
            words.append("--no-sandbox")  # which is not for root
        theirs_in, self.to = os.pipe()
        self.back, theirs_out = os.pipe()
        # Out of the way of 3 and 4, which are where the browser looks.
        high = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (theirs_in, theirs_out)]

        def arrange():
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, close_fds=False, preexec_fn=arrange, start_new_session=True,
                                        env={**os.environ, "HOME": self.own.name})
        for each in (theirs_in, theirs_out, *high):
            os.close(each)
        self.said = queue.Queue()
        self.events = []
        self.number = 0
        self.session = None
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.ask(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        # All of its processes are in a session of their own; the last of them lets go of the folder and the pipe.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.to)
        self.reader.join()
        os.close(self.back)
        until(lambda: shutil.rmtree(self.own.name, ignore_errors=True) or not os.path.exists(self.own.name))
        self.own.cleanup()

    def _read(self):
        rest = b""
        while part := os.read(self.back, 1 << 16):
            *messages, rest = (rest + part).split(b"\0")
            for message in messages:
                self.said.put(json.loads(message))
        self.said.put(None)

    def _next(self, end):
        message = self.said.get(timeout=max(0.01, end - time.monotonic()))
        if message is None:
            raise AssertionError("the browser has ended")
        if "method" in message:
            self.events.append(message)
        return message

    def ask(self, method, **parameters):
        """Does one thing of the protocol; answers its result, raises if the browser refuses."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        end = time.monotonic() + LONG
        while True:
            answer = self._next(end)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def wait_for(self, method):
        """The next event of this name that was not waited for yet."""
        end = time.monotonic() + LONG
        while not any(event["method"] == method for event in self.events):
            self._next(end)

    def load(self, url):
        self.events.clear()
        self.ask("Page.navigate", url="about:blank")
        self.wait_for("Page.loadEventFired")
        self.events.clear()
        self.ask("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def run(self, script):
        """The value of an expression in the page."""
        done = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in done:
            raise AssertionError(f"{script}: {done['exceptionDetails']}")
        return done["result"].get("value")

    def press(self, key, **options):
        code = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key], **options}
        self.ask("Input.dispatchKeyEvent", type="keyDown", **code, **({"text": "\r"} if key == "Enter" else {}))
        self.ask("Input.dispatchKeyEvent", type="keyUp", **code)
        self.settle()

    def settle(self):
        """Until the page has been drawn with what was done to it."""
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def size(self, width, height):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                 mobile=width < 500)

    def prefer(self, scheme):
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def requests(self):
        """What the page asked for since it was loaded, itself too."""
        return [event["params"]["request"]["url"] for event in self.events
                if event["method"] == "Network.requestWillBeSent"]

    def complaints(self):
        """What went wrong in the page since it was loaded, as its console has it."""
        return [json.dumps(event["params"]) for event in self.events
                if event["method"] in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")]

    def picture(self, file):
        with open(file, "wb") as out:
            out.write(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))


def main():
    """browser.py URL FILE.png WIDTH HEIGHT [light|dark [SCRIPT]]: how a page looks."""
    url, file, width, height, scheme, script = (*sys.argv[1:], *["light", "0"][len(sys.argv) - 5:])
    with Browser() as browser:
        browser.size(int(width), int(height))
        browser.prefer(scheme)
        browser.load(url)
        browser.run(script)
        browser.settle()
        browser.picture(file)
        print(*browser.complaints(), sep="\n")


if __name__ == "__main__":
    main()
