"""What `rozaneh lab classify` says of real programs' traffic, against tshark and ndpiReader.

usage: classify_test.py ROZANEH [unittest's own]

    dig, curl, ssh, openvpn --- Recorder --- a server on loopback       their bytes, as packets of one pcap
                                   |
             rozaneh lab classify, tshark and ndpiReader each say what they saw

No privilege is needed: what passes is recorded by who carries it. WireGuard and IKE are made by hand, because their
programs need a kernel's help.
"""

import csv
import json
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import tls_traffic
from tls_traffic import CLIENT, PATIENCE, SERVER, Recorder

ROZANEH = os.path.abspath(sys.argv.pop(1))
SKIPPED = 77
NEEDED = ["dig", "curl", "ssh", "openvpn", "openssl", "tshark", "ndpiReader"]


class UdpRecorder:
    """As Recorder, for datagrams of one client."""

    def __init__(self, server):
        self.passed = []
        self.target = ("127.0.0.1", server)
        self.near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.near.bind(("127.0.0.1", 0))
        self.far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.far.bind(("127.0.0.1", 0))
        self.port = self.near.getsockname()[1]
        self.client = None
        for one in (self._up, self._down):
            threading.Thread(target=one, daemon=True).start()

    def _up(self):
        while True:
            data, self.client = self.near.recvfrom(65536)
            self.passed.append(("up", data))
            self.far.sendto(data, self.target)

    def _down(self):
        while True:
            data = self.far.recv(65536)
            self.passed.append(("down", data))
            self.near.sendto(data, self.client)


def answer_dns(query):
    """One address for whatever was asked; what follows the question is left out."""
    end = query.index(b"\0", 12) + 5
    record = struct.pack(">HHHIH", 0xC00C, 1, 1, 60, 4) + bytes([198, 51, 100, 7])
    return query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:end] + record


def udp_name_server():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve():
        while True:
            query, client = server.recvfrom(4096)
            server.sendto(answer_dns(query), client)

    threading.Thread(target=serve, daemon=True).start()
    return server.getsockname()[1]


