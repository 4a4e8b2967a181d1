#!/usr/bin/env python3
"""Real tor, with our transport in place of obfs4proxy: tor_test.py PROGRAM

Three Tor clients download a file through two bridges, each to the end and byte for byte:

    ours       ══ ours         both ends of `rozaneh pt`, extended ORPort behind it
    ours       ══ obfs4proxy
    obfs4proxy ══ ours

The bridge with our transport starts on a state directory that obfs4proxy has made, and clients use
obfs4proxy's bridge line: what an operator does who changes over. Our transports run under no_new_privs, as
Debian's unit has it, and one of them under the name of obfs4proxy with its flags.
"""

import hashlib
import http.server
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

from network import HOST, Network, wait_for

SIZE = 12 * 1000 * 1000
NO_NEW_PRIVILEGES = ("setpriv", "--no-new-privs")


def serve_file(directory):
    """A web server with one file of random bytes; answers its URL and the file's digest."""
    content = os.urandom(SIZE)
    with open(os.path.join(directory, "blob"), "wb") as file:
        file.write(content)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=directory)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://{HOST}:{server.server_address[1]}/blob", hashlib.sha256(content).hexdigest()


def state_of_obfs4proxy(directory):
    """Lets obfs4proxy make its keys in that directory, and answers the arguments of its bridge line."""
    environment = {"TOR_PT_MANAGED_TRANSPORT_VER": "1", "TOR_PT_STATE_LOCATION": directory,
                   "TOR_PT_SERVER_TRANSPORTS": "obfs4", "TOR_PT_SERVER_BINDADDR": f"obfs4-{HOST}:0",
                   "TOR_PT_ORPORT": f"{HOST}:9", "TOR_PT_EXIT_ON_STDIN_CLOSE": "1"}
    with subprocess.Popen(["obfs4proxy"], env=environment, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith("SMETHODS DONE"):
                break
        process.stdin.close()
    return bridge_arguments(directory)


def bridge_arguments(directory):
    with open(os.path.join(directory, "obfs4_bridgeline.txt"), encoding="utf-8") as file:
        return re.search(r"cert=\S+ iat-mode=\d", file.read())[0]


def bridge_line(node, arguments):
    return f"obfs4 {HOST}:{node.pt_port} {arguments}"


def is_listening(node):
    return "Registered server transport 'obfs4'" in node.log()


def download(client, url, digest):
    """Downloads through the client; the first request may come before the client knows an exit."""
    began = time.monotonic()
    got = subprocess.run(["curl", "-sS", "--fail", "--retry", "8", "--retry-all-errors", "--retry-delay", "1",
                          "--max-time", "60", "--socks5-hostname", f"{HOST}:{client.socks_port}", url],
                         check=True, stdout=subprocess.PIPE).stdout
    assert hashlib.sha256(got).hexdigest() == digest, f"{client.name}: {len(got)} bytes, not those that were sent"
    print(f"{client.name}: {len(got)} bytes in {time.monotonic() - began:.1f} s, as sent", flush=True)


def check_extended_or_port(bridge):
    """The bridge's tor has been told who connects, and has understood every command."""
    log = bridge.log("debug.log")
    assert re.search(rf"Received USERADDR.*to '{HOST}:\d+'", log), f"{bridge.name}: tor was told of no address"
    assert "command we don't recognize" not in log, f"{bridge.name}: tor did not understand a command"


def check_way_back(bridge):
    """obfs4proxy takes the state as we leave it, and remains the bridge that it was."""
    directory = os.path.join(bridge.directory, "pt_state")
    ours = bridge_arguments(directory)
    assert state_of_obfs4proxy(directory) == ours, "obfs4proxy has another bridge line now"


def check_ends(node):
    """The transport goes when its tor is killed."""
    transports = node.children()
    assert transports, f"{node.name} has no transport"
    node.process.kill()
    node.process.wait()
    wait_for(f"{node.name}'s transport ends", lambda: not any(alive(pid) for pid in transports), 5)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def start_bridges(network, program):
    """Both bridges; answers the line of each."""
    ours, theirs = network.node("OurBridge"), network.node("TheirBridge")
    kept = state_of_obfs4proxy(os.path.join(ours.directory, "pt_state"))
    network.start_bridge(ours, f"{program} pt", NO_NEW_PRIVILEGES)
    network.start_bridge(theirs, "/usr/bin/obfs4proxy")
    wait_for("the transports' ports", lambda: is_listening(ours) and is_listening(theirs), 20, network.check)
    made = bridge_arguments(os.path.join(theirs.directory, "pt_state"))
    assert bridge_arguments(os.path.join(ours.directory, "pt_state")) == kept, "the bridge line has changed"
    return ours, bridge_line(ours, kept), bridge_line(theirs, made)


def start_clients(network, program, to_ours, to_theirs):
    as_obfs4proxy = os.path.join(network.root, "obfs4proxy")
    os.symlink(program, as_obfs4proxy)
    flags = "-enableLogging -logLevel INFO -unsafeLogging=true"
    commands = {"OursToOurs": (f"{program} pt --log-level debug", to_ours),
                "OursToTheirs": (f"{as_obfs4proxy} {flags}", to_theirs),
                "TheirsToOurs": ("/usr/bin/obfs4proxy", to_ours)}
    clients = [network.node(name) for name in commands]
    for client, (command, line) in zip(clients, commands.values()):
        network.start_client(client, command, line, NO_NEW_PRIVILEGES)
    return clients


def run(program, root):
    began = time.monotonic()
    network = Network(root)
    web = os.path.join(root, "web")
    os.mkdir(web)
    url, digest = serve_file(web)
    try:
        network.start_core()
        our_bridge, to_ours, to_theirs = start_bridges(network, program)
        clients = start_clients(network, program, to_ours, to_theirs)
        for client in clients:
            wait_for(f"{client.name} comes up", lambda: client.bootstrapped() == 100, 60, network.check)
            print(f"{client.name}: up after {time.monotonic() - began:.1f} s", flush=True)
        for client in clients:
            download(client, url, digest)
        check_extended_or_port(our_bridge)
        check_ends(clients[0])
        check_ends(our_bridge)
        check_way_back(our_bridge)
    except BaseException:
        for node in network.nodes:
            print(f"---- {node.name}\n{node.log()[-3000:]}", file=sys.stderr)
        raise
    finally:
        network.stop()
    print(f"in all {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="rozaneh-tor-") as scratch:
        run(os.path.abspath(sys.argv[1]), scratch)
