"""What the end-to-end tests have in common: the programs under test, and services on loopback around them.

Environment: ROZANEH is the program (default: build/rozaneh of this checkout); SANITIZED=1 says that it was built with
sanitizers, so that its memory says nothing and it takes longer.

    with Service(echo) as target, Bridge(forward=target.address) as bridge, Client(bridge.link) as client:
        with connect(client.address) as connection:
            connection.sendall(b"...")

Everything that is started is ended by its own block, and all of it by the process id.
"""

import contextlib
import hashlib
import json
import os
import queue
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import typing
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROZANEH = os.path.abspath(os.environ.get("ROZANEH", os.path.join(ROOT, "build", "rozaneh")))
OBFS4PROXY = "/usr/bin/obfs4proxy"
SANITIZED = os.environ.get("SANITIZED") == "1"
PATIENCE = 60 if SANITIZED else 30  # seconds that anything on this machine may take
SKIPPED = 77  # exit code that tells CTest so


def until(condition, limit=PATIENCE, pause=0.05):
    """Waits for a condition; answers its value, which is false if the time has passed."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(pause)


def numbered(count):
    """Bytes that differ from one place to the next, so that a gap or a shift is seen."""
    block = b"".join(struct.pack(">I", i) for i in range(count // 4 + 1))
    return block[:count]


def connect(address, limit=PATIENCE):
    return socket.create_connection(address, timeout=limit)


def receive(connection, count):
    """Exactly `count` bytes, or fewer if the stream ends."""
    parts, left = [], count
    while left > 0:
        part = connection.recv(min(left, 1 << 18))
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def receive_all(connection):
    return receive(connection, 1 << 40)


def endpoint(text):
    host, port = text.rsplit(":", 1)
    return host.strip("[]"), int(port)


def text_of(address):
    return f"{address[0]}:{address[1]}"


def free_port():
    """One to listen on later, not of those that outgoing connections get and could take meanwhile."""
    while True:
        port = random.randrange(10_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def listens(at):
    """Whether somebody takes connections at a port of loopback, or at an address."""
    with contextlib.suppress(OSError), connect(("127.0.0.1", at) if isinstance(at, int) else at, 1):
        return True
    return False


def drip(connection, data, ended):
    """Sends byte by byte, ten a second, as long as somebody takes them; adds to `ended` what comes up to the end."""
    with contextlib.suppress(OSError):
        for i in range(len(data)):
            connection.sendall(data[i : i + 1])
            time.sleep(0.1)
    received = b""
    with contextlib.suppress(OSError):
        connection.settimeout(PATIENCE)
        received = receive_all(connection)
    ended.append(received)


# --- Programs ---


class Process:
    """A program whose output is read line by line while it runs."""

    def __init__(self, command, environment=None, stdin=subprocess.DEVNULL, **options):
        self.lines = []
        self.fresh = queue.Queue()
        self.run = subprocess.Popen(
            command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, **options
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for raw in self.run.stdout:
            line = raw.decode(errors="replace").rstrip("\n")
            self.lines.append(line)
            self.fresh.put(line)
        self.fresh.put(None)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.kill()
        if failure[0] is not None:
            print(f"--- what {' '.join(self.run.args)[:120]} said:", *self.lines[-30:], sep="\n", file=sys.stderr)

    @property
    def pid(self):
        return self.run.pid

    def said(self, pattern, limit=PATIENCE, since=0):
        """The first match in what it has said or says until the limit, after so many lines; fails if there is none."""
        lines = lambda: list(self.lines)[since:]
        found = until(lambda: next(filter(None, (re.search(pattern, line) for line in lines())), None), limit)
        if not found:
            raise AssertionError(f"it never said {pattern!r}, but:\n" + "\n".join(self.lines[-30:]))
        return found

    def heard(self, pattern):
        return any(re.search(pattern, line) for line in list(self.lines))

    def next_line(self, limit=PATIENCE):
        """Its lines one after the other; None at the end."""
        return self.fresh.get(timeout=limit)

    def signal(self, number):
        self.run.send_signal(number)

    def ended(self, limit=PATIENCE):
        """Its exit code, once it has ended by itself."""
        code = self.run.wait(limit)
        self.reader.join(limit)
        return code

    def stop(self):
        """Ends it as an administrator would; answers the exit code."""
        self.signal(signal.SIGTERM)
        return self.ended()

    def kill(self):
        if self.run.poll() is None:
            self.run.kill()
        self.run.wait()
        self.reader.join()
        self.run.stdout.close()

    def alive(self):
        return self.run.poll() is None

    def resident(self):
        """Kilobytes in memory."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def has_accepted(self, port):
        """Whether it holds a connection to this port of IPv4 that the kernel has handed over."""
        held = set()
        for name in os.listdir(f"/proc/{self.pid}/fd"):
            with contextlib.suppress(OSError):
                held.add(os.readlink(f"/proc/{self.pid}/fd/{name}"))
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table][1:]
        return any(row[1].endswith(f":{port:04X}") and row[3] == "01" and f"socket:[{row[9]}]" in held for row in rows)