def tcp_server(serve):
    """Hands each connection to `serve`, then closes it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            with listener.accept()[0] as connection:
                serve(connection)

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def serve_dns(connection):
    head = connection.recv(2)
    query = connection.recv(struct.unpack(">H", head)[0])
    answer = answer_dns(query)
    connection.sendall(struct.pack(">H", len(answer)) + answer)


def serve_http(connection):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")


def serve_ssh(connection):
    connection.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
    connection.recv(4096)
    connection.recv(4096)


def client(*command):
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)


def dig(port, *options):
    client("dig", "@127.0.0.1", "-p", str(port), "+tries=1", *options, "www.example.org", "A")


def through_tcp(server, run):
    recorder = Recorder(server)
    run(recorder.port)
    return recorder.done()


def through_udp(server, run):
    recorder = UdpRecorder(server)
    run(recorder.port)
    return list(recorder.passed)


def ssh(port):
    client("ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-p", str(port), "nobody@127.0.0.1")


def curl(port):
    client("curl", "-s", "--max-time", str(PATIENCE), "-H", "Host: www.example.org", f"http://127.0.0.1:{port}/a")


def openvpn(pki, proto):
    """Two OpenVPNs without an interface (--dev null) shake hands; answers what passed."""
    port = tls_traffic.free_port()
    common = ["openvpn", "--dev", "null", "--verb", "1", "--ca", pki.path("root.pem"), "--auth-nocache"]
    server = [*common, "--proto", proto + ("-server" if proto == "tcp" else ""), "--lport", str(port), "--local",
              "127.0.0.1", "--tls-server", "--dh", "none", "--cert", pki.path("ec.pem"), "--key", pki.path("ec.key")]
    with subprocess.Popen(server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as far:
        try:
            time.sleep(1)
            recorder = Recorder(port) if proto == "tcp" else UdpRecorder(port)
            near = [*common, "--proto", proto + ("-client" if proto == "tcp" else ""), "--remote", "127.0.0.1",
                    str(recorder.port), "--nobind", "--tls-client", "--cert", pki.path("client.pem"), "--key",
                    pki.path("client.key")]
            with subprocess.Popen(near, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
                end = time.monotonic() + PATIENCE
                while len(recorder.passed) < 8 and time.monotonic() < end:
                    time.sleep(0.05)
                program.kill()
            return list(recorder.passed)
        finally:
            far.kill()


def wireguard(chance):
    initiation = b"\1\0\0\0" + b"\x11\x22\x33\x44" + chance.randbytes(140)
    response = b"\2\0\0\0" + b"\x55\x66\x77\x88" + b"\x11\x22\x33\x44" + chance.randbytes(80)
    data = b"\4\0\0\0" + b"\x55\x66\x77\x88" + struct.pack("<Q", 0) + chance.randbytes(48)
    return [("up", initiation), ("down", response), ("up", data)]


def ike(chance):
    head = chance.randbytes(8) + bytes(8) + bytes([33, 0x20, 34, 0x08]) + bytes(4)
    return [("up", head + struct.pack(">I", 28 + 4) + b"\0\0\0\4")]


def packets_of(flow, port):
    """The flow's bytes as packets to its server's port."""
    if flow["transport"] == "udp":
        for direction, data in flow["passed"]:
            ports = (port, flow["port"]) if direction == "up" else (flow["port"], port)
            ends = (CLIENT, SERVER) if direction == "up" else (SERVER, CLIENT)
            yield tls_traffic.ipv4(17, *ends, struct.pack(">HHHH", *ports, 8 + len(data), 0) + data)
        return
    for packet in tls_traffic.tcp_packets(flow["passed"], port):
        source, destination = struct.unpack(">HH", packet[20:24])
        change = {443: flow["port"]}
        ports = struct.pack(">HH", change.get(source, source), change.get(destination, destination))
        yield packet[:20] + ports + packet[24:]


def make_flows(pki):
    chance = random.Random(1)
    name = "www.example.org"
    rows = [
        ("udp", 53, "dns", name, "DNS", "DNS", through_udp(udp_name_server(), dig)),
        ("tcp", 53, "dns", name, "DNS", "DNS", through_tcp(tcp_server(serve_dns), lambda port: dig(port, "+tcp"))),
        ("tcp", 80, "http", name, "HTTP", "HTTP", through_tcp(tcp_server(serve_http), curl)),
        ("tcp", 443, "tls", name, "TLSv1.2", "TLS", tls_traffic.record(pki, "tls12_curl")),
        ("tcp", 443, "tls", name, "TLSv1.3", "TLS", tls_traffic.record(pki, "tls13_curl")),
        ("tcp", 22, "ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2", "SSH", "SSH", through_tcp(tcp_server(serve_ssh), ssh)),
        ("udp", 1194, "openvpn", "", "OpenVPN", "OpenVPN", openvpn(pki, "udp")),
        ("tcp", 1194, "openvpn", "", "OpenVPN", "OpenVPN", openvpn(pki, "tcp")),
        ("udp", 51820, "wireguard", "", "WireGuard", "WireGuard", wireguard(chance)),
        ("udp", 500, "ike", "", "ISAKMP", "IPsec", ike(chance)),
        ("tcp", 8388, "unknown", "", "TCP", "Unknown", [("up", chance.randbytes(300)), ("down", chance.randbytes(200))]),
    ]
    keys = ("transport", "port", "protocol", "name", "tshark", "ndpi", "passed")
    return [dict(zip(keys, row)) for row in rows]


# Rules on TCP flows that are wrong where they hit one of these, and how many they may. One asks for nothing but a length;
# it draws probers, and blocks nobody. That which is left out states a fact: there was a client's key exchange.
SUSPICIONS = {"fully-encrypted": 0, "fully-encrypted-ndpi": 0, "fully-encrypted-opengfw": 0, "shadowsocks-length": 2,
              "inner-handshake": 0, "trojan": 0, "not-on-whitelist": 0}


def benign(pki, flows):
    """What these flows are but the random one, and every other kind of TLS connection that there is."""
    recorded = ("tls12_curl", "tls13_curl")
    others = [name for name in tls_traffic.CONNECTIONS if name not in recorded]
    keys = ("transport", "port", "protocol", "passed")
    more = [dict(zip(keys, ("tcp", 443, "tls", tls_traffic.record(pki, name)))) for name in others]
    return [flow for flow in flows if flow["protocol"] != "unknown"] + more


FIRST_PORT = 41000  # of the clients; the servers' are below or above all of them
LAST_PORT = 42000


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def write(path, flows):
    """Each with a client's port of its own, from FIRST_PORT on; answers how many packets."""
    packets = [packet for number, flow in enumerate(flows) for packet in packets_of(flow, FIRST_PORT + number)]
    tls_traffic.write_pcap(path, packets)
    return len(packets)


def classified(path):
    """What we say, by the client's port."""
    lines = [json.loads(line) for line in run(ROZANEH, "lab", "classify", "--json", path).splitlines()]
    return {int(line["client"].rsplit(":", 1)[1]): line for line in lines}


