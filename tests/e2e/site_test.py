"""The web site for strangers beside Debian's nginx: the same probes to both, and every answer compared.

Environment: SITE_SERVER is the program of tests/site/site_server.cpp. What may differ (dates, our two ports, the
numbers of boundaries) is masked; what does differ stands in DIFFERENCES with its reason.
"""

import concurrent.futures
import contextlib
import os
import re
import socket
import threading
import unittest

import harness
from harness import PATIENCE, free_port
from site_sides import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    HELLO,
    NGINX,
    PADDED,
    PING,
    PREFACE,
    PRIORITIZED,
    PRIORITY,
    PUSH,
    RST,
    SETTINGS,
    WINDOW,
    AtHome,
    Nginx,
    Ours,
    ask,
    ask_h2,
    fields,
    frame,
    frames_of,
    gather,
    get,
    grow,
    insecure,
    literal,
    masked,
    request,
    setting,
)

DATE = b"Tue, 14 Nov 2023 22:13:20 GMT"
ETAG = b'"6553f100-64"'  # digits.txt

PROBES = {
    # Pages, folders, methods.
    "the front page": get(b"/"),
    "head": get(b"/", method=b"HEAD"),
    "a text": get(b"/digits.txt"),
    "a big file": get(b"/big.bin"),
    "empty": get(b"/nothing.txt"),
    "empty page": get(b"/nothing.html", b"Accept-Encoding: gzip"),
    "no extension": get(b"/noextension"),
    "a name that begins with a dot": get(b"/.hidden"),
    "capital extension": get(b"/pic.PNG"),
    "symbolic link": get(b"/link.html"),
    "a link to itself": get(b"/loop"),
    "a pipe": get(b"/fifo"),
    "not found": get(b"/absent"),
    "not found with a slash": get(b"/absent/"),
    "head of what is not found": get(b"/absent", method=b"HEAD"),
    "a file with a slash": get(b"/digits.txt/"),
    "folder without slash": get(b"/folder"),
    "folder with query": get(b"/folder?x=1&y=%20"),
    "folder with a space": get(b"/some%20folder"),
    "folder": get(b"/folder/"),
    "folder with index.htm": get(b"/some%20folder/"),
    "folder without index": get(b"/empty/"),
    "post": get(b"/", b"Content-Length: 3", method=b"POST") + b"a=b",
    "post to nothing": get(b"/absent", b"Content-Length: 3", method=b"POST") + b"a=b",
    "post to a folder": get(b"/folder", b"Content-Length: 0", method=b"POST"),
    "put": get(b"/", b"Content-Length: 3", method=b"PUT") + b"abc",
    "delete": get(b"/digits.txt", method=b"DELETE"),
    "options": get(b"/", method=b"OPTIONS"),
    "options of all": get(b"*", method=b"OPTIONS"),
    "trace": get(b"/", method=b"TRACE"),
    "connect": get(b"site.test:443", method=b"CONNECT"),
    "connect to a path": get(b"/", method=b"CONNECT"),
    "unknown method": get(b"/", method=b"BREW"),
    "unknown method to nothing": get(b"/absent", method=b"BREW"),
    # Targets.
    "dots": get(b"/folder/../digits.txt"),
    "encoded dots": get(b"/folder/%2e%2e/digits.txt"),
    "above the root": get(b"/../etc/passwd"),
    "above the root, encoded": get(b"/%2e%2e/etc/passwd"),
    "far above the root": get(b"/folder/../../../etc/passwd"),
    "double slashes": get(b"//folder///index.html"),
    "dot segments": get(b"/./folder/./index.html"),
    "a dot at the end": get(b"/folder/."),
    "dots at the end": get(b"/folder/.."),
    "encoded letters": get(b"/%64igits.txt"),
    "bad encoding": get(b"/%zz"),
    "cut encoding": get(b"/%6"),
    "encoded nul": get(b"/digits.txt%00"),
    "encoded question mark": get(b"/digits.txt%3Fx"),
    "encoded slash": get(b"/folder%2Findex.html"),
    "hash": get(b"/digits.txt#part"),
    "a high byte": get(b"/\xff\xfe"),
    "a control": get(b"/\x01"),
    "absolute form": get(b"http://other.test/digits.txt"),
    "absolute form with port, to a folder": get(b"http://Other.Test:81/folder"),
    "absolute form without path": get(b"http://other.test"),
    "absolute form with query only": get(b"http://other.test?a"),
    "absolute form with literal": get(b"http://[::1]:80/folder"),
    "absolute form, bad host": get(b"http://a..b/"),
    "a scheme of another kind": get(b"ftp://other.test/digits.txt"),
    # First lines.
    "http/0.9": b"GET /digits.txt\r\n",
    "http/0.9 of nothing": b"GET /absent\r\n",
    "http/0.9 post": b"POST /\r\n",
    "http/1.0": get(b"/", version=b"HTTP/1.0", host=None),
    "http/1.0 to a folder": get(b"/folder", version=b"HTTP/1.0", host=None),
    "http/1.0 kept alive": get(b"/digits.txt", b"Connection: keep-alive", version=b"HTTP/1.0"),
    "http/1.2": get(b"/digits.txt", version=b"HTTP/1.2"),
    "http/1.15": get(b"/digits.txt", version=b"HTTP/1.15"),
    "http/1.1000": get(b"/", version=b"HTTP/1.1000"),
    "http/2.0": get(b"/", version=b"HTTP/2.0"),
    "http/0.8": get(b"/", version=b"HTTP/0.8"),
    "http/11.1": get(b"/", version=b"HTTP/11.1"),
    "no such protocol": get(b"/", version=b"HTCPCP/1.0"),
    "the preface of http/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "small letters": get(b"/", method=b"get"),
    "empty lines first": b"\r\n\r\n" + get(b"/digits.txt"),
    "bare line feeds": b"GET /digits.txt HTTP/1.1\nHost: site.test\n\n",
    "spaces around": b"GET   /digits.txt   HTTP/1.1  \r\nHost: site.test\r\n\r\n",
    "garbage": bytes(range(128, 192)),
    "nuls": bytes(64),
    "a hello of TLS": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(155),
    "a hello of SSH": b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "SMTP": b"EHLO there\r\n",
    "half a request": b"GET / HTTP/1.1\r\nHost: si",
    # Fields.
    "no host": get(b"/", host=None),
    "two hosts": get(b"/", b"Host: other"),
    "empty host": get(b"/", host=b"Host:"),
    "bad host": get(b"/", host=b"Host: a/b"),
    "host with port": get(b"/folder", host=b"Host: Site.Test:8443"),
    "host with a dot at its end": get(b"/folder", host=b"Host: site.test."),
    "host as literal": get(b"/folder", host=b"Host: [2001:db8::1]:80"),
    "a field without colon": get(b"/digits.txt", b"Lonely"),
    "an empty name": get(b"/digits.txt", b": value"),
    "a space in a name": get(b"/digits.txt", b"A B: value"),
    "an underscore in a name": get(b"/digits.txt", b"A_B: value"),
    "a thousand fields": get(b"/digits.txt", *[b"a:"] * 999),
    "more than a thousand fields": get(b"/digits.txt", *[b"a:"] * 1000),
    "a folded field": get(b"/digits.txt", b"A: b", b" c"),
    "a nul in a value": get(b"/digits.txt", b"A: b\x00c"),
    "a bare return in a value": get(b"/digits.txt", b"A: b\rc"),
    "a high byte in a name": get(b"/digits.txt", b"\xe9t\xe9: value"),
    "a long field": get(b"/digits.txt", b"A: " + b"a" * 8000),
    "too long a field": get(b"/digits.txt", b"A: " + b"a" * 9000),
    "many fields": get(b"/digits.txt", *(b"A%d: %s" % (i, b"a" * 200) for i in range(120))),
    "too many fields": get(b"/digits.txt", *(b"A%d: %s" % (i, b"a" * 200) for i in range(300))),
    "a long target": get(b"/" + b"a" * 8000),
    "too long a target": get(b"/" + b"a" * 9000),
    "a name too long for files": get(b"/" + b"a" * 300),
    # Bodies.
    "bad length": get(b"/", b"Content-Length: 3x"),
    "negative length": get(b"/", b"Content-Length: -1"),
    "two lengths": get(b"/", b"Content-Length: 3", b"Content-Length: 3") + b"abc",
    "too long a body": get(b"/", b"Content-Length: 1048577", method=b"POST"),
    "a body for get": get(b"/digits.txt", b"Content-Length: 3") + b"abc",
    "chunks": get(b"/digits.txt", b"Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\n\r\n",
    "chunks with trailer": get(b"/", b"Transfer-Encoding: chunked") + b"3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n",
    "bad chunks": get(b"/digits.txt", b"Transfer-Encoding: chunked") + b"xyz\r\n",
    "bad chunks to nothing": get(b"/absent", b"Transfer-Encoding: chunked") + b"xyz\r\n",
    "chunks and length": get(b"/", b"Transfer-Encoding: chunked", b"Content-Length: 3") + b"abc",
    "an unknown coding": get(b"/", b"Transfer-Encoding: gzip"),
    "chunks in 1.0": get(b"/", b"Transfer-Encoding: chunked", version=b"HTTP/1.0"),
    "expects to continue": get(b"/digits.txt", b"Expect: 100-continue", b"Content-Length: 3") + b"abc",
    "expects to continue with nothing": get(b"/absent", b"Expect: 100-continue", b"Content-Length: 3") + b"abc",
    "expects something else": get(b"/digits.txt", b"Expect: tea"),
    # Connections.
    "close": get(b"/digits.txt", b"Connection: close"),
    "close and keep": get(b"/digits.txt", b"Connection: keep-alive, close"),
    "an upgrade": get(b"/digits.txt", b"Connection: Upgrade", b"Upgrade: websocket"),
    "an upgrade to h2c": get(b"/digits.txt", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"),
    "two in a row": get(b"/digits.txt") + get(b"/absent"),
    "three in a row, the second bad": get(b"/digits.txt") + b"NO/ \r\n\r\n" + get(b"/"),
    "twenty in a row": get(b"/absent") * 20,
    "behind a body": get(b"/absent", b"Content-Length: 5", method=b"POST") + b"hello" + get(b"/digits.txt"),
    # Conditions.
    "not modified since": get(b"/digits.txt", b"If-Modified-Since: " + DATE),
    "modified since": get(b"/digits.txt", b"If-Modified-Since: Tue, 14 Nov 2023 22:13:21 GMT"),
    "rfc 850 date": get(b"/digits.txt", b"If-Modified-Since: Tuesday, 14-Nov-23 22:13:20 GMT"),
    "asctime date": get(b"/digits.txt", b"If-Modified-Since: Tue Nov 14 22:13:20 2023"),
    "bad date": get(b"/digits.txt", b"If-Modified-Since: yesterday"),
    "same tag": get(b"/digits.txt", b"If-None-Match: " + ETAG),
    "weak tag": get(b"/digits.txt", b'If-None-Match: "x", W/' + ETAG),
    "any tag": get(b"/digits.txt", b"If-None-Match: *"),
    "other tag": get(b"/digits.txt", b'If-None-Match: "x"'),
    "if match": get(b"/digits.txt", b"If-Match: " + ETAG),
    "if match another": get(b"/digits.txt", b'If-Match: "x"'),
    "unmodified since": get(b"/digits.txt", b"If-Unmodified-Since: " + DATE),
    "modified in spite": get(b"/digits.txt", b"If-Unmodified-Since: Tue, 14 Nov 2023 22:13:19 GMT"),
    # Ranges.
    "a range": get(b"/digits.txt", b"Range: bytes=5-14"),
    "an open range": get(b"/digits.txt", b"Range: bytes=95-"),
    "a suffix": get(b"/digits.txt", b"Range: bytes=-5"),
    "too long a suffix": get(b"/digits.txt", b"Range: bytes=-500"),
    "several ranges": get(b"/digits.txt", b"Range: bytes=0-3, 5-6,-1"),
    "ranges over all": get(b"/digits.txt", b"Range: bytes=0-99,0-99"),
    "beyond the end": get(b"/digits.txt", b"Range: bytes=200-300"),
    "a bad range": get(b"/digits.txt", b"Range: bytes=x"),
    "backwards": get(b"/digits.txt", b"Range: bytes=9-5"),
    "an unknown unit": get(b"/digits.txt", b"Range: lines=1-2"),
    "if range": get(b"/digits.txt", b"Range: bytes=0-1", b"If-Range: " + ETAG),
    "if range, another": get(b"/digits.txt", b"Range: bytes=0-1", b'If-Range: "x"'),
    "if range by date": get(b"/digits.txt", b"Range: bytes=0-1", b"If-Range: " + DATE),
    "head of a range": get(b"/digits.txt", b"Range: bytes=0-1", method=b"HEAD"),
    "a range of a big file": get(b"/big.bin", b"Range: bytes=1000-201000"),
    # Compression.
    "gzip": get(b"/", b"Accept-Encoding: gzip, deflate, br"),
    "gzip of much": get(b"/big.html", b"Accept-Encoding: gzip"),
    "gzip of little": get(b"/tiny.html", b"Accept-Encoding: gzip"),
    "gzip of a text": get(b"/digits.txt", b"Accept-Encoding: gzip"),
    "gzip of nothing": get(b"/absent", b"Accept-Encoding: gzip"),
    "gzip of head": get(b"/", b"Accept-Encoding: gzip", method=b"HEAD"),
    "gzip in 1.0": get(b"/", b"Accept-Encoding: gzip", version=b"HTTP/1.0"),
    "gzip refused": get(b"/", b"Accept-Encoding: gzip;q=0"),
    "gzip wanted a little": get(b"/", b"Accept-Encoding: br, gzip;q=0.1"),
    "gzip by a proxy": get(b"/", b"Accept-Encoding: gzip", b"Via: 1.1 there"),
    "gzip and a range": get(b"/", b"Accept-Encoding: gzip", b"Range: bytes=0-9"),
    "gzip not modified": get(b"/", b"Accept-Encoding: gzip", b'If-None-Match: W/"6553f100-267"'),
    # Browsers.
    "chrome and nothing": get(b"/absent", b"User-Agent: Mozilla/5.0 (X11) Chrome/120.0 Safari/537.36"),
    "explorer and nothing": get(b"/absent", b"User-Agent: Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)"),
    "firefox and nothing": get(b"/absent", b"User-Agent: Mozilla/5.0 (X11; rv:115.0) Gecko/20100101 Firefox/115.0"),
    "explorer posts": get(b"/", b"User-Agent: Mozilla/4.0 (compatible; MSIE 6.0; X)", method=b"POST"),
    "chrome and a folder": get(b"/folder", b"User-Agent: Chrome/120.0"),
}

# In pieces: each is sent when what came before has been answered, or not.
SPLIT = {
    "letter by letter": [bytes([byte]) for byte in b"GET"] + [b" /digits.txt HTTP/1.1\r\nHo", b"st: a\r", b"\n\r", b"\n"],
    "a body that comes later": [get(b"/absent", b"Content-Length: 5", method=b"POST"), b"hel", b"lo"],
    "chunks that come later": [get(b"/absent", b"Transfer-Encoding: chunked", method=b"POST"), b"5\r\nhel", b"lo\r\n0\r\n\r\n"],
    "bad chunks that come later": [get(b"/absent", b"Transfer-Encoding: chunked", method=b"POST"), b"x"],
    "continue, then the body": [get(b"/digits.txt", b"Expect: 100-continue", b"Content-Length: 3"), b"abc"],
    "more after a close": [get(b"/digits.txt", b"Connection: close"), b"more"],
    "more after garbage": [b"\xff\xff\xff\xff", b"more"],
}

# name: reason. A probe that is listed must differ.
DIFFERENCES = {}
H2_DIFFERENCES = {
    "empty path": "nginx then takes the length of what it skips from this path, and ends the connection: a slip",
}

TUNNEL = b"/a-path-that-nobody-guesses"  # where ours carries one
WIDE = PREFACE + setting(4, 1 << 30) + grow(1 << 30)

H2_PROBES = {
    "nothing but hello": [HELLO],
    "the front page": [HELLO + request()],
    "head": [HELLO + request(method=b"HEAD")],
    "a text": [HELLO + request(b"/digits.txt")],
    "empty": [HELLO + request(b"/nothing.txt")],
    "not found": [HELLO + request(b"/absent")],
    "not found, by Chrome": [HELLO + request(b"/absent", user_agent=b"Mozilla/5.0 (X11) Chrome/120.0 Safari/537.36")],
    "folder": [HELLO + request(b"/folder")],
    "folder with query": [HELLO + request(b"/folder?a=b#c")],
    "folder without index": [HELLO + request(b"/empty/")],
    "gzip": [HELLO + request(accept_encoding=b"gzip")],
    "gzip of nothing": [HELLO + request(b"/absent", accept_encoding=b"gzip")],
    "gzip of much": [WIDE + request(b"/big.html", accept_encoding=b"gzip")],
    "a range": [HELLO + request(b"/digits.txt", range=b"bytes=5-14")],
    "several ranges": [HELLO + request(b"/digits.txt", range=b"bytes=5-14,20-21")],
    "a bad range": [HELLO + request(b"/digits.txt", range=b"bytes=500-")],
    "not modified": [HELLO + request(b"/digits.txt", if_none_match=ETAG)],
    "condition failed": [HELLO + request(b"/digits.txt", if_match=b'"x"')],
    "big in a wide window": [WIDE + request(b"/big.bin")],
    "big in the usual window": [HELLO + request(b"/big.bin")],
    "big in a window that opens": [HELLO + request(b"/big.bin"), grow(100000) + grow(50000, 1), grow(100000) + grow(400000, 1)],
    "big in small frames": [PREFACE + setting(4, 100) + request(b"/big.bin"), grow(77, 1)],
    "a window that shrinks": [HELLO + request(b"/big.bin"), setting(4, 0) + grow(1000, 1) + grow(100000)],
    "no window at all": [PREFACE + setting(4, 0) + request()],
    "two at once": [HELLO + request(b"/digits.txt") + request(b"/absent", 3)],
    "one after the other": [HELLO + request(b"/digits.txt"), request(b"/absent", 3)],
    "post": [HELLO + request(method=b"POST", flags=END_HEADERS, content_length=b"3") + frame(DATA, END_STREAM, 1, b"a=b")],
    "post without length": [HELLO + request(method=b"POST", flags=END_HEADERS) + frame(DATA, END_STREAM, 1, b"a=b")],
    "post that never ends": [HELLO + request(method=b"POST", flags=END_HEADERS), frame(DATA, 0, 1, b"a=b")],
    "get that never ends": [HELLO + request(flags=END_HEADERS), frame(DATA, END_STREAM, 1, b"a=b")],
    "put": [HELLO + request(method=b"PUT")],
    "too long a body": [HELLO + request(method=b"POST", flags=END_HEADERS, content_length=b"1048577")],
    "a length and no body": [HELLO + request(method=b"POST", content_length=b"3")],
    "unknown method": [HELLO + request(method=b"BREW")],
    "small letters in the method": [HELLO + request(method=b"get")],
    "connect": [HELLO + request(method=b"CONNECT", path=None, scheme=None)],
    "connect with all": [HELLO + request(method=b"CONNECT")],
    "extended connect": [HELLO + request(method=b"CONNECT", extra=literal(b":protocol", b"websocket"))],
    "extended connect, the path behind": [HELLO + request(None, method=b"CONNECT", extra=literal(b":protocol", b"websocket") + literal(b":path", b"/"))],
    "extended connect of nothing": [HELLO + request(method=b"CONNECT", extra=literal(b":protocol", b""))],
    "extended connect with fields": [HELLO + request(method=b"CONNECT", extra=literal(b":protocol", b"websocket") + literal(b"sec-websocket-version", b"13"))],
    "extended connect without an end": [HELLO + request(method=b"CONNECT", flags=END_HEADERS, extra=literal(b":protocol", b"websocket")), frame(DATA, 0, 1, b"abc")],
    "extended connect in pieces": [HELLO + request(method=b"CONNECT", flags=0, extra=literal(b":protocol", b"websocket")), frame(CONTINUATION, 0, 1, literal(b"a", b"b")), frame(CONTINUATION, END_HEADERS, 1)],
    "extended connect to an absent path": [HELLO + request(b"/absent", method=b"CONNECT", extra=literal(b":protocol", b"websocket"))],
    "extended connect below the tunnel": [HELLO + request(TUNNEL + b"/", method=b"CONNECT", extra=literal(b":protocol", b"websocket"))],
    "extended connect to half of the tunnel": [HELLO + request(TUNNEL[:-1], method=b"CONNECT", extra=literal(b":protocol", b"websocket"))],
    "a get with a protocol": [HELLO + request(extra=literal(b":protocol", b"websocket"))],
    "a get of the tunnel": [HELLO + request(TUNNEL)],
    "connect to the tunnel": [HELLO + request(TUNNEL, method=b"CONNECT")],
    "trace": [HELLO + request(method=b"TRACE")],
    "options of all": [HELLO + request(b"*", method=b"OPTIONS")],
    "no path": [HELLO + request(None)],
    "empty path": [HELLO + request(b"")],
    "path without slash": [HELLO + request(b"digits.txt")],
    "path with a space": [HELLO + request(b"/a b")],
    "path above the root": [HELLO + request(b"/../x")],
    "two paths": [HELLO + request(extra=literal(b":path", b"/"))],
    "no method": [HELLO + request(method=None)],
    "no scheme": [HELLO + request(scheme=None)],
    "odd scheme": [HELLO + request(scheme=b"1x")],
    "http scheme": [HELLO + request(scheme=b"http")],
    "no authority": [HELLO + request(authority=None)],
    "host instead": [HELLO + request(authority=None, host=b"other.test", path=b"/folder")],
    "authority and host": [HELLO + request(host=b"other.test")],
    "bad authority": [HELLO + request(authority=b"a/b")],
    "an unknown pseudo field": [HELLO + request(extra=literal(b":status", b"200"))],
    "a pseudo field behind others": [HELLO + frame(HEADERS, 5, 1, literal(b"a", b"b") + fields())],
    "capitals in a name": [HELLO + request(extra=literal(b"A", b"b"))],
    "an underscore in a name": [HELLO + request(extra=literal(b"a_b", b"c"))],
    "an empty name": [HELLO + request(extra=literal(b"", b"c"))],
    "a nul in a value": [HELLO + request(extra=literal(b"a", b"b\0c"))],
    "a line feed in a value": [HELLO + request(extra=literal(b"a", b"b\nc"))],
    "connection": [HELLO + request(b"/digits.txt", connection=b"close")],
    "te": [HELLO + request(b"/digits.txt", te=b"gzip")],
    "transfer-encoding": [HELLO + request(b"/digits.txt", transfer_encoding=b"gzip")],
    "expect": [HELLO + request(b"/digits.txt", expect=b"100-continue")],
    "cookies": [HELLO + request(b"/digits.txt", extra=literal(b"cookie", b"a=b") * 3)],
    "duplicate length": [HELLO + request(extra=literal(b"content-length", b"0") * 2)],
    "a large field": [HELLO + request(b"/digits.txt", a=b"a" * 8192)],
    "too large a field": [HELLO + request(b"/digits.txt", a=b"a" * 8193)],
    "large fields": [HELLO + request(b"/digits.txt", flags=1, a=b"a" * 8000) + frame(CONTINUATION, 0, 1, literal(b"b", b"b" * 8000)) + frame(CONTINUATION, 4, 1, literal(b"c", b"c" * 8000))],
    "too large fields": [HELLO + request(b"/digits.txt", flags=1, a=b"a" * 8000) + b"".join(frame(CONTINUATION, 0, 1, literal(b"b", b"b" * 8000)) for _ in range(4))],
    "many fields": [HELLO + request(b"/digits.txt", extra=literal(b"a", b"") * 990)],
    "too many fields": [HELLO + request(b"/digits.txt", extra=literal(b"a", b"") * 1001)],
    "indexed fields": [HELLO + frame(HEADERS, 5, 1, b"\x82\x84\x87\x41\x01a")],
    "huffman": [HELLO + frame(HEADERS, 5, 1, b"\x82\x84\x87\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff")],
    "bad huffman": [HELLO + frame(HEADERS, 5, 1, b"\x82\x84\x87\x41\x81\x00")],
    "the end in huffman": [HELLO + frame(HEADERS, 5, 1, b"\x82\x84\x87\x41\x84\xff\xff\xff\xff")],
    "a dynamic entry": [HELLO + frame(HEADERS, 5, 1, b"\x82\x84\x87\x41\x01a\xbe\xbe")],
    "an entry again": [HELLO + frame(HEADERS, 5, 1, b"\x82\x84\x87\x41\x01a"), frame(HEADERS, 5, 3, b"\x82\x84\x87\xbe")],
    "an unknown entry": [HELLO + frame(HEADERS, 5, 1, b"\x82\x84\x87\xff\x01")],
    "entry zero": [HELLO + frame(HEADERS, 5, 1, b"\x80")],
    "a long number": [HELLO + frame(HEADERS, 5, 1, b"\xff\xff\xff\xff\xff\x01")],
    "a table update": [HELLO + frame(HEADERS, 5, 1, b"\x3f\xe1\x1f" + fields())],
    "too large a table": [HELLO + frame(HEADERS, 5, 1, b"\x3f\xe2\x1f" + fields())],
    "the client's table": [PREFACE + setting(1, 65536) + request()],
    "a cut field": [HELLO + frame(HEADERS, 5, 1, fields()[:-3])],
    "an empty block": [HELLO + frame(HEADERS, 5, 1)],
    "a block in pieces": [HELLO + frame(HEADERS, 1, 1, fields()[:20]) + frame(CONTINUATION, 4, 1, fields()[20:])],
    "a block letter by letter": [HELLO + frame(HEADERS, 1, 1, fields()[:1]) + b"".join(frame(CONTINUATION, 0, 1, bytes([b])) for b in fields()[1:]) + frame(CONTINUATION, 4, 1)],
    "a block broken by another": [HELLO + frame(HEADERS, 1, 1, fields()) + frame(PING, 0, 0, bytes(8))],
    "a block of another stream": [HELLO + frame(HEADERS, 1, 1, fields()) + frame(CONTINUATION, 4, 3, fields())],
    "continuation alone": [HELLO + frame(CONTINUATION, 4, 1, fields())],
    "padded": [HELLO + frame(HEADERS, 5 | PADDED, 1, b"\x05" + fields() + bytes(5))],
    "padded and in pieces": [HELLO + frame(HEADERS, 1 | PADDED, 1, b"\x05" + fields()[:20] + bytes(5)) + frame(CONTINUATION, 4, 1, fields()[20:])],
    "padded too much": [HELLO + frame(HEADERS, 5 | PADDED, 1, b"\xff" + fields())],
    "prioritized": [HELLO + frame(HEADERS, 5 | PRIORITIZED, 1, b"\0\0\0\0\x10" + fields())],
    "depending on itself": [HELLO + frame(HEADERS, 5 | PRIORITIZED, 1, b"\0\0\0\x01\x10" + fields())],
    "an even stream": [HELLO + request(stream=2)],
    "stream zero": [HELLO + request(stream=0)],
    "a stream again": [HELLO + request(b"/digits.txt") + request(b"/digits.txt")],
    "a lower stream": [HELLO + request(b"/digits.txt", 5) + request(b"/digits.txt", 3)],
    "headers on an open stream": [HELLO + request(b"/big.bin", flags=END_HEADERS), request(b"/", 1)],
    "data of nobody": [HELLO + frame(DATA, 0, 0, b"a")],
    "data on an idle stream": [HELLO + frame(DATA, 0, 1, b"a") + request(b"/digits.txt", 3)],
    "data after the end": [HELLO + request(b"/big.bin"), frame(DATA, 0, 1, b"a")],
    "data padded too much": [HELLO + request(b"/big.bin", flags=END_HEADERS), frame(DATA, PADDED, 1, b"\x05a")],
    "data padded without a length": [HELLO + request(b"/big.bin", flags=END_HEADERS), frame(DATA, PADDED, 1)],
    "more data than the window": [HELLO + request(b"/big.bin", flags=END_HEADERS), frame(DATA, 0, 1, bytes(40000)) + frame(DATA, 0, 1, bytes(40000))],
    "a window of zero": [HELLO + grow(0)],
    "a window too large": [HELLO + grow(0x7FFFFFFF)],
    "a stream's window too large": [HELLO + request(b"/big.bin"), grow(0x7FFFFFFF, 1)],
    "a stream's window of zero": [HELLO + request(b"/big.bin"), grow(0, 1)],
    "a window of an idle stream": [HELLO + grow(5, 7)],
    "a short window update": [HELLO + frame(WINDOW, 0, 0, b"abc")],
    "settings of a bad size": [HELLO + frame(SETTINGS, 0, 0, b"abcde")],
    "settings on a stream": [HELLO + frame(SETTINGS, 0, 1)],
    "acknowledged settings": [HELLO + frame(SETTINGS, 1)],
    "acknowledged with more": [HELLO + frame(SETTINGS, 1, 0, bytes(6))],
    "a bad push setting": [PREFACE + setting(2, 2)],
    "a bad window setting": [PREFACE + setting(4, 1 << 31)],
    "a bad frame size": [PREFACE + setting(5, 100)],
    "unknown settings": [PREFACE + setting(99, 1) + setting(6, 1) + setting(3, 0)],
    "a ping": [HELLO + frame(PING, 0, 0, b"12345678")],
    "an acknowledged ping": [HELLO + frame(PING, 1, 0, b"12345678")],
    "a short ping": [HELLO + frame(PING, 0, 0, b"123")],
    "a ping on a stream": [HELLO + frame(PING, 0, 1, b"12345678")],
    "goaway": [HELLO + frame(GOAWAY, 0, 0, bytes(8)) + request(b"/digits.txt")],
    "goaway with words": [HELLO + frame(GOAWAY, 0, 0, bytes(8) + b"farewell")],
    "a short goaway": [HELLO + frame(GOAWAY, 0, 0, bytes(4))],
    "goaway on a stream": [HELLO + frame(GOAWAY, 0, 1, bytes(8))],
    "a reset": [HELLO + request(b"/big.bin"), frame(RST, 0, 1, bytes(4))],
    "a reset of nobody": [HELLO + frame(RST, 0, 0, bytes(4))],
    "a reset of an idle stream": [HELLO + frame(RST, 0, 9, bytes(4))],
    "a short reset": [HELLO + frame(RST, 0, 1, bytes(3))],
    "a priority": [HELLO + frame(PRIORITY, 0, 3, b"\0\0\0\0\x10")],
    "a priority of itself": [HELLO + frame(PRIORITY, 0, 3, b"\0\0\0\x03\x10")],
    "a priority of nobody": [HELLO + frame(PRIORITY, 0, 0, b"\0\0\0\x01\x10")],
    "a short priority": [HELLO + frame(PRIORITY, 0, 3, b"\0\0\0\0")],
    "a promise": [HELLO + frame(PUSH, 4, 1, bytes(8))],
    "an unknown frame": [HELLO + frame(0x42, 7, 9, b"something") + request(b"/digits.txt")],
    "no settings first": [PREFACE + request(b"/digits.txt")],
    "a wrong preface": [b"GET / HTTP/1.1\r\nHost: site.test\r\n\r\n"],
    "a preface with a wrong end": [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r!" + bytes(20)],
    "garbage": [bytes(range(64, 128))],
    "garbage after the preface": [HELLO + bytes(range(1, 200))],
    "letter by letter": [PREFACE[:10], PREFACE[10:20], PREFACE[20:] + frame(SETTINGS)[:4], frame(SETTINGS)[4:] + request()[:11], request()[11:]],
    # Floods.
    "129 streams at once": [PREFACE + setting(4, 0) + b"".join(request(b"/big.bin", 2 * i + 1) for i in range(130))],
    "a flood of continuations": [HELLO + frame(HEADERS, 1, 1, fields()) + frame(CONTINUATION, 0, 1) * 5000],
    "a flood of settings": [HELLO + frame(SETTINGS) * 3000],
    "a flood of pings": [HELLO + frame(PING, 0, 0, bytes(8)) * 3000],
    "a flood of priorities": [HELLO + frame(PRIORITY, 0, 3, b"\0\0\0\0\x10") * 300],
}


# These depend on how the kernel cuts what both receive, so that nginx does not answer twice alike. What is compared:
# what streams carried in all, or how the connection ended.
CUT_ANYWHERE = ("big in a window that opens", "big in small frames", "a window that shrinks")
FLOODS = {
    "1001 requests": [WIDE + b"".join(request(b"/nothing.txt", 2 * i + 1) for i in range(1001))],
    "rapid reset": [HELLO + b"".join(request(b"/big.bin", 2 * i + 1) + frame(RST, 0, 2 * i + 1, b"\0\0\0\x08") for i in range(5000))],
}


def joined(result):
    """What each stream carried, however it was cut."""
    streams = {}
    for kind, _, stream, payload in result[0]:
        if kind == DATA:
            streams[stream] = streams.get(stream, b"") + payload
    return [(DATA, 0, stream, data) for stream, data in streams.items()], result[1]


def brief(result):
    return [f"{f[0]} {f[1]} {f[2]} {len(f[3])}: {f[3][:40]!r}" if len(f) == 4 else f for f in result[0][:30]], result[1]


def wait_for_the_end(ports, door, alpn, data):
    connection = socket.create_connection(("127.0.0.1", getattr(ports, door)), timeout=PATIENCE)
    if alpn is not None:
        connection = insecure(alpn).wrap_socket(connection, suppress_ragged_eofs=False)
    with connection:
        if data:
            connection.sendall(data)
        received, how = gather(connection, PATIENCE)
    return frames_of(received) if alpn else ports.mask(received), how


class Behind:
    """A web server behind both: answers by path, and says what it was asked."""

    ANSWERS = {
        b"/plain": b"HTTP/1.1 200 OK\r\nServer: Apache\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: text/html; charset=utf-8\r\nX-One: 1\r\nContent-Length: %d\r\n"
        b'Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT\r\nETag: "abc"\r\nSet-Cookie: a=b\r\nAccept-Ranges: bytes\r\nX-Accel-Expires: 1\r\nConnection: close\r\n\r\n%s',
        b"/no-length": b"HTTP/1.1 200 Fine\r\nContent-Type: text/plain\r\n\r\n%.0s%s",
        b"/missing": b"HTTP/1.1 404 Gone Fishing\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s",
        b"/own-redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%PORT/there?x\r\nContent-Length: 0\r\n\r\n%.0d%.0s",
        b"/other-redirect": b"HTTP/1.1 302 Found\r\nA: b\r\nLocation: http://elsewhere.test/\r\nContent-Length: 0\r\n\r\n%.0d%.0s",
        b"/not-modified": b'HTTP/1.1 304 Not Modified\r\nETag: "abc"\r\n\r\n%.0d%.0s',
        b"/chunked": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n",
        b"/garbage": b"whatever\r\n\r\n%.0d%.0s",
        b"/nothing": b"",
    }

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection, contextlib.suppress(OSError, ValueError):
            connection.settimeout(PATIENCE)
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += connection.recv(1 << 16) or b"\r\n\r\n"
            head, body = asked.split(b"\r\n\r\n", 1)
            length = re.search(rb"(?i)content-length: (\d+)", head)
            while length and len(body) < int(length[1]):
                body += connection.recv(1 << 16)
            answer = self.ANSWERS.get(head.split()[1].split(b"?")[0], self.ANSWERS[b"/plain"])
            said = b"" if head.startswith(b"HEAD") else b"you asked:\n" + head + b"\r\n\r\n" + body
            answer = answer.replace(b"%PORT", b"%d" % self.port).replace(b"%.0s%s", b"%s").replace(b"%.0d%.0s", b"")
            values = {0: (), 1: (said,), 2: (len(said), said)}[answer.count(b"%d") + answer.count(b"%x") + answer.count(b"%s")]
            connection.sendall(answer % values)


PROXY_PROBES = {
    "plain": get(b"/plain?a=b"),
    "gzip": get(b"/plain", b"Accept-Encoding: gzip"),
    "head": get(b"/plain", method=b"HEAD"),
    "http/1.0": get(b"/plain", version=b"HTTP/1.0", host=None),
    "fields": get(b"/plain", b"User-Agent: me", b"X-Mine: 1", b"X_Odd: 2", b"TE: trailers", b"Keep-Alive: 3", b"Connection: keep-alive, x", b"Upgrade: h2c"),
    "encoded": get(b"/a%20b/../c//d?x=%20"),
    "absolute": get(b"http://other.test/plain"),
    "absolute without path": get(b"http://other.test?q"),
    "post": get(b"/plain", b"Content-Length: 3", method=b"POST") + b"abc",
    "chunked post": get(b"/plain", b"Transfer-Encoding: chunked", method=b"POST") + b"3\r\nabc\r\n0\r\n\r\n",
    "bad chunks": get(b"/plain", b"Transfer-Encoding: chunked", method=b"POST") + b"xyz\r\n",
    "too long a body": get(b"/plain", b"Content-Length: 1048577", method=b"POST"),
    "expects to continue": get(b"/plain", b"Expect: 100-continue", b"Content-Length: 3", method=b"POST") + b"abc",
    "an unknown method": get(b"/plain", method=b"BREW"),
    "no length": get(b"/no-length"),
    "no length in 1.0": get(b"/no-length", version=b"HTTP/1.0"),
    "missing": get(b"/missing", b"Accept-Encoding: gzip"),
    "a redirect to itself": get(b"/own-redirect"),
    "a redirect elsewhere": get(b"/other-redirect"),
    "not modified": get(b"/not-modified"),
    "chunked": get(b"/chunked"),
    "garbage": get(b"/garbage"),
    "nothing": get(b"/nothing"),
    "an upgrade": get(b"/plain", b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
    "several": get(b"/plain") + get(b"/missing") + get(b"/garbage"),
}
PROXY_DIFFERENCES = {
    "garbage": "nginx passes an answer without a head on, as HTTP/0.9; ours is 502",
    "several": "the same",
}


class Comparison(AtHome):
    def compare(self, nginx, ours, probes, door, tls=False, differences=None):
        """All probes to both; every difference that is not listed fails."""
        with concurrent.futures.ThreadPoolExecutor(16) as pool:

            def both(parts):
                results = []
                for side in (nginx.ports, ours.ports):
                    data, how = ask(getattr(side, door), parts, tls)
                    results.append((side.mask(data), how))
                return results

            jobs = {name: pool.submit(both, [part] if isinstance(part, bytes) else part) for name, part in probes.items()}
            for name, job in jobs.items():
                with self.subTest(door=door, probe=name):
                    theirs, mine = job.result()
                    if name in (differences or DIFFERENCES):
                        self.assertNotEqual(theirs, mine, "no longer differs")
                    else:
                        self.assertEqual(theirs, mine)

    def test_every_probe_is_answered_as_nginx_answers_it(self):
        with Nginx(self.home.name) as nginx, Ours(self.home.name) as ours:
            self.compare(nginx, ours, PROBES, "plain")
            self.compare(nginx, ours, SPLIT, "plain")

    def test_every_probe_inside_tls_is_answered_as_nginx_answers_it(self):
        with Nginx(self.home.name) as nginx, Ours(self.home.name) as ours:
            self.compare(nginx, ours, PROBES, "tls", tls=True)
            self.compare(nginx, ours, SPLIT, "tls", tls=True)

    def test_plain_http_on_the_tls_port_is_answered_as_nginx_answers_it(self):
        # What begins as TLS does is no business of the site.
        probes = {name: parts for name, parts in PROBES.items() if parts[0] < 0x80 and parts[0] != 0x16}
        with Nginx(self.home.name) as nginx, Ours(self.home.name) as ours:
            self.compare(nginx, ours, probes, "tls")

    def test_port_80_redirects_as_nginx_does(self):
        with Nginx(self.home.name) as nginx, Ours(self.home.name) as ours:
            self.compare(nginx, ours, PROBES, "redirect")
            self.compare(nginx, ours, SPLIT, "redirect")

    def test_every_probe_of_http2_is_answered_as_nginx_answers_it(self):
        """Ours carries a tunnel, at a path that no probe asks for."""
        with Nginx(self.home.name) as nginx, Ours(self.home.name, TUNNEL=TUNNEL.decode()) as ours, concurrent.futures.ThreadPoolExecutor(16) as pool:
            both = {
                name: [pool.submit(ask_h2, side.ports.tls, parts) for side in (nginx, ours)]
                for name, parts in H2_PROBES.items()
            }
            for name, (theirs, mine) in both.items():
                with self.subTest(probe=name):
                    join = joined if name in CUT_ANYWHERE else lambda result: result
                    expected, got = (join(side) for side in (masked(theirs.result(), nginx.ports), masked(mine.result(), ours.ports)))
                    self.assertEqual(name in H2_DIFFERENCES, expected != got, f"{brief(expected)}\nbut\n{brief(got)}")

    def test_the_tunnel_is_there_for_who_knows_its_path(self):
        ask = request(TUNNEL, method=b"CONNECT", flags=END_HEADERS, extra=literal(b":protocol", b"websocket"))
        with Ours(self.home.name, TUNNEL=TUNNEL.decode()) as ours:
            frames, how = ask_h2(ours.ports.tls, [HELLO + ask])
        self.assertEqual(how, "open")
        (answer,) = [each for each in frames if each[0] == HEADERS]
        self.assertTrue(answer[3].startswith(b"\x88"), answer)

    def test_silence_ends_as_with_nginx(self):
        """With short limits on both sides: with which bytes, and with or without TLS's farewell."""
        limits = "client_header_timeout 1s; keepalive_timeout 1s;"
        silences = [
            ("plain", None, b""),
            ("plain", None, b"GET / HT"),
            ("plain", None, get(b"/digits.txt")),
            ("plain", None, get(b"/digits.txt") + b"GET"),
            ("tls", [], b""),
            ("tls", [], b"GET / HT"),
            ("tls", [], get(b"/digits.txt")),
            ("tls", None, b"GET / HT"),
            ("tls", ["h2"], b""),
            ("tls", ["h2"], PREFACE[:10]),
            ("tls", ["h2"], HELLO),
            ("tls", ["h2"], HELLO + request(b"/digits.txt")),
            ("tls", ["h2"], HELLO + request(b"/digits.txt") + b"\0\0\x08"),
        ]
        with Nginx(self.home.name, limits) as nginx, Ours(self.home.name, HEADER=1000, KEEP_ALIVE=1000) as ours, concurrent.futures.ThreadPoolExecutor(26) as pool:
            jobs = [(probe, [pool.submit(wait_for_the_end, side.ports, *probe) for side in (nginx, ours)]) for probe in silences]
            for probe, (theirs, mine) in jobs:
                with self.subTest(probe=probe):
                    self.assertEqual(theirs.result(), mine.result())

    def test_a_flood_of_http2_ends_as_with_nginx(self):
        with Nginx(self.home.name) as nginx, Ours(self.home.name) as ours:
            for name, parts in FLOODS.items():
                for side in (nginx, ours):
                    with self.subTest(probe=name, program=type(side).__name__):
                        frames, how = ask_h2(side.ports.tls, parts)
                        self.assertNotEqual("open", how)
                        ends = [f[3][4:] for f in frames if f[0] == GOAWAY]
                        # A reset can overtake the farewell.
                        self.assertIn(ends, ([bytes(4)], []) if how == "reset" else ([bytes(4)],))

    def test_a_server_behind_is_shown_as_nginx_shows_it(self):
        with Behind() as behind:
            location = "location / { proxy_pass http://%s; }" % behind.address
            with Nginx(self.home.name, location=location) as nginx, Ours(self.home.name, upstream=behind.address) as ours:
                self.compare(nginx, ours, PROXY_PROBES, "plain", differences=PROXY_DIFFERENCES)
                self.compare(nginx, ours, PROXY_PROBES, "tls", tls=True, differences=PROXY_DIFFERENCES)
                for name, parts in {
                    "get": [HELLO + request(b"/plain")],
                    "post": [HELLO + request(b"/plain", method=b"POST", flags=END_HEADERS), frame(DATA, 0, 1, b"ab"), frame(DATA, END_STREAM, 1, b"c")],
                    "no length": [HELLO + request(b"/no-length")],
                    "nothing": [HELLO + request(b"/nothing")],
                }.items():
                    with self.subTest(http2=name):
                        expected, got = (masked(ask_h2(side.ports.tls, parts), side.ports) for side in (nginx, ours))
                        self.assertEqual(expected, got)

    def test_nobody_behind_is_a_bad_gateway(self):
        address = f"127.0.0.1:{free_port()}"
        location = "location / { proxy_pass http://%s; }" % address
        with Nginx(self.home.name, location=location) as nginx, Ours(self.home.name, upstream=address) as ours:
            self.compare(nginx, ours, {"plain": PROXY_PROBES["plain"], "post": PROXY_PROBES["post"]}, "plain")

    def test_the_default_page_is_debians(self):
        with Nginx(self.home.name) as nginx, Ours(self.home.name, folder=None) as ours:
            probes = {name: PROBES[name] for name in ("the front page", "head", "gzip", "gzip not modified", "not found", "put")}
            self.compare(nginx, ours, probes, "plain")


if __name__ == "__main__":
    if not os.path.exists(NGINX):
        raise SystemExit(harness.SKIPPED)
    unittest.main()
