"""`rozaneh doctor` on the real machine: what was made wrong here is found, with what to do, and what is right is let be."""

import contextlib
import datetime
import http.server
import json
import os
import socket
import subprocess
import tempfile
import threading
import unittest

from harness import Bridge, Service, echo, free_port, main, rozaneh, text_of

LINK = "rozaneh://192.0.2.1:1/obfs4?cert=" + "A" * 70 + "&iat-mode=0"
NAME = "proxy.example.org"


def certificate(folder, begin, end):
    """A chain and its key, good between two days (YYYYMMDD)."""
    key, chain = os.path.join(folder, "key.pem"), os.path.join(folder, "chain.pem")
    run = lambda *words: subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    for name in ("ca", "key"):
        run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.pem")
    run("req", "-x509", "-new", "-key", "ca.pem", "-subj", "/CN=authority", "-days", "9000", "-out", "root.pem")
    run("req", "-new", "-key", "key.pem", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-out", "req.pem")
    with open(os.path.join(folder, "ca.conf"), "w", encoding="ascii") as file:
        file.write(
            "[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=.\ndatabase=index\nserial=serial\ndefault_md=sha256\n"
            "policy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n"
        )
    open(os.path.join(folder, "index"), "w", encoding="ascii").close()
    run(
        *["ca", "-batch", "-config", "ca.conf", "-rand_serial", "-cert", "root.pem", "-keyfile", "ca.pem", "-in", "req.pem"],
        *["-startdate", f"{begin}000000Z", "-enddate", f"{end}000000Z", "-notext", "-out", "leaf.pem"],
    )
    with open(chain, "w", encoding="ascii") as file:
        for part in ("leaf.pem", "root.pem"):
            with open(os.path.join(folder, part), encoding="ascii") as pem:
                file.write(pem.read())
    return chain, key


class Clock(http.server.BaseHTTPRequestHandler):
    off = datetime.timedelta()

    def do_HEAD(self):
        then = datetime.datetime.now(datetime.timezone.utc) + self.off
        self.send_response_only(200)
        self.send_header("Date", then.strftime("%a, %d %b %Y %H:%M:%S GMT"))
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def clock(**off):
    handler = type("Off", (Clock,), {"off": datetime.timedelta(**off)})
    server = http.server.HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Doctor(unittest.TestCase):
    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
        self.addCleanup(box.cleanup)
        self.box = box.name
        self.state = os.path.join(box.name, "state")

    def examine(self, *words):
        """Exit code, and what was found: (severity, what, advice) by check."""
        code, said = rozaneh("doctor", "--json", "--state", self.state, *words)
        events = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        found = {}
        for event in events:
            if event["event"] == "finding":
                found.setdefault(event["check"], []).append((event["severity"], event["what"], event["advice"]))
        worst = 2 if events[-1]["errors"] else 1 if events[-1]["warnings"] else 0
        self.assertEqual(code, worst, said)
        for severity, what, advice in sum(found.values(), []):
            self.assertEqual(severity == "ok", advice == "", what)
        return code, found

    def finding(self, check, *words):
        _, found = self.examine(*words)
        self.assertEqual(len(found[check]), 1, found[check])
        return found[check][0]

    def config(self, name, text):
        path = os.path.join(self.box, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def bridge_at(self, port):
        return self.config("bridge.toml", f'egress = "open"\nlisten = ["obfs4=127.0.0.1:{port}"]\n')

    def test_says_something_of_each_part_of_the_machine(self):
        _, found = self.examine()
        for check in (
            *["clock", "entropy", "descriptors", "backlog", "ports-out", "conntrack", "mtu", "addresses"],
            *["kernel-tls", "pipes", "namespaces", "name-servers", "state"],
        ):
            self.assertEqual(len(found[check]), 1, check)
        self.assertEqual(found["clock"][0][0], "ok")
        self.assertEqual(found["entropy"][0][0], "ok")

    def test_tells_people_what_to_do(self):
        code, said = rozaneh("doctor", "--state", self.state, "--link", "rozaneh://nowhere")
        self.assertEqual(code, 2)
        self.assertRegex(said, r"(?m)^error +link +the 1\. link: .*\n +have it sent again")

    def test_finds_a_port_that_is_taken_and_by_whom(self):
        with Service(echo) as taken:
            severity, what, _ = self.finding("port", "--config", self.bridge_at(taken.address[1]))
        self.assertEqual(severity, "error")
        self.assertIn(f"{text_of(taken.address)} is taken by python3", what)
        self.assertIn(f"(process {os.getpid()})", what)

    def test_lets_a_port_be_that_is_free_or_ours(self):
        self.assertEqual(self.finding("port", "--config", self.bridge_at(free_port()))[0], "ok")
        with Service(echo) as target, Bridge(forward=target.address) as bridge:
            severity, what, _ = self.finding("port", "--config", self.bridge_at(bridge.address[1]))
            self.assertEqual(severity, "ok")
            self.assertIn(f"is served by rozaneh (process {bridge.pid})", what)

    def test_finds_the_port_that_was_drawn(self):
        os.mkdir(self.state, 0o700)
        port = free_port()
        with open(os.open(os.path.join(self.state, "port_obfs4"), os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(str(port))
        _, found = self.examine("--config", self.config("bridge.toml", 'egress = "open"\n'))
        self.assertIn(("ok", f"0.0.0.0:{port} is free", ""), found["port"])

    def test_finds_what_others_can_read(self):
        os.mkdir(self.state, 0o700)
        key = os.path.join(self.state, "obfs4_state.json")
        with open(key, "w", encoding="ascii"):
            os.chmod(key, 0o640)
        severity, what, advice = self.finding("state")
        self.assertEqual((severity, advice), ("error", f"chmod go= {key}"))
        self.assertIn("0640", what)
        subprocess.run(advice, shell=True, check=True)
        self.assertEqual(self.finding("state")[0], "ok")

    def test_tells_good_links_from_bad_ones(self):
        _, found = self.examine("--link", LINK, "--link", LINK[:-80] + "!")
        self.assertEqual([severity for severity, _, _ in found["link"]], ["ok", "error"])

    def test_reads_certificates(self):
        for begin, end, name, expected in (
            ("20200101", "20200301", NAME, "error"),
            ("20200101", "20900101", NAME, "ok"),
            ("20200101", "20900101", "other.example.org", "error"),
        ):
            with self.subTest(end):
                chain, key = certificate(self.box, begin, end)
                severity, what, _ = self.finding("certificate", "--cert", chain, "--key", key, "--domain", name)
                self.assertEqual(severity, expected, what)
        self.assertEqual(self.finding("certificate", "--cert", "/no/such", "--key", key)[0], "error")

    def test_reads_the_settings_of_a_service(self):
        path = self.config("bridge.toml", "color = 1\n")
        _, found = self.examine("--config", path)
        self.assertEqual([severity for severity, _, _ in found["config"]], ["error", "error"])
        self.assertIn(f"{path}:1: unknown key", found["config"][1][1])

    def test_asks_for_the_time(self):
        for off, expected in (({}, "ok"), ({"minutes": 10}, "warning"), ({"hours": -2}, "error")):
            with clock(**off) as url:
                severity, what, _ = self.finding("clock", "--time-from", url)
                self.assertEqual(severity, expected, what)
        with socket.create_server(("127.0.0.1", 0)) as closed:
            nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        self.assertEqual(self.finding("clock", "--time-from", nobody)[0], "warning")

    def test_asks_for_names(self):
        self.assertEqual(self.finding("name", "--resolve", "127.0.0.1")[0], "ok")


if __name__ == "__main__":
    main()
