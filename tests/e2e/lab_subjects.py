"""What runs behind the lab's censors in lab_test.py: tries what it is told to, all at once, and prints which got through.

    lab_subjects.py NAME...     one line of JSON: {"NAME": true or false}
"""

import concurrent.futures
import json
import os
import socket
import subprocess
import sys
import time

ROZANEH = os.environ["ROZANEH"]
SIZE = 300_000  # smaller fetches end before some censors have begun
PATIENCE = float(os.environ.get("LAB_PATIENCE", "4"))


def fetch(url, *words, size=SIZE):
    """Whether all of it came."""
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{size_download}", "--max-time", str(PATIENCE), *words, url]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return done.returncode == 0 and int(done.stdout) == size


def tls(version, host, port=443, path=f"/bytes/{SIZE}", size=SIZE, words=()):
    """The far side speaks one version alone on two of its ports, so what is said to be 1.3 is."""
    return fetch(f"https://{host}:{port}{path}", f"--tlsv{version}", "--tls-max", version, *words, size=size)


def many():
    """Eight connections at once, each held while the others begin."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        slow = ("--limit-rate", "150k")
        return all(pool.map(lambda _: tls("1.3", "example.org", 2443, words=slow), range(8)))


def query():
    """The address of a listed name: the one of the far side's web site?"""
    return socket.getaddrinfo("www.listed.example", 80, socket.AF_INET)[0][4][0] == "198.51.100.10"


def random_bytes():
    """Whether the answer to what looks like nothing comes: a web server's to a request that it cannot read."""
    with socket.create_connection(("198.51.100.10", 1443), PATIENCE) as connection:
        connection.sendall(b"\xc3\x1e" + os.urandom(400))
        try:
            return connection.recv(1) is not None
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ours(transport):
    """Through a client and a bridge of ours."""
    port = free_port()
    link = os.environ["ROZANEH_LINK_" + transport.upper()]
    words = [ROZANEH, "client", link, "--listen", f"127.0.0.1:{port}", "--no-state", "--log-level", "error"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
        try:
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except ConnectionRefusedError:
                    time.sleep(0.05)
            if transport in ("obfs2", "obfs3"):  # these lead to one place, without a proxy's request
                return fetch(f"http://127.0.0.1:{port}/bytes/{SIZE}")
            return fetch(f"https://example.org/bytes/{SIZE}", "-x", f"socks5h://127.0.0.1:{port}")
        finally:
            client.kill()


SUBJECTS = {
    "http": lambda: fetch(f"http://example.org/bytes/{SIZE}"),
    "http-keyword": lambda: fetch(f"http://example.org/tor/bytes/{SIZE}"),
    "http-listed": lambda: fetch(f"http://www.listed.example/bytes/{SIZE}"),
    "https-1.2": lambda: tls("1.2", "example.org", 1443),
    "https-1.3": lambda: tls("1.3", "example.org", 2443),
    "https-1.3-v6": lambda: tls("1.3", "example.org", 2443, words=["-6"]),
    "https-listed": lambda: tls("1.3", "www.listed.example"),
    "https-signal": lambda: tls("1.3", "chat.signal.org"),
    "https-address": lambda: tls("1.3", "example.org", words=["--resolve", "example.org:443:198.51.100.44"]),
    "https-many": many,
    "https-long": lambda: tls("1.3", "example.org", 2443, f"/bytes/{5 * SIZE}", 5 * SIZE),
    "dns-listed": query,
    "random": random_bytes,
    "obfs2": lambda: ours("obfs2"),
    "obfs3": lambda: ours("obfs3"),
    "obfs4": lambda: ours("obfs4"),
    "scramblesuit": lambda: ours("scramblesuit"),
}


def attempt(name):
    try:
        return SUBJECTS[name]()
    except OSError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return False


if __name__ == "__main__":
    names = sys.argv[1:]
    with concurrent.futures.ThreadPoolExecutor(len(names)) as crowd:
        print(json.dumps(dict(zip(names, crowd.map(attempt, names)))))
