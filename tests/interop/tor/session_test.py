#!/usr/bin/env python3
"""Real tor in a session that outlives its connections: session_test.py PROGRAM

    tor -- rozaneh pt == session over obfs4 == [ cutter ] == rozaneh pt -- tor's extended ORPort

A client bootstraps and downloads a file; three times while it does so, every TCP connection between the two
transports is cut. Neither the client's tor nor the bridge's notices: it is one connection of tor's all the time.
"""

import hashlib
import http.server
import os
import re
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e"))

from network import HOST, Network, wait_for  # noqa: E402
from tor_test import NO_NEW_PRIVILEGES, SIZE, check_extended_or_port, download  # noqa: E402
from tunnel_test import Cutter  # noqa: E402

CUTS = 3


def serve_with_cuts(cut):
    """A web server that cuts whenever it has sent another part of its file; answers the URL and the digest."""
    content = os.urandom(SIZE)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(SIZE))
            self.end_headers()
            part = SIZE // (CUTS + 1)
            for at in range(0, SIZE, part):
                self.wfile.write(content[at : at + part])
                if at + part < SIZE:
                    cut()

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://{HOST}:{server.server_address[1]}/", hashlib.sha256(content).hexdigest()


def bridge_line(bridge, port):
    """As it stands in the file that the bridge writes, with the cutter's port."""
    with open(os.path.join(bridge.directory, "pt_state", "rozaneh_bridgeline.txt"), encoding="utf-8") as file:
        arguments = re.search(r"^Bridge rozaneh <IP ADDRESS>:<PORT> <FINGERPRINT> (.*)$", file.read(), re.M)[1]
    return f"rozaneh {HOST}:{port} {arguments}"


def introductions(bridge):
    """How often the bridge's tor was told of a client, which is once for each connection to it."""
    return len(re.findall(r"Received USERADDR", bridge.log("debug.log")))


def run(program, root):
    network = Network(root)
    bridge, client = network.node("Bridge"), network.node("Client")
    with Cutter((HOST, bridge.pt_port)) as wire:
        try:
            url, digest = serve_with_cuts(wire.cut_all)
            network.start_core()
            network.start_bridge(bridge, f"{program} pt", NO_NEW_PRIVILEGES, "rozaneh",
                                 "ServerTransportOptions rozaneh via=obfs4\n")
            wait_for("the transport's port", lambda: "Registered server transport 'rozaneh'" in bridge.log(), 20,
                     network.check)
            network.start_client(client, f"{program} pt --log-level debug", bridge_line(bridge, wire.address[1]),
                                 NO_NEW_PRIVILEGES)
            wait_for("the client comes up", lambda: client.bootstrapped() == 100, 60, network.check)
            check_extended_or_port(bridge)
            came, connections = introductions(bridge), wire.accepted
            download(client, url, digest)
            assert wire.accepted >= connections + CUTS, f"{connections} connections, then {wire.accepted}"
            assert introductions(bridge) == came, "tor has made its connection anew"
            print(f"{wire.accepted} connections carried {came} of tor's")
        except BaseException:
            for node in network.nodes:
                print(f"---- {node.name}\n{node.log()[-3000:]}", file=sys.stderr)
            raise
        finally:
            network.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="rozaneh-tor-") as scratch:
        run(os.path.abspath(sys.argv[1]), scratch)
