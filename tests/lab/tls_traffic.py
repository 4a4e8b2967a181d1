"""TLS connections between real programs on loopback, recorded byte for byte; what tshark says of them.

    client program --- Recorder --- openssl s_server      every byte, with its direction, in the order of passing

`python3 tls_traffic.py FOLDER` records the connections of CONNECTIONS into FOLDER/<name>.stream, one read a line:
"up 1603..." or "down ...". The streams in tests/lab/streams were made so, with OpenSSL 3.0.
"""

import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE = 60  # seconds for any one step
OPENSSL = "openssl"


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE, **options).stdout


class Pki:
    """A root, an intermediate, and leaves for www.example.org: RSA for a year, ECDSA for a day."""

    def __init__(self, folder):
        self.folder = folder
        self.chain = self.path("chain.pem")
        self.make("root", "/CN=Root of a test", None, ["rsa:2048"], 3650, "basicConstraints=critical,CA:TRUE")
        self.make("middle", "/CN=Middle/O=Example", "root", ["rsa:2048"], 1825, "basicConstraints=critical,CA:TRUE")
        names = "subjectAltName=DNS:www.example.org,DNS:*.example.net,IP:192.0.2.7,IP:2001:db8::7"
        self.make("rsa", "/CN=www.example.org/O=Example", "middle", ["rsa:2048"], 365, names)
        self.make("ec", "/CN=www.example.org", "root", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], 1, names)
        self.make("client", "/CN=somebody", "root", ["rsa:2048"], 30, "keyUsage=digitalSignature")
        with open(self.chain, "wb") as chain:
            for name in ("middle", "root"):
                with open(self.path(name + ".pem"), "rb") as one:
                    chain.write(one.read())

    def path(self, name):
        return os.path.join(self.folder, name)

    def make(self, name, subject, issuer, key, days, extension):
        key_file, file = self.path(name + ".key"), self.path(name + ".pem")
        command = [OPENSSL, "req", "-x509" if issuer is None else "-new", "-newkey", *key, "-nodes", "-keyout", key_file,
                   "-subj", subject, "-out", file, "-days", str(days)]
        if issuer is None:
            run(*command)
            return
        run(*command)
        signed = [OPENSSL, "x509", "-req", "-in", file, "-CA", self.path(issuer + ".pem"),
                  "-CAkey", self.path(issuer + ".key"), "-CAcreateserial", "-days", str(days), "-out", file,
                  "-extfile", "/dev/stdin"]
        run(*signed, input=extension.encode())


class Recorder:
    """Stands between one client and the server, and keeps what passes as (direction, bytes)."""

    def __init__(self, server):
        self.passed = []
        self.server = server
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._carry, daemon=True)
        self.thread.start()

    def _carry(self):
        self.listener.settimeout(PATIENCE)
        with self.listener, self.listener.accept()[0] as client:
            with socket.create_connection(("127.0.0.1", self.server), PATIENCE) as server:
                open_ends = {client: ("up", server), server: ("down", client)}
                while open_ends:
                    for source in select.select(list(open_ends), [], [], PATIENCE)[0]:
                        direction, sink = open_ends[source]
                        try:
                            data = source.recv(65536)
                            if data:
                                self.passed.append((direction, data))
                                sink.sendall(data)
                                continue
                            sink.shutdown(socket.SHUT_WR)
                        except OSError:
                            return
                        del open_ends[source]

    def done(self):
        self.thread.join(PATIENCE)
        return self.passed


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Server:
    """openssl s_server with these options; answers HTTP requests."""

    def __init__(self, pki, key, options):
        self.port = free_port()
        chain = ["-cert_chain", pki.chain] if key == "rsa" else []
        command = [OPENSSL, "s_server", "-accept", f"127.0.0.1:{self.port}", "-www", "-cert", pki.path(key + ".pem"),
                   "-key", pki.path(key + ".key"), *chain, *options]
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        assert self.process.stdout.readline() is not None
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"s_server does not listen: {command}")

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.process.kill()
        self.process.communicate()


REQUEST = b"GET / HTTP/1.0\r\nHost: www.example.org\r\n\r\n"
OLD = "ALL:@SECLEVEL=0"

