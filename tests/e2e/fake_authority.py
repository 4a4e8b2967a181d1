"""A small ACME server of our own, for what Debian's pebble has not: renewal windows (RFC 9773), profiles, and lies.

It speaks plain HTTP on loopback, proves nothing and checks no signature: pebble does. `change` may replace any answer:
change[path] is a function of the handler that answers instead; a truthy result means that it did.
"""

import base64
import contextlib
import http.server
import json
import os
import subprocess
import tempfile
import threading

from pebble import self_signed


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer(b"")

    do_HEAD = do_GET

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, body):
        signed = json.loads(body) if body else {}
        payload = decoded(signed.get("payload", ""))
        self.payload = json.loads(payload) if payload else None
        self.owner.asked.append((self.command, self.path, self.payload))
        change = self.owner.change.get(self.path)
        if change and change(self):
            return
        self.owner.ordinary(self)

    def say(self, status, document, headers=(), kind="application/json"):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.owner.nonces += 1
        for name, value in (("Replay-Nonce", f"nonce{self.owner.nonces}"), ("Content-Type", kind), *headers):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(OSError):  # a client may have enough
                self.wfile.write(body)
        return True

    def refuse(self, status, kind, detail, headers=()):
        problem = {"type": f"urn:ietf:params:acme:error:{kind}", "detail": detail}
        return self.say(status, problem, headers, "application/problem+json")


class FakeAuthority:
    def __init__(self, profiles=None, window=None):
        self.box = tempfile.TemporaryDirectory(prefix="rozaneh-ca-")
        self.certificate, self.key = self_signed(self.box.name, "fake authority", "ca")
        self.profiles, self.window = profiles, window
        self.asked, self.change, self.nonces, self.chain, self.names = [], {}, 0, b"", []
        handler = type("Bound", (Handler,), {"owner": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.directory = self.base + "/directory"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.server.shutdown()
        self.server.server_close()
        self.box.cleanup()

    def asked_for(self, path):
        return [payload for _, asked, payload in self.asked if asked == path]

    def order(self, status):
        names = [{"type": "dns", "value": name} for name in self.names]
        order = {"status": status, "identifiers": names, "authorizations": [], "finalize": self.base + "/finalize"}
        if status == "valid":
            order["certificate"] = self.base + "/certificate"
        return order

    def issue(self, request, names=None):
        request_file, chain = (os.path.join(self.box.name, name) for name in ("request.der", "leaf.pem"))
        with open(request_file, "wb") as file:
            file.write(request)
        extensions = os.path.join(self.box.name, "extensions")
        with open(extensions, "w", encoding="ascii") as file:
            file.write("subjectAltName=" + ",".join(f"DNS:{name}" for name in names or self.names) + "\n")
            file.write("authorityKeyIdentifier=keyid\n")
        subprocess.run(
            ["openssl", "x509", "-req", "-inform", "DER", "-in", request_file, "-CA", self.certificate, "-CAkey", self.key]
            + ["-days", "6", "-extfile", extensions, "-out", chain],
            check=True,
            capture_output=True,
        )
        with open(chain, "rb") as file:
            return file.read()

    def ordinary(self, request):
        path = request.path
        if path == "/directory":
            urls = {name: f"{self.base}/{name}" for name in ("newNonce", "newAccount", "newOrder")}
            if self.window:
                urls["renewalInfo"] = self.base + "/renewal"
            if self.profiles:
                urls["meta"] = {"profiles": self.profiles}
            return request.say(200, urls)
        if path == "/newAccount":
            return request.say(201, {"status": "valid"}, [("Location", self.base + "/account/1")])
        if path == "/newOrder":
            self.names = [each["value"] for each in request.payload["identifiers"]]
            return request.say(201, self.order("ready"), [("Location", self.base + "/order/1")])
        if path == "/finalize":
            self.chain = self.issue(decoded(request.payload["csr"]))
            return request.say(200, self.order("valid"))
        if path == "/certificate":
            return request.say(200, self.chain, kind="application/pem-certificate-chain")
        if path.startswith("/renewal/"):
            start, end = self.window
            return request.say(200, {"suggestedWindow": {"start": start, "end": end}})
        return request.say(200, {})
