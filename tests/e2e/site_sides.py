"""The web site for strangers and Debian's nginx, side by side: both started alike, asked alike, and what they say
made comparable.

Environment: SITE_SERVER is the program of tests/site/site_server.cpp.
"""

import os
import pathlib
import re
import socket
import ssl
import subprocess
import tempfile
import unittest

import harness
from harness import PATIENCE, Process, free_port, listens, until

SITE_SERVER = os.environ.get("SITE_SERVER", "")
NGINX = "/usr/sbin/nginx"
QUIET = 1.0 if harness.SANITIZED else 0.4  # seconds without a byte after which a probe goes on
MARKER = b"GET /the-marker HTTP/1.1\r\nHost: marker\r\nConnection: close\r\n\r\n"

# Debian's /etc/nginx/nginx.conf and sites-available/default, on ports and paths of our own.
CONFIGURATION = """
{user}
worker_processes 2;
pid {home}/nginx.pid;
error_log {home}/error.log;
include /etc/nginx/modules-enabled/*.conf;
events {{ worker_connections 768; }}
http {{
  sendfile on; tcp_nopush on; types_hash_max_size 2048;
  include /etc/nginx/mime.types; default_type application/octet-stream;
  ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on;
  access_log off;
  gzip on;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
  {limits}
  server {{
    listen 127.0.0.1:{plain} default_server;
    listen 127.0.0.1:{tls} ssl http2 default_server;
    ssl_certificate {home}/chain.pem; ssl_certificate_key {home}/key.pem;
    root {home}/www;
    index index.html index.htm index.nginx-debian.html;
    server_name _;
    {location}
  }}
  server {{ listen 127.0.0.1:{redirect} default_server; server_name _; return 301 https://$host$request_uri; }}
}}
"""
FILES = "location / { try_files $uri $uri/ =404; }"


class Ports:
    """Where one of the two listens."""

    def __init__(self, plain, tls, redirect):
        self.plain, self.tls, self.redirect = plain, tls, redirect

    def mask(self, data):
        for port in (self.plain, self.tls, self.redirect):
            data = data.replace(b":%d" % port, b":PORT")
        data = re.sub(rb"(Date|date): [A-Z][a-z]{2}, [^\r]*", rb"\1: DATE", data)
        return re.sub(rb"0{12}\d{8}", b"NUMBER", data)


