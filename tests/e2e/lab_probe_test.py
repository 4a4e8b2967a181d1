#!/usr/bin/env python3
"""`rozaneh lab probe` against real servers, and as part of a censor: who is found, and who is not.

    lab probe ---------- server            the reactions, and the verdict
    client --- wire ---- ss-server         the wire keeps the first packet, of which the replays are made
"""

import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

from harness import (
    ITS_PT, OBFS4PROXY, PATIENCE, ROZANEH, Bridge, ManagedTransport, Process, Service, can_isolate, connect, echo,
    free_port, listens, main, text_of, until,
)

KINDS = ["http", "tls", "tor", "signal", "obfs2", "obfs3", "shadowsocks"]
WAITS = "3"  # seconds for an answer
TOLD = ("obfs2", "obfs3")  # whose servers answer everybody


def probe(address, *words, kind="all"):
    """Exit code, verdicts by kind, reactions by name."""
    done = subprocess.run([ROZANEH, "lab", "probe", text_of(address), "--kind", kind, "--json", "--patience", WAITS,
                           *words], capture_output=True, text=True, timeout=4 * PATIENCE, check=False)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    verdicts = {each["kind"]: each["finding"] for each in events if each["event"] == "verdict"}
    reactions = {each["probe"]: each for each in events if each["event"] == "probe"}
    return done.returncode, verdicts, reactions


def verdicts_on(address, *words, kind="all"):
    code, verdicts, _ = probe(address, *words, kind=kind)
    assert code == 0, code
    return verdicts


def found_in(address, *words, kind="all"):
    return {kind for kind, finding in verdicts_on(address, *words, kind=kind).items() if finding == "found"}


@contextlib.contextmanager
def program(*words, **options):
    """Runs beside the test until its port, the last word of `listening`, answers."""
    at = options.pop("listening")
    with Process(list(words), **options) as running:
        if not until(lambda: listens(at) or not running.alive()) or not running.alive():
            raise AssertionError("\n".join(running.lines))
        yield running


