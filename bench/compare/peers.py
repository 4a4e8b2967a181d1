"""The programs that are compared, run as Tor would run them: managed pluggable transports on loopback."""

import os
import resource
import subprocess
import tempfile
import threading
import time

PATIENCE = 20  # seconds for a program to say that it listens


def allow_many_descriptors():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Process:
    """A child that ends when its standard input does, as all of ours here do."""

    def __init__(self, words, environment=None):
        self.child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      stderr=subprocess.DEVNULL, env=environment)
        self._watch = threading.Timer(PATIENCE, self.child.kill)

    def lines_until(self, last):
        """What it prints up to the line that starts with `last`; fails if that does not come in time."""
        seen = []
        self._watch.start()
        for line in self.child.stdout:
            seen.append(line.rstrip("\n"))
            if line.startswith(last):
                self._watch.cancel()
                return seen
        raise RuntimeError(f"{self.child.args[0]} did not start: {seen}")

    def alive(self):
        return self.child.poll() is None

    def cpu(self):
        """Seconds of CPU of all its threads, user and system, to the nanosecond: its clock as of clock_getcpuclockid."""
        return time.clock_gettime((~self.child.pid << 3) | 2)

    def memory(self, field):
        """A field of smaps_rollup (Pss) or status (VmRSS), in KiB."""
        source = "status" if field.startswith("Vm") else "smaps_rollup"
        with open(f"/proc/{self.child.pid}/{source}", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(field + ":"))

    def stop(self):
        self.child.stdin.close()
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child.stdout.close()
        self._watch.cancel()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Transport(Process):
    """One side of a managed transport, with a state of its own that goes with it."""

    def __init__(self, words, environment, last):
        self.state = tempfile.TemporaryDirectory(prefix="rozaneh-bench-")
        everywhere = {"PATH": os.environ.get("PATH", ""), "HOME": self.state.name,
                      "TOR_PT_MANAGED_TRANSPORT_VER": "1", "TOR_PT_STATE_LOCATION": self.state.name,
                      "TOR_PT_EXIT_ON_STDIN_CLOSE": "1"}
        super().__init__(words, everywhere | environment)
        self.said = self.lines_until(last)

    def method(self, name):
        """The words of its CMETHOD or SMETHOD line."""
        return next(line.split() for line in self.said if line.startswith(name + " obfs4 "))

    def stop(self):
        super().stop()
        self.state.cleanup()


def server(words, sink_port, iat_mode=0):
    return Transport(words, {"TOR_PT_SERVER_TRANSPORTS": "obfs4",
                             "TOR_PT_SERVER_BINDADDR": "obfs4-127.0.0.1:0",
                             "TOR_PT_SERVER_TRANSPORT_OPTIONS": f"obfs4:iat-mode={iat_mode}",
                             "TOR_PT_ORPORT": f"127.0.0.1:{sink_port}"}, "SMETHODS DONE")


def client(words):
    return Transport(words, {"TOR_PT_CLIENT_TRANSPORTS": "obfs4"}, "CMETHODS DONE")


class Tunnel:
    """A client and a server, the way of the load through them, and what they cost."""

    def __init__(self, client_words, server_words, sink_port, iat_mode=0):
        self.server = server(server_words, sink_port, iat_mode)
        self.client = client(client_words)
        _, _, at, *rest = self.server.method("SMETHOD")
        arguments = dict(pair.split("=", 1) for pair in rest[0].removeprefix("ARGS:").split(","))
        socks_port = self.client.method("CMETHOD")[3].rsplit(":", 1)[1]
        words_of_bridge = f"cert={arguments['cert']};iat-mode={iat_mode}"
        self.where = f"{socks_port}:{at.rsplit(':', 1)[1]}:{words_of_bridge}"

    def alive(self):
        return self.client.alive() and self.server.alive()

    def cpu(self):
        return {"client": self.client.cpu(), "server": self.server.cpu()}

    def memory(self, field):
        return {"client": self.client.memory(field), "server": self.server.memory(field)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop()
        self.server.stop()
