"""Our reading of TLS and QUIC against tshark's, on connections between real programs that are made here and now.

usage: tls_tshark_test.py SHOW_TLS STREAMS VECTORS [unittest's own]

    openssl s_client, curl --- Recorder --- openssl s_server         tls_traffic.py
                                  |
                      SHOW_TLS and tshark each say what they saw

Both must agree on every hello, on what was negotiated, on certificates, key exchanges and the order of messages.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import tls_traffic

SHOW, STREAMS, VECTORS = (os.path.abspath(path) for path in sys.argv[1:4])
del sys.argv[1:4]
SKIPPED = 77

FIELDS = {
    "type": "tls.handshake.type",
    "content": "tls.record.content_type",
    "name": "tls.handshake.extensions_server_name",
    "alpn": "tls.handshake.extensions_alpn_str",
    "ciphers": "tls.handshake.ciphersuite",
    "extensions": "tls.handshake.extension.type",
    "groups": "tls.handshake.extensions_supported_group",
    "versions": "tls.handshake.extensions.supported_version",
    "algorithms": "tls.handshake.sig_hash_alg",
    "shares": "tls.handshake.extensions_key_share_group",
    "ja3_text": "tls.handshake.ja3_full",
    "ja3": "tls.handshake.ja3",
    "version": "tls.handshake.version",
    "prime": "tls.handshake.p",
    "curve": "tls.handshake.server_named_curve",
    "sizes": "tls.handshake.certificate_length",
    "certified": "x509ce.dNSName",
    "to": "tcp.dstport",
}


def ours(lines):
    """What SHOW_TLS says, a dictionary an event."""
    said = subprocess.run([SHOW], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True).stdout
    return [dict(word.split("=", 1) for word in line.split(" ")) for line in said.splitlines()]


def tshark(packets):
    """One dictionary of lists a packet."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        tls_traffic.write_pcap(file.name, packets)
        command = ["tshark", "-r", file.name, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=;"]
        for field in FIELDS.values():
            command += ["-e", field]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = []
    for line in said.splitlines():
        rows.append({key: value.split(";") if value else [] for key, value in zip(FIELDS, line.split("\t"))})
    return rows


def of_type(rows, number):
    return [row for row in rows if str(number) in row["type"]]


def numbers(values):
    return [int(value, 0) for value in values]


def our_numbers(event, key):
    return [int(value) for value in event[key].split(",") if value]


class Comparison(unittest.TestCase):
    def compare_hello(self, event, row):
        self.assertEqual([event["name"]] if event["name"] else [], row["name"])
        self.assertEqual(event["alpn"].split(",") if event["alpn"] else [], row["alpn"])
        for key in ("ciphers", "extensions", "groups", "versions", "algorithms", "shares"):
            self.assertEqual(our_numbers(event, key), numbers(row[key]), key)
        self.assertEqual(event["ja3_text"], row["ja3_text"][0])
        self.assertEqual(event["ja3"], row["ja3"][0])

    def compare_hellos(self, events, rows):
        hellos = [event for event in events if event["kind"] == "client_hello"]
        self.assertEqual(len(hellos), len(of_type(rows, 1)))
        for event, row in zip(hellos, of_type(rows, 1)):
            self.compare_hello(event, row)
        return len(hellos)

    def compare_server(self, events, rows):
        hellos = [event for event in events if event["kind"] == "server_hello"]
        self.assertEqual(len(hellos), len(of_type(rows, 2)))
        for event, row in zip(hellos, of_type(rows, 2)):
            self.assertEqual(int(event["cipher"]), int(row["ciphers"][0], 0))
            self.assertEqual(int(event["version"]), int((row["versions"] or row["version"])[0], 0))

    def compare_rest(self, events, rows):
        """Key exchange, certificates' sizes and names; in the open only."""
        seen = {key: [value for row in rows for value in row[key]] for key in ("prime", "curve", "sizes", "certified")}
        exchanges = [event for event in events if event["kind"] == "server_key_exchange"]
        self.assertEqual([event["prime"] for event in exchanges if event["prime"]], seen["prime"])
        self.assertEqual([int(event["curve"]) for event in exchanges if event["curve"] != "0"], numbers(seen["curve"]))
        chains = [event for event in events if event["kind"] == "certificate"]
        self.assertEqual(sum(int(chain["count"]) for chain in chains), len(seen["sizes"]))
        self.assertEqual(sum(int(chain["chain"]) for chain in chains), sum(3 + size for size in numbers(seen["sizes"])))
        names = [name for chain in chains for name in chain["alternative"].split(",") if name and name[0] in "w*"]
        self.assertEqual(names, seen["certified"])

    def compare_order(self, events, rows):
        """Handshake messages in the open and alerts, one after the other, each direction by itself."""
        kinds = {1: "client_hello", 2: "server_hello", 11: "certificate", 12: "server_key_exchange",
                 13: "certificate_request", 14: "server_hello_done", 16: "client_key_exchange"}
        for direction in ("up", "down"):
            passed = [row for row in rows if (row["to"] == ["443"]) == (direction == "up")]
            theirs = [kinds.get(number, "other_handshake") for row in passed for number in numbers(row["type"])]
            told = [event["kind"] for event in events if event["direction"] == direction]
            in_the_open = [kind for kind in told if kind in kinds.values() or kind == "other_handshake"]
            self.assertEqual(in_the_open, theirs)
            content = [number for row in passed for number in numbers(row["content"])]
            self.assertEqual(content.count(20), told.count("change_cipher_spec"))
            self.assertEqual(content.count(21), told.count("alert"))

    def compare(self, passed, port):
        events = ours([f"{direction} {data.hex()}" for direction, data in passed])
        self.assertTrue(events)
        rows = tshark(tls_traffic.tcp_packets(passed, port))
        self.compare_server(events, rows)
        self.compare_rest(events, rows)
        self.compare_order(events, rows)
        return self.compare_hellos(events, rows)


class Connections(Comparison):
    def test_made_now_are_seen_alike(self):
        hellos = 0
        with tempfile.TemporaryDirectory() as place:
            pki = tls_traffic.Pki(place)
            for number, name in enumerate(tls_traffic.CONNECTIONS):
                with self.subTest(connection=name):
                    hellos += self.compare(tls_traffic.record(pki, name), 40000 + number)
        print(f"{len(tls_traffic.CONNECTIONS)} connections, {hellos} ClientHellos: all alike")
        self.assertGreater(hellos, len(tls_traffic.CONNECTIONS))

    def test_recorded_ones_are_seen_alike(self):
        for file in sorted(os.listdir(STREAMS)):
            with self.subTest(stream=file), open(os.path.join(STREAMS, file), encoding="ascii") as lines:
                passed = [(way, bytes.fromhex(data)) for way, data in (line.split() for line in lines)]
                self.compare(passed, 50000)


class Quic(Comparison):
    def test_is_decrypted_alike(self):
        """The packets of RFC 9001; tshark 4.0 does not know version 2's final number."""
        with open(os.path.join(VECTORS, "quic_initial.txt"), encoding="ascii") as lines:
            packet = bytes.fromhex([line for line in lines if not line.startswith("#")][0].strip())
        event = ours([f"udp {packet.hex()}"])[0]
        row = of_type(tshark([tls_traffic.udp_packet(packet, 50000)]), 1)[0]
        self.compare_hello(event, row)


if __name__ == "__main__":
    missing = [name for name in ("tshark", "openssl", "curl") if shutil.which(name) is None]
    if missing:
        print("skipped, for want of", *missing)
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