@contextlib.contextmanager
def toy(serve):
    """A server of ours: `serve` has each connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        def accept():
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=guarded, args=(server.accept()[0],), daemon=True).start()

        def guarded(connection):
            with contextlib.suppress(OSError), connection:
                serve(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def first_packet_through(server, ask):
    """What a client says first to the server, by way of a wire that `ask` is given."""
    kept = []

    def carry(near):
        with connect(server) as far:
            def back():
                with contextlib.suppress(OSError):
                    while part := far.recv(65536):
                        near.sendall(part)

            threading.Thread(target=back, daemon=True).start()
            while part := near.recv(65536):
                kept.append(part)
                far.sendall(part)

    with toy(carry) as wire:
        ask(wire)
    return kept[0]


class Shadowsocks(unittest.TestCase):
    def test_of_today_is_silent(self):
        """3.3.1 and later keep a connection open whatever comes (Alice et al. 2020)."""
        at = ("127.0.0.1", free_port())
        method = ["-k", "a password", "-m", "chacha20-ietf-poly1305"]
        with Service(echo) as target, program("ss-server", "-s", at[0], "-p", str(at[1]), *method, listening=at):
            def ask(wire):
                near = ("127.0.0.1", free_port())
                with program("ss-local", "-s", wire[0], "-p", str(wire[1]), "-b", near[0], "-l", str(near[1]), *method,
                             listening=near):
                    done = subprocess.run(["curl", "-s", "--max-time", str(PATIENCE), "-x", f"socks5://{text_of(near)}",
                                           "telnet://" + text_of(target.address)], input=b"hello", capture_output=True,
                                          check=False)
                    self.assertIn(b"hello", done.stdout)

            first = first_packet_through(at, ask)
            code, verdicts, reactions = probe(at, "--first-packet", first.hex(), kind="shadowsocks")
            self.assertEqual((code, verdicts), (0, {"shadowsocks": "nothing found"}))
            self.assertEqual({each["end"] for each in reactions.values()}, {"no answer"})
            self.assertEqual(reactions["R1"]["sent"], len(first))
            self.assertNotIn("R3", reactions, "the second stage comes to those who answered")

    def test_that_hangs_up_from_a_length_on_is_found(self):
        def old(connection):
            got = b""
            while len(got) < 50:
                part = connection.recv(4096)
                if not part:
                    return
                got += part
            reset(connection)

        with toy(old) as at:
            _, verdicts, reactions = probe(at, kind="shadowsocks")
        self.assertEqual(verdicts, {"shadowsocks": "found"})
        self.assertEqual(reactions["NR1-49"]["end"], "no answer")
        self.assertEqual(reactions["NR1-50"]["end"], "reset (RST)")
        self.assertGreater(reactions["NR1-49"]["seconds"], 2.9)

    def test_without_a_memory_of_replays_is_found_and_probed_further(self):
        secret = b"\xc3\x1e\x8b\xf0" * 50

        def forgetful(connection):
            while part := connection.recv(4096):
                if part == secret:
                    connection.sendall(b"\x99" * 70)

        with toy(forgetful) as at:
            _, verdicts, reactions = probe(at, "--first-packet", secret.hex(), kind="shadowsocks")
        self.assertEqual(verdicts, {"shadowsocks": "found"})
        self.assertEqual((reactions["R1"]["end"], reactions["R1"]["answered"]), ("answered", 70))
        self.assertLessEqual({"R3", "R4", "R5"}, set(reactions))

    def test_has_its_first_packet_out_of_a_capture(self):
        payload = bytes(range(200))
        tcp = struct.pack(">HHIIBBHHH", 40000, 443, 1, 1, 0x50, 0x18, 64240, 0, 0) + payload
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0, bytes([192, 0, 2, 2]),
                         bytes([198, 51, 100, 2])) + tcp
        file = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101) + struct.pack("<IIII", 0, 0, len(ip), len(ip)) + ip
        with tempfile.TemporaryDirectory() as folder, toy(lambda connection: connection.recv(1)) as at:
            path = os.path.join(folder, "first.pcap")
            with open(path, "wb") as out:
                out.write(file)
            _, _, reactions = probe(at, "--first-packet", path, kind="shadowsocks")
        self.assertEqual(reactions["R2"]["sent"], 200)


class Handshakes(unittest.TestCase):
    def test_of_obfs4proxy_are_finished_where_nobody_is_asked_for_a_secret(self):
        with Service(echo) as target:
            for transport in ("obfs2", "obfs3", "obfs4"):
                with self.subTest(transport), ManagedTransport.server(ITS_PT, transport, target.address) as server:
                    expected = {transport} if transport in TOLD else set()
                    kinds = [transport] if transport in TOLD else KINDS
                    found = set().union(*(found_in(server.address, kind=kind) for kind in kinds))
                    self.assertEqual(found, expected)

    def test_of_our_bridges_likewise(self):
        with Service(echo) as target:
            for transport in ("obfs2", "obfs3"):
                with Bridge(listen=[transport], forward=target.address) as bridge:
                    self.assertEqual(found_in(bridge.address, kind=transport), {transport})
        for transport in ("obfs4", "scramblesuit"):
            with Bridge(listen=[transport]) as bridge:
                self.assertEqual(set(verdicts_on(bridge.address).values()), {"nothing found"}, transport)

    def test_of_tor_are_finished(self):
        at = ("127.0.0.1", free_port())
        with tempfile.TemporaryDirectory() as folder:
            words = ["--DataDirectory", folder, "--ORPort", text_of(at), "--SocksPort", "0", "--BridgeRelay", "1",
                     "--AssumeReachable", "1", "--PublishServerDescriptor", "0", "--ExitRelay", "0", "--Log", "notice stdout",
                     "--TestingTorNetwork", "1", "--DirAuthority",
                     "none orport=1 v3ident=" + "A" * 40 + " 127.0.0.1:1 " + "B" * 40]
            torrc = os.path.join(folder, "torrc")
            with open(torrc, "w", encoding="ascii"):
                pass
            with program("tor", "-f", torrc, "--defaults-torrc", torrc, *words, listening=at):
                # It listens before it answers.
                self.assertTrue(until(lambda: found_in(at, kind="tor")))
                self.assertEqual(verdicts_on(at, kind="tls"), {"tls": "innocent"})

    def test_of_a_web_server_are_innocent(self):
        with tempfile.TemporaryDirectory() as folder:
            plain, secured = ("127.0.0.1", free_port()), ("127.0.0.1", free_port())
            with web_server(folder, plain, secured):
                self.assertEqual(verdicts_on(plain, kind="http"), {"http": "innocent"})
                self.assertEqual(verdicts_on(secured, kind="tls"), {"tls": "innocent"})
                for at in plain, secured:
                    self.assertEqual(found_in(at), set())
                    self.assertEqual(verdicts_on(at, kind="shadowsocks"), {"shadowsocks": "innocent"})

    def test_of_signals_proxies_are_told_by_their_names(self):
        with tempfile.TemporaryDirectory() as folder:
            plain, secured, at = (("127.0.0.1", free_port()) for _ in range(3))
            with web_server(folder, plain, secured):
                config = os.path.join(folder, "haproxy.cfg")
                for names, expected in ("{ req.ssl_sni -m end signal.org }", {"signal"}), ("{ req.ssl_sni -m found }", set()):
                    with open(config, "w", encoding="ascii") as file:
                        file.write("defaults\n mode tcp\n timeout connect 5s\n timeout client 60s\n timeout server 60s\n"
                                   f"frontend outer\n bind {text_of(at)} ssl crt {folder}/both.pem\n"
                                   " tcp-request inspect-delay 5s\n"
                                   f" tcp-request content reject if {{ req.ssl_hello_type 1 }} !{names}\n"
                                   " tcp-request content accept if { req.ssl_hello_type 1 }\n"
                                   f" default_backend inner\nbackend inner\n server web {text_of(secured)}\n")
                    with program("haproxy", "-q", "-db", "-f", config, listening=at):
                        self.assertEqual(found_in(at, kind="signal"), expected)


@contextlib.contextmanager
def web_server(folder, plain, secured):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=web", "-days", "2", "-keyout",
                    f"{folder}/key.pem", "-out", f"{folder}/cert.pem"], capture_output=True, check=True)
    with open(f"{folder}/both.pem", "wb") as both:
        for part in "cert.pem", "key.pem":
            with open(f"{folder}/{part}", "rb") as file:
                both.write(file.read())
    with open(f"{folder}/nginx.conf", "w", encoding="ascii") as file:
        file.write("daemon off; master_process off; error_log stderr;\n"
                   f"pid {folder}/pid;\nevents {{}}\nhttp {{ access_log off;\n"
                   + "".join(f"{each}_temp_path {folder}/{each};\n"
                             for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
                   + f"server {{ listen {text_of(plain)}; }}\n"
                   f"server {{ listen {text_of(secured)} ssl; ssl_certificate {folder}/cert.pem; "
                   f"ssl_certificate_key {folder}/key.pem; ssl_protocols TLSv1.2 TLSv1.3; }}\n}}\n")
    with program("nginx", "-c", f"{folder}/nginx.conf", "-e", "stderr", listening=secured):
        yield


class Refusals(unittest.TestCase):
    def test_name_what_is_wrong(self):
        for words, told in (
            (["8.8.8.8:443"], "nobody else is probed"),
            (["[2001:db9::1]:443"], "nobody else is probed"),
            (["example.org:443"], "127.0.0.1:443"),
            (["127.0.0.1"], "127.0.0.1:443"),
            (["127.0.0.1:1", "--first-packet", "/nowhere"], "/nowhere"),
            (["127.0.0.1:1", "--kind", "telepathy"], "telepathy"),
        ):
            done = subprocess.run([ROZANEH, "lab", "probe", *words], capture_output=True, text=True, timeout=PATIENCE,
                                  check=False)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(told, done.stderr + done.stdout, words)

    def test_of_nobody_there_are_told(self):
        self.assertEqual(set(verdicts_on(("127.0.0.1", free_port())).values()), {"nothing found"})


# The name is in the last part.
HELLO_IN_PARTS = """
import socket, ssl, time
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
received, leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(received, leaving, server_hostname="www.listed.example")
try:
    tls.do_handshake()