# name: (server's key, server's options, client's command after `openssl s_client -connect ...`, or curl's)
CONNECTIONS = {
    "tls10_rsa": ("rsa", ["-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"], ["-tls1", "-cipher", OLD]),
    "tls11_ecdhe": ("rsa", ["-tls1_1", "-cipher", "ECDHE-RSA-AES256-SHA:@SECLEVEL=0"], ["-tls1_1", "-cipher", OLD]),
    "tls12_rsa": ("rsa", ["-tls1_2", "-cipher", "AES128-GCM-SHA256"], ["-tls1_2"]),
    "tls12_dhe": ("rsa", ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"], ["-tls1_2"]),
    "tls12_ecdhe": ("ec", ["-tls1_2", "-alpn", "h2"], ["-tls1_2", "-alpn", "h2,http/1.1"]),
    "tls12_client_certificate": ("rsa", ["-tls1_2", "-Verify", "1"], ["-tls1_2", "-cert", "CERT", "-key", "KEY"]),
    "tls12_refused": ("rsa", ["-tls1_2"], ["-tls1_3"]),
    "tls13": ("rsa", [], ["-alpn", "h2,http/1.1"]),
    "tls13_retry": ("ec", ["-groups", "P-384"], ["-groups", "X25519:P-384"]),
    "tls13_no_name": ("ec", [], ["-noservername"]),
    "tls13_curl": ("rsa", [], "curl"),
    "tls12_curl": ("rsa", ["-tls1_2"], "curl"),
}


def record(pki, name):
    """One connection; answers what passed."""
    key, options, client = CONNECTIONS[name]
    with Server(pki, key, options) as server:
        recorder = Recorder(server.port)
        if client == "curl":
            command = ["curl", "-sk", "--max-time", str(PATIENCE), "--connect-to",
                       f"www.example.org:443:127.0.0.1:{recorder.port}", "https://www.example.org/"]
            given = b""
        else:
            places = {"CERT": pki.path("client.pem"), "KEY": pki.path("client.key")}
            name_option = [] if "-noservername" in client else ["-servername", "WWW.example.org"]
            command = [OPENSSL, "s_client", "-connect", f"127.0.0.1:{recorder.port}", "-ign_eof", *name_option,
                       *(places.get(word, word) for word in client)]
            given = REQUEST
        subprocess.run(command, input=given, capture_output=True, timeout=PATIENCE, check=False)
        return recorder.done()


# --- As packets, for tshark ---


def ipv4(protocol, source, target, payload):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, protocol, 0, source, target)
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    return head[:10] + struct.pack(">H", checksum) + head[12:] + payload


CLIENT, SERVER = bytes([192, 0, 2, 2]), bytes([198, 51, 100, 2])
SEGMENT = 1448


def tcp_packets(passed, port):
    """A TCP connection to 443 in which these bytes pass; checksums are zero, which tshark does not mind."""
    sequence = {"up": 1000, "down": 5000}

    def packet(direction, flags, data=b""):
        ports = (port, 443) if direction == "up" else (443, port)
        ends = (CLIENT, SERVER) if direction == "up" else (SERVER, CLIENT)
        other = "down" if direction == "up" else "up"
        acknowledged = sequence[other] if flags & 0x10 else 0
        head = struct.pack(">HHIIBBHHH", *ports, sequence[direction], acknowledged, 0x50, flags, 65535, 0, 0)
        sequence[direction] += len(data) + (1 if flags & 3 else 0)
        return ipv4(6, *ends, head + data)

    yield packet("up", 0x02)
    yield packet("down", 0x12)
    yield packet("up", 0x10)
    for direction, data in passed:
        for at in range(0, len(data), SEGMENT):
            yield packet(direction, 0x18, data[at : at + SEGMENT])
    yield packet("up", 0x11)
    yield packet("down", 0x11)


def udp_packet(data, port, server_port=443):
    return ipv4(17, CLIENT, SERVER, struct.pack(">HHHH", port, server_port, 8 + len(data), 0) + data)


def write_pcap(file, packets):
    """Raw IP packets (link type 101), a millisecond apart."""
    with open(file, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101))
        for number, packet in enumerate(packets):
            out.write(struct.pack("<IIII", number // 1000, number % 1000 * 1000, len(packet), len(packet)) + packet)


def main(folder):
    with tempfile.TemporaryDirectory() as place:
        pki = Pki(place)
        for name in CONNECTIONS:
            passed = record(pki, name)
            with open(os.path.join(folder, name + ".stream"), "w", encoding="ascii") as out:
                for direction, data in passed:
                    out.write(f"{direction} {data.hex()}\n")
            print(name, [(direction, len(data)) for direction, data in passed])


if __name__ == "__main__":
    main(sys.argv[1])