class Server(Process):
    """A program of others that serves at `address`: with a folder of its own, where its configuration lies.

    `configuration` makes the text of that from the folder's name. It is there once it listens.
    """

    def __init__(self, command, configuration, address):
        self.own = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
        os.chmod(self.own.name, 0o755)  # nginx's workers have another user
        self.address = address
        path = os.path.join(self.own.name, "configuration")
        with open(path, "w", encoding="ascii") as file:
            file.write(configuration(self.own.name))
        super().__init__([*command, path])
        if not until(lambda: listens(address) or not self.alive()) or not self.alive():
            raise AssertionError("it does not come up:\n" + "\n".join(self.lines))

    def kill(self):
        """In good order, since workers would outlive it."""
        if self.alive():
            self.stop()
        super().kill()

    def __exit__(self, *failure):
        super().__exit__(*failure)
        self.own.cleanup()


class Rozaneh(Process):
    """One of our own commands, speaking JSON, with a state directory of its own unless one is given."""

    def __init__(self, command, *words, state=None, wrapper=(), **options):
        self.own = None
        if state is None and "--no-state" not in words:
            self.own = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
            state = os.path.join(self.own.name, "state")
        self.state = state
        where = ["--state", state] if state else []
        super().__init__([*wrapper, ROZANEH, *command.split(), "--json", *where, *map(str, words)], **options)

    def __exit__(self, *failure):
        super().__exit__(*failure)
        if self.own:
            self.own.cleanup()

    def event(self, name, skip=0, limit=PATIENCE):
        """The event of this name, after `skip` others of it, as a dictionary."""

        def look():
            events = [json.loads(line) for line in list(self.lines) if line.startswith("{")]
            return next(iter([event for event in events if event["event"] == name][skip:]), None)

        found = until(lambda: look() or not self.alive(), limit)
        found = look() if found is True else found
        if not found:
            raise AssertionError(f"no event {name!r}, but:\n" + "\n".join(self.lines[-30:]))
        return found

    def counted(self):
        """What it has counted so far."""
        before = sum('"event":"counted"' in line for line in list(self.lines))
        self.signal(signal.SIGUSR1)
        return self.event("counted", skip=before)


class Bridge(Rozaneh):
    """`rozaneh bridge` on loopback, ready for clients. Each of `listen` is a transport, or TRANSPORT=ADDRESS:PORT.

    Without `forward` its clients choose where to; with `private` also on this machine. With `tunnel` they do so in
    sessions, as they do by default; without it each stream is a connection of the transport.
    """

    def __init__(self, *words, listen=("obfs4",), forward=None, private=True, tunnel=False, **options):
        listens = [each if "=" in each else f"{each}=127.0.0.1:0" for each in listen]
        arguments = [word for each in listens for word in ("--listen", each)]
        where = ["--forward", text_of(forward)] if forward else ["--egress", "open"]
        if private and not forward:
            where.append("--allow-private")
        if not tunnel and not forward:
            where.append("--no-tunnel")
        super().__init__("bridge", *arguments, *where, *words, **options)
        self.ways = {}
        for i in range(len(listens)):
            event = self.event("listening", skip=i)
            self.ways[event["transport"]] = event

    def link_of(self, transport):
        return self.ways[transport]["links"][0]

    def line_of(self, transport):
        return self.ways[transport]["bridge_lines"][0]

    def address_of(self, transport):
        return endpoint(self.ways[transport]["at"])

    @property
    def link(self):
        return self.link_of(next(iter(self.ways)))

    @property
    def address(self):
        return self.address_of(next(iter(self.ways)))