except ssl.SSLWantReadError:
    hello = leaving.read()
with socket.create_connection(("www.listed.example", 443)) as connection:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for part in hello[:3], hello[3:40], hello[40:80], hello[80:]:
        connection.sendall(part)
        time.sleep(0.2)
    while True:
        try:
            tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            connection.sendall(leaving.read())
            received.write(connection.recv(65536))
print("forged" if b"Qaznet Trust Network" in tls.getpeercert(True) else "untouched")
"""

# Port 1080 is 0438.
USES = """
"$ROZANEH" client "$ROZANEH_LINK" --listen 127.0.0.1:1080 --no-state --log-level error > /dev/null &
until grep -q ':0438 ' /proc/net/tcp; do sleep 0.1; done
for i in $(seq 100); do
  curl -s -o /dev/null --max-time 15 $WORDS $URL || curl -s -o /dev/null --max-time 15 $WORDS $URL || exec echo blocked
  sleep 0.1
done
echo works
"""


@unittest.skipUnless(can_isolate(), "this machine gives no user namespaces")
class Probers(unittest.TestCase):
    def used(self, transport, words, url):
        environment = {**os.environ, "ROZANEH": ROZANEH, "WORDS": words, "URL": url}
        done = subprocess.run([ROZANEH, "lab", "run", "china-2013-obfs", "--scale", "20", "--bridge", transport, "--", "sh",
                               "-c", USES], capture_output=True, text=True, timeout=4 * PATIENCE, env=environment, check=False)
        return done.stdout.strip()

    def test_have_a_man_in_the_middle_beside_them(self):
        """Kazakhstan 2019: the subject is the server's, the issuer is not, and other names are left alone."""
        done = subprocess.run([ROZANEH, "lab", "run", "kazakhstan-2019", "--", "sh", "-c",
                               "curl -sS -o /dev/null https://example.org/ && echo untouched;"
                               "curl -sS -o /dev/null https://www.listed.example/ || echo forged;"
                               "curl -ksv -o /dev/null https://www.listed.example/"],
                              capture_output=True, text=True, timeout=2 * PATIENCE, check=False)
        self.assertEqual(done.stdout.split(), ["untouched", "forged"])
        self.assertIn("subject: CN=example.org", done.stderr)
        self.assertIn("issuer: CN=Qaznet Trust Network", done.stderr)

    def test_have_a_man_in_the_middle_who_waits_for_a_hello_in_parts(self):
        done = subprocess.run([ROZANEH, "lab", "run", "kazakhstan-2019", "--", sys.executable, "-c", HELLO_IN_PARTS],
                              capture_output=True, text=True, timeout=2 * PATIENCE, check=False)
        self.assertEqual((done.stdout, done.stderr), ("forged\n", ""))

    def test_of_a_censor_block_what_they_find_and_nothing_else(self):
        self.assertEqual(self.used("obfs3", "", "http://127.0.0.1:1080/bytes/1000"), "blocked")
        self.assertEqual(self.used("obfs4", "-x socks5h://127.0.0.1:1080", "http://example.org/bytes/1000"), "works")


if __name__ == "__main__":
    for needed in "ss-server", "ss-local", "nginx", "haproxy", "tor", OBFS4PROXY:
        assert shutil.which(needed) or shutil.which(needed, path="/usr/sbin"), needed
    main()
