"""The programs that are compared: a server and a client each, and the SOCKS5 port that applications use.

On loopback both sides are children as they are; in the lab `far` puts the server behind the path. `where` is what the
program of bench/compare/load.cpp and `socks` take: the port, and the words that a managed transport wants to be told.
"""

import contextlib
import json
import os
import random
import socket
import subprocess
import tempfile
import time

PATIENCE = 20  # seconds
PASSWORD = "a password of the benchmark"


def free_port():
    while True:
        port = random.randrange(10_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def cpu(process):
    """Seconds of all its threads, user and system, to the nanosecond."""
    return time.clock_gettime((~process.pid << 3) | 2)


def wait_for(port, host="127.0.0.1"):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nobody listens at port {port}")


class Pair:
    """A server and a client; the server's address is `at`, and its programs are started behind `far`."""

    def __init__(self, at=None, far=()):
        self.at, self.far = at or f"127.0.0.1:{free_port()}", list(far)
        self.port = free_port()
        self.box = tempfile.TemporaryDirectory(prefix="rozaneh-bench-")
        self.server = self.client = None
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    @property
    def where(self):
        return str(self.port)

    def run(self, *words, environment=None):
        surroundings = None if environment is None else os.environ | environment
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                text=True, env=surroundings)

    def cpu(self):
        return {"client": cpu(self.client), "server": cpu(self.server)}

    def stop(self):
        for process in filter(None, (self.client, self.server)):
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()
        self.box.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Ours(Pair):
    """A session over a transport."""

    name = "rozaneh"
    of_client = ()

    def __init__(self, rozaneh, transport, *words, policy="plain", state=(), **place):
        self.rozaneh, self.transport, self.words, self.policy, self.state = rozaneh, transport, words, policy, state
        super().__init__(**place)

    def start(self):
        if self.transport == "webtunnel":
            self.words = (*self.words, *self.certified())
        if self.transport == "http":
            self.words = (*self.words, "--set", f"http.url=http://{self.at}/the-path-that-is-the-secret")
        self.server = self.run(*self.far, self.rozaneh, "bridge", "--json", "--no-state", "--log-level", "error", "--egress",
                               "open", "--allow-private", "--max-per-address", "0", "--listen", f"{self.transport}={self.at}",
                               *self.words)
        self.link = next(event["links"][0] for event in map(json.loads, self.server.stdout) if "links" in event)
        self.join()

    def join(self):
        self.client = self.run(self.rozaneh, "client", "--json", "--log-level", "error", "--listen", f"127.0.0.1:{self.port}",
                               "--policy", self.policy, *(self.state or ["--no-state"]), *self.of_client, self.link)
        self.said("listening")

    def certified(self):
        """A certificate that is its own authority, for who is called by his address."""
        key, certificate = f"{self.box.name}/key.pem", f"{self.box.name}/certificate.pem"
        host, port = self.at.rsplit(":", 1)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=www.example.org", "-addext", "subjectAltName=DNS:www.example.org", "-keyout", key, "-out",
                        certificate], check=True, capture_output=True)
        self.of_client = ("--set", f"webtunnel.ca={certificate}", "--set", "webtunnel.servername=www.example.org")
        return ("--set", f"webtunnel.url=https://{self.at}/the-path-that-is-the-secret", "--set", f"webtunnel.cert={certificate}",
                "--set", f"webtunnel.key={key}")

    def said(self, name):
        """What the client says next of that."""
        return next(event for event in map(json.loads, self.client.stdout) if event["event"] == name)

    def leave(self):
        self.client.terminate()
        self.client.wait()
        self.client.stdin.close()
        self.client.stdout.close()


class Shadowsocks(Pair):
    name = "shadowsocks-libev"

    def start(self):
        host, port = self.at.rsplit(":", 1)
        common = ("-s", host, "-p", port, "-k", PASSWORD, "-m", "aes-256-gcm")
        self.server = self.run(*self.far, "ss-server", *common)
        self.client = self.run("ss-local", *common, "-b", "127.0.0.1", "-l", str(self.port))
        wait_for(self.port)


class Obfs4proxy(Pair):
    """It leads to one place, `target`."""

    name = "obfs4proxy"

    def __init__(self, target, **place):
        self.target = target
        super().__init__(**place)

    def managed(self, side, wanted, *before, **environment):
        common = {"TOR_PT_MANAGED_TRANSPORT_VER": "1", "TOR_PT_STATE_LOCATION": os.path.join(self.box.name, side),
                  "TOR_PT_EXIT_ON_STDIN_CLOSE": "1"}
        process = self.run(*before, "obfs4proxy", environment=common | environment)
        return process, next(line.split() for line in process.stdout if line.startswith(wanted))

    def start(self):
        self.server, said = self.managed("server", "SMETHOD obfs4", *self.far, TOR_PT_SERVER_TRANSPORTS="obfs4",
                                         TOR_PT_SERVER_BINDADDR=f"obfs4-{self.at}", TOR_PT_ORPORT=self.target)
        given = dict(pair.split("=", 1) for pair in said[3].removeprefix("ARGS:").split(","))
        self.words = f"cert={given['cert']};iat-mode=0"
        self.client, said = self.managed("client", "CMETHOD obfs4", TOR_PT_CLIENT_TRANSPORTS="obfs4")
        self.port = int(said[3].rsplit(":", 1)[1])

    @property
    def where(self):
        return f"{self.port}:{self.at.rsplit(':', 1)[1]}:{self.words}"


class Ssh(Pair):
    """ssh -D."""

    name = "ssh -D"

    def start(self):
        host, port = self.at.rsplit(":", 1)
        box = self.box.name
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{box}/{key}"], check=True)
        with open(f"{box}/config", "w", encoding="ascii") as file:
            file.write(f"ListenAddress {host}:{port}\nHostKey {box}/host\nPidFile none\nAuthorizedKeysFile {box}/user.pub\n"
                       "StrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n")
        # Where it goes before it gives up root; in the lab that may be on a read-only system.
        begin = f"mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && exec /usr/sbin/sshd -D -e -f {box}/config"
        self.server = self.run(*self.far, "unshare", "-m", "sh", "-c", begin)
        wait_for(int(port), host)
        self.client = self.run("ssh", "-N", "-F", "none", "-D", f"127.0.0.1:{self.port}", "-p", port, "-i", f"{box}/user",
                               "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                               f"root@{host}")
        wait_for(self.port)