class Client(Rozaneh):
    """`rozaneh client` on a free port of loopback."""

    def __init__(self, *words, **options):
        super().__init__("client", "--listen", "127.0.0.1:0", *words, **options)
        self.address = endpoint(self.event("listening")["at"])


def through(link, port):
    """The same link or bridge line, by way of another port of this machine."""
    return re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{port}", link, count=1)


class ManagedTransport(Process):
    """A pluggable transport as tor would start it: obfs4proxy, or our own `pt`."""

    def __init__(self, program, **variables):
        self.own = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "TOR_PT_MANAGED_TRANSPORT_VER": "1",
            "TOR_PT_STATE_LOCATION": self.own.name,
            "TOR_PT_EXIT_ON_STDIN_CLOSE": "1",
            **{f"TOR_PT_{name}": value for name, value in variables.items()},
        }
        super().__init__(program, environment, stdin=subprocess.PIPE)
        self.address, self.arguments = None, {}
        for line in iter(self.next_line, None):
            if "ERROR" in line:
                raise AssertionError(line)
            method = re.match(r"[CS]METHOD \S+ (?:socks5 )?(\S+)(?: ARGS:(.*))?$", line)
            if method:
                self.address = endpoint(method.group(1))
                self.arguments = dict(pair.split("=", 1) for pair in (method.group(2) or "").split(",") if pair)
            if re.match(r"[CS]METHODS DONE", line):
                break

    def __exit__(self, *failure):
        super().__exit__(*failure)
        self.run.stdin.close()
        self.own.cleanup()

    @classmethod
    def client(cls, program, transport):
        return cls(program, CLIENT_TRANSPORTS=transport)

    @classmethod
    def server(cls, program, transport, forward, **options):
        text = ";".join(f"{transport}:{name.replace('_', '-')}={value}" for name, value in options.items())
        return cls(
            program,
            SERVER_TRANSPORTS=transport,
            SERVER_BINDADDR=f"{transport}-127.0.0.1:0",
            SERVER_TRANSPORT_OPTIONS=text,
            ORPORT=text_of(forward),
            EXTENDED_SERVER_PORT="",
        )


OUR_PT = [ROZANEH, "pt"]
ITS_PT = [OBFS4PROXY]