class Comparison(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        cls.pki = tls_traffic.Pki(cls.folder.name)
        cls.flows = make_flows(cls.pki)
        cls.file = os.path.join(cls.folder.name, "all.pcap")
        cls.packets = write(cls.file, cls.flows)
        cls.ours = classified(cls.file)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def for_each(self, check):
        for number, flow in enumerate(self.flows):
            with self.subTest(flow["protocol"], transport=flow["transport"]):
                check(FIRST_PORT + number, flow, self.ours[FIRST_PORT + number])

    def test_tells_what_each_program_spoke(self):
        self.assertEqual(len(self.ours), len(self.flows))
        self.assertEqual(sum(line["packets_up"] + line["packets_down"] for line in self.ours.values()), self.packets)

        def check(_, flow, line):
            self.assertTrue(flow["passed"], "the program sent nothing")
            self.assertEqual((line["protocol"], line["name"]), (flow["protocol"], flow["name"]))
            sent = sum(len(data) for direction, data in flow["passed"] if direction == "up")
            self.assertEqual(line["bytes_up"], sent)

        self.for_each(check)

    def test_agrees_with_tshark(self):
        fields = ["tcp.port", "udp.port", "_ws.col.Protocol", "dns.qry.name", "http.host",
                  "tls.handshake.extensions_server_name", "tls.handshake.ja3"]
        said = {}
        for row in run("tshark", "-r", self.file, "-T", "fields", *(w for f in fields for w in ("-e", f))).splitlines():
            values = row.split("\t")
            port = max(int(number) for number in (values[0] or values[1]).split(",") if int(number) < LAST_PORT)
            known = said.setdefault(port, {"protocols": set(), "names": set(), "ja3": set()})
            known["protocols"].add(values[2])
            known["names"].update(value for value in values[3:6] if value)
            known["ja3"].update(value for value in values[6:7] if value)

        def check(port, flow, line):
            self.assertIn(flow["tshark"], said[port]["protocols"])
            if said[port]["names"]:
                self.assertEqual({line["name"]}, said[port]["names"])
            if flow["protocol"] == "tls":  # tshark also reads the one inside of OpenVPN
                self.assertEqual({line["ja3"]}, said[port]["ja3"])
            self.assertEqual(line["protocol"] == "unknown", said[port]["protocols"] == {"TCP"})

        self.for_each(check)

    def test_agrees_with_ndpi(self):
        told = os.path.join(self.folder.name, "ndpi.csv")
        run("ndpiReader", "-i", self.file, "-C", told)
        rows = {}
        with open(told, encoding="utf-8", errors="replace") as file:
            for row in csv.DictReader(file):
                port = max(int(row[side]) for side in ("src_port", "dst_port") if int(row[side]) < LAST_PORT)
                rows[port] = row["ndpi_proto"].split(".")
        # What it does not know, it leaves out.
        self.for_each(lambda port, flow, _: self.assertIn(flow["ndpi"], rows.get(port, ["Unknown"])))

    def test_tells_which_rules_bytes_hit(self):
        random_hits = ["fully-encrypted", "fully-encrypted-ndpi", "fully-encrypted-opengfw"]

        def check(_, flow, line):
            hits = [hit for hit in line["hits"] if hit.startswith("fully-encrypted")]
            if flow["protocol"] in ("dns", "http", "tls", "ssh", "unknown"):
                self.assertEqual(hits, random_hits if flow["protocol"] == "unknown" else [])

        self.for_each(check)

    def test_suspects_no_benign_flow(self):
        flows = benign(self.pki, self.flows)
        path = os.path.join(self.folder.name, "benign.pcap")
        write(path, flows)
        hits = [classified(path)[FIRST_PORT + number]["hits"] for number in range(len(flows))]
        of_tcp = [hit for flow, hit in zip(flows, hits) if flow["transport"] == "tcp"]
        for rule, most in SUSPICIONS.items():
            count = sum(rule in hit for hit in of_tcp)
            print(f"{rule}: hits {count} of {len(of_tcp)} benign TCP flows")
            with self.subTest(rule):
                self.assertLessEqual(count, most)
        self.assertEqual([hit for flow, hit in zip(flows, hits) if flow["transport"] == "udp" and hit], [])

    def test_names_a_file_that_is_none(self):
        for file in (os.path.join(self.folder.name, "absent"), __file__):
            done = subprocess.run([ROZANEH, "lab", "classify", file], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(file, done.stderr)


if __name__ == "__main__":
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        print("skipped, because these are not there:", *missing)
        sys.exit(SKIPPED)
    unittest.main()
