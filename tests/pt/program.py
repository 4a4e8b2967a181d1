"""Runs `rozaneh pt` (or any other managed transport) as Tor would, and speaks to it as Tor does."""

import contextlib
import os
import re
import select
import socket
import subprocess
import tempfile
import threading
import time

HOST = "127.0.0.1"


class Transport:
    """One managed transport, started with an environment of TOR_PT_ variables and nothing else."""

    def __init__(self, command, variables, stdin=subprocess.PIPE):
        environment = {f"TOR_PT_{name}": value for name, value in variables.items() if value is not None}
        self.process = subprocess.Popen(command, env=environment, stdin=stdin, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.lines = []
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()

    def read_line(self, patience=10):
        """The next line without its end; None at the end of the output."""
        until = time.monotonic() + patience
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, until - time.monotonic()))
            if not ready:
                raise TimeoutError(f"no further line; so far: {self.lines}")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                assert not self.rest, f"a line without an end: {self.rest}"
                return None
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        self.lines.append(line.decode())
        return self.lines[-1]

    def read_until(self, pattern):
        while (line := self.read_line()) is not None:
            if re.search(pattern, line):
                return line
        raise AssertionError(f"no line like {pattern}: {self.lines}, {self.process.stderr.read().decode()}")

    def ready(self):
        """Reads until all methods are there; answers the address of each transport."""
        self.read_until(r"^[CS]METHODS DONE$")
        found = [re.match(r"CMETHOD (\S+) socks5 (\S+)|SMETHOD (\S+) (\S+)", line) for line in self.lines]
        return {m[1] or m[3]: address(m[2] or m[4]) for m in found if m}

    def arguments(self, transport):
        line = next(line for line in self.lines if line.startswith(f"SMETHOD {transport} "))
        return line.split("ARGS:", 1)[1].replace(",", ";")

    def exit_code(self, patience=5):
        return self.process.wait(patience)


def address(text):
    host, port = text.rsplit(":", 1)
    return host.strip("[]"), int(port)


def bracketed(host):
    return f"[{host}]" if ":" in host else host


@contextlib.contextmanager
def state():
    with tempfile.TemporaryDirectory(prefix="rozaneh-pt-") as directory:
        yield os.path.join(directory, "state")


def client(directory, transports="obfs4", **more):
    return {"MANAGED_TRANSPORT_VER": "1", "STATE_LOCATION": directory, "CLIENT_TRANSPORTS": transports, **more}


def server(directory, or_port, transports="obfs4", host=HOST, **more):
    return {"MANAGED_TRANSPORT_VER": "1", "STATE_LOCATION": directory, "SERVER_TRANSPORTS": transports,
            "SERVER_BINDADDR": ",".join(f"{name}-{bracketed(host)}:0" for name in transports.split(",")),
            "ORPORT": or_port, **more}


class Echo:
    """Stands for Tor's ORPort: sends everything back, and ends when its peer does."""

    def __init__(self, host=HOST):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.create_server((host, 0), family=family)
        host, port = self.socket.getsockname()[:2]
        self.address = f"{bracketed(host)}:{port}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    @staticmethod
    def serve(connection):
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65536):
                connection.sendall(data)


class SocksError(Exception):
    """The reply code of a refused request."""


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError(f"{len(data)} of {count} bytes")
        data += more
    return data


def connect(socks, target, arguments):
    """Asks a client's transport for a bridge, as Tor does (pt-spec.txt section 3.5)."""
    connection = socket.create_connection(socks, timeout=20)
    connection.sendall(b"\x05\x01\x02")
    assert read_exactly(connection, 2) == b"\x05\x02"
    text = arguments.encode()
    name, password = text[:255], text[255:] or b"\0"
    connection.sendall(b"\x01" + bytes([len(name)]) + name + bytes([len(password)]) + password)
    assert read_exactly(connection, 2) == b"\x01\x00"
    host, port = target
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    kind = b"\x04" if ":" in host else b"\x01"
    connection.sendall(b"\x05\x01\x00" + kind + socket.inet_pton(family, host) + port.to_bytes(2, "big"))
    reply = read_exactly(connection, 4)
    read_exactly(connection, 6)
    if reply[1] != 0:
        connection.close()
        raise SocksError(reply[1])
    return connection


def check_echo(connection, size=300_000):
    """Whether everything that is sent comes back."""
    data = os.urandom(size)
    sender = threading.Thread(target=connection.sendall, args=(data,))
    sender.start()
    assert read_exactly(connection, size) == data
    sender.join()