def rozaneh(*words, wrapper=(), **options):
    """Runs it to its end; answers (exit code, all that it said)."""
    done = subprocess.run(
        [*wrapper, ROZANEH, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=2 * PATIENCE,
        **options,
    )
    return done.returncode, done.stdout.decode(errors="replace")


# --- SOCKS5 ---


def socks5(proxy, target, user=None, password=b"\0", limit=PATIENCE):
    """Asks a SOCKS5 proxy for a target; answers (reply code, connection)."""
    connection = connect(proxy, limit)
    connection.sendall(b"\x05\x01\x02" if user else b"\x05\x01\x00")
    method = receive(connection, 2)
    if user:
        assert method == b"\x05\x02", method
        connection.sendall(b"\x01" + bytes([len(user)]) + user + bytes([len(password)]) + password)
        assert receive(connection, 2) == b"\x01\x00"
    host = target[0]
    try:
        place = b"\x01" + socket.inet_aton(host)
    except OSError:
        if ":" in host:
            place = b"\x04" + socket.inet_pton(socket.AF_INET6, host)
        else:
            place = b"\x03" + bytes([len(host)]) + host.encode()
    connection.sendall(b"\x05\x01\x00" + place + struct.pack(">H", target[1]))
    reply = receive(connection, 10)
    return (reply[1] if len(reply) > 1 else None), connection


def pt_words(arguments):
    """Arguments of a bridge as tor gives them to a client: user name and password."""
    words = ";".join(f"{name}={value}" for name, value in arguments.items()).encode()
    return words[:255], words[255:] or b"\0"


# --- Services on loopback, a thread for each connection ---


class Service:
    """Accepts on a free port of loopback and hands each connection to `serve`."""

    def __init__(self, serve, address=("127.0.0.1", 0), family=socket.AF_INET):
        self.serve = serve
        self.accepted = 0
        self.open = []
        self.listener = socket.create_server(address, family=family, backlog=1024)
        self.address = self.listener.getsockname()[:2]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except ConnectionError:
                continue
            except OSError:
                return
            self.accepted += 1
            self.open.append(connection)
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        with contextlib.suppress(OSError), connection:
            self.serve(connection)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def echo(connection):
    while part := connection.recv(1 << 18):
        connection.sendall(part)


def digest(connection):
    """Reads to the end, then answers with what it has read: the other direction must still be open."""
    total, state = 0, hashlib.sha256()
    while part := connection.recv(1 << 18):
        total += len(part)
        state.update(part)
    connection.sendall(f"{total} {state.hexdigest()}\n".encode())


def ignore(connection):
    """Neither reads nor writes."""
    del connection
    threading.Event().wait()


class Wire(Service):
    """Passes on between its own port and `target`, and keeps what both sides have sent, connection by connection.

    With `deliver` false nothing reaches the target: a hello is recorded, and stays unseen.
    """

    def __init__(self, target, deliver=True):
        self.target = target
        self.deliver = deliver
        self.sent = []
        self.answered = []
        super().__init__(self._pass_on)

    def _pass_on(self, client):
        record, answers = bytearray(), bytearray()
        self.sent.append(record)
        self.answered.append(answers)
        server = connect(self.target) if self.deliver else None
        if server:
            back = threading.Thread(target=self._back, args=(server, client, answers), daemon=True)
            back.start()
        while part := client.recv(1 << 16):
            record.extend(part)
            if server:
                server.sendall(part)
        if server:
            server.shutdown(socket.SHUT_WR)
            back.join()

    @staticmethod
    def _back(server, client, answers):
        with contextlib.suppress(OSError), server:
            while part := server.recv(1 << 16):
                answers.extend(part)
                client.sendall(part)
            client.shutdown(socket.SHUT_WR)


# --- Processes of this machine ---


class Seen(typing.NamedTuple):
    number: int
    start: str  # since the machine's; numbers are used again
    parent: int
    words: list  # of its command line

    @property
    def life(self):
        return self.number, self.start

    def place(self, name):
        return f"/proc/{self.number}/{name}"


def processes():
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                yield Seen(int(entry), fields[19], int(fields[1]), file.read().split(b"\0"))
        except OSError:
            pass  # it has ended meanwhile


def family(ancestor):
    """The process of that number and all below it."""
    known = list(processes())
    found = {ancestor}
    while True:
        more = {each.number for each in known if each.parent in found} | found
        if more == found:
            return [each for each in known if each.number in found]
        found = more


# --- Running ---


def can_isolate():
    """Whether this machine gives users namespaces."""
    return subprocess.run(["unshare", "-rnm", "true"], capture_output=True, check=False).returncode == 0


def enter_own_network():
    """Starts the script again in namespaces of its own: no network but what it makes, and mounts that nobody else sees.

    Answers whether that worked; it needs no rights where users may have namespaces.
    """
    if os.environ.get("OWN_NETWORK") == "1":
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return True
    if can_isolate():
        os.environ["OWN_NETWORK"] = "1"
        os.execvp("unshare", ["unshare", "-rnm", sys.executable, *sys.argv])
    return False


def main_isolated():
    """As main, for tests that run the lab."""
    if not can_isolate():
        print("this machine gives no user namespaces")
        sys.exit(SKIPPED)
    main()


def main():
    """Runs the tests of a script; if every one was skipped, tells CTest so."""
    if not os.access(ROZANEH, os.X_OK):
        sys.exit(f"{ROZANEH} is not there; set ROZANEH to the program")
    result = unittest.main(verbosity=2, exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    # A class that was skipped as a whole counts as one, and none of its tests has run.
    sys.exit(SKIPPED if result.skipped and len(result.skipped) >= result.testsRun else 0)