def make_home(home):
    """A folder of files, a certificate, and what nginx writes to."""
    os.chmod(home, 0o755)
    www = os.path.join(home, "www")
    for folder in ("", "folder", "empty", "some folder"):
        os.makedirs(os.path.join(www, folder))
    pages = {
        "index.nginx-debian.html": pathlib.Path("/usr/share/nginx/html/index.html").read_bytes(),
        "folder/index.html": b"<p>A page in a folder.</p>\n" * 3,
        "some folder/index.htm": b"<p>Another.</p>\n",
        "digits.txt": b"0123456789" * 10,
        "tiny.html": b"<p>tiny</p>",
        "nothing.html": b"",
        "nothing.txt": b"",
        "noextension": b"bytes",
        ".hidden": b"hidden",
        "pic.PNG": b"not a picture",
        "big.bin": harness.numbered(300_000),
        "big.html": b"".join(b"<p>Paragraph %d of %d</p>\n" % (i, i * 7919 % 1000) for i in range(9000)),
    }
    for name, data in pages.items():
        with open(os.path.join(www, name), "wb") as file:
            file.write(data)
        os.utime(os.path.join(www, name), (1_700_000_000, 1_700_000_000))
    os.symlink("/usr/share/nginx/html/index.html", os.path.join(www, "link.html"))
    os.symlink("loop", os.path.join(www, "loop"))
    os.mkfifo(os.path.join(www, "fifo"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
        + ["-keyout", f"{home}/key.pem", "-out", f"{home}/chain.pem", "-subj", "/CN=site.test"],
        check=True,
        capture_output=True,
    )


class AtHome(unittest.TestCase):
    """Tests that share such a folder."""

    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.TemporaryDirectory(prefix="rozaneh-site-")
        make_home(cls.home.name)

    @classmethod
    def tearDownClass(cls):
        cls.home.cleanup()


class Nginx(Process):
    """Debian's nginx with its packaged settings."""

    def __init__(self, home, limits="", location=FILES):
        self.ports = Ports(free_port(), free_port(), free_port())
        path = os.path.join(home, f"nginx-{self.ports.plain}.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(
                CONFIGURATION.format(
                    user="user root;" if os.getuid() == 0 else "",
                    home=home,
                    limits=limits,
                    location=location,
                    plain=self.ports.plain,
                    tls=self.ports.tls,
                    redirect=self.ports.redirect,
                ).replace("nginx.pid", f"nginx-{self.ports.plain}.pid")
            )
        super().__init__([NGINX, "-c", path, "-g", "daemon off;"])
        # All its sockets are there before the first one is served.
        if not until(lambda: listens(self.ports.redirect) or not self.alive()) or not self.alive():
            raise AssertionError("nginx does not listen")

    def __exit__(self, *failure):
        if self.alive():
            self.stop()  # its workers with it
        super().__exit__(*failure)


class Ours(Process):
    def __init__(self, home, folder="www", upstream=None, **limits):
        words = [SITE_SERVER, f"{home}/chain.pem", f"{home}/key.pem", f"{home}/{folder}" if folder else "-"]
        environment = {**os.environ, **{name: str(value) for name, value in limits.items()}}
        super().__init__(words + ([upstream] if upstream else []), environment=environment)
        self.ports = Ports(*(int(self.next_line()) for _ in range(3)))


def insecure(alpn=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if alpn:
        context.set_alpn_protocols(alpn)
    return context


def gather(connection, limit, mark=None):
    """What comes until the end, until it is quiet, or up to a mark; and how it ended: open, end, ragged or reset."""
    received = b""
    connection.settimeout(limit)
    try:
        while mark is None or mark not in received:
            part = connection.recv(1 << 16)
            if not part:
                return received, "end"
            received += part
        return received, "open"
    except TimeoutError:
        return received, "open"
    except ssl.SSLEOFError:
        return received, "ragged"
    except OSError:
        return received, "reset"


def ask(port, parts, tls=False):
    """Sends the parts, each when it has become quiet; then, on a connection that is still open, a last request."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    if tls:
        connection = insecure().wrap_socket(connection, suppress_ragged_eofs=False)
    answers, how = [], "open"
    with connection:
        for part in [*parts, MARKER]:
            if how == "open":
                try:
                    connection.sendall(part)
                except OSError:
                    how = "reset"
                    break
                received, how = gather(connection, PATIENCE if part is MARKER else QUIET)
                answers.append(received)
    return b"".join(answers), how


def get(target, *fields, method=b"GET", version=b"HTTP/1.1", host=b"Host: site.test"):
    lines = [method + b" " + target + b" " + version, *([host] if host else []), *fields]
    return b"\r\n".join(lines) + b"\r\n\r\n"


# --- HTTP/2: frames by hand, so that every bit of them is ours ---

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS, PADDED, PRIORITIZED = 1, 4, 8, 32


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def number(value, bits=7):
    most = (1 << bits) - 1
    if value < most:
        return bytes([value])
    out, value = [most], value - most
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    return bytes([*out, value])


def literal(name, value):
    return b"\0" + number(len(name)) + name + number(len(value)) + value


def fields(path=b"/", method=b"GET", scheme=b"https", authority=b"site.test", **others):
    known = {b":method": method, b":scheme": scheme, b":path": path, b":authority": authority}
    known |= {name.replace("_", "-").encode(): value for name, value in others.items()}
    return b"".join(literal(name, value) for name, value in known.items() if value is not None)


def request(path=b"/", stream=1, flags=END_STREAM | END_HEADERS, extra=b"", **others):
    return frame(HEADERS, flags, stream, fields(path, **others) + extra)


MARKING_PING = frame(PING, 0, 0, b"themark!")


def grow(count, stream=0):
    return frame(WINDOW, 0, stream, count.to_bytes(4, "big"))


def setting(key, value):
    return frame(SETTINGS, 0, 0, key.to_bytes(2, "big") + value.to_bytes(4, "big"))


HELLO = PREFACE + frame(SETTINGS)


def frames_of(data):
    """The frames, the date in field blocks masked."""
    frames = []
    while len(data) >= 9:
        size = int.from_bytes(data[:3], "big")
        kind, flags, stream, payload = data[3], data[4], int.from_bytes(data[5:9], "big"), data[9 : 9 + size]
        if kind == HEADERS:
            at = payload.find(b"\x76") + 1  # server, and the date behind it
            at += 1 + (payload[at] & 0x7F)
            payload = payload[:at] + b"DATE" + payload[at + 2 + (payload[at + 1] & 0x7F) :]
            if payload.startswith(b"H\x03301"):  # our two ports in Huffman's code
                at = payload.index(b"\x6e", at)
                payload = payload[:at] + b"LOCATION" + payload[at + 2 + (payload[at + 1] & 0x7F) :]
        frames.append((kind, flags, stream, payload))
        data = data[9 + size :]
    return frames + ([("cut", data)] if data else [])


def masked(result, ports):
    """What is ours alone: the port in a redirect, which is in Huffman's code, and the number of a boundary."""
    frames, how = result
    return [f[:3] + (ports.mask(f[3]),) if len(f) == 4 else f for f in frames], how


def ask_h2(port, parts):
    """What is answered to the parts, each sent when it has become quiet, and to a last PING; and how it ended."""
    connection = insecure(["h2"]).wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE), suppress_ragged_eofs=False)
    answers, how = b"", "open"
    with connection:
        for part in [*parts, MARKING_PING]:
            try:
                connection.sendall(part)
            except OSError:
                how = "reset"
                break
            # The mark is lost where it came in the middle of a frame.
            last = part is MARKING_PING
            received, how = gather(connection, 12 * QUIET if last else QUIET, b"themark!" if last else None)
            answers += received
            if how != "open":
                break
    return frames_of(answers), how
