#!/usr/bin/env python3
"""Real tor through WebTunnel, with Debian's nginx in front of the bridge: webtunnel_test.py PROGRAM

    tor -- rozaneh pt == TLS == nginx -- HTTP -- rozaneh pt -- tor's extended ORPort

The bridge line is made of what tor's bridge has been told by the transport. nginx says who connects, and tor
hears of that address.
"""

import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e"))

from network import HOST, Network, wait_for  # noqa: E402
from nginx import NAME, Authority, NginxFront  # noqa: E402
from tor_test import NO_NEW_PRIVILEGES, download, serve_file  # noqa: E402

# Not the address that the client has on loopback, so that it must come from the front.
CLAIMED = "192.0.2.77"


def bridge_line(bridge):
    """As it stands in the file that the bridge writes."""
    with open(os.path.join(bridge.directory, "pt_state", "webtunnel_bridgeline.txt"), encoding="utf-8") as file:
        return re.search(r"^Bridge (webtunnel \S+) <FINGERPRINT> (.*)$", file.read(), re.M).expand(r"\1 \2")


def run(program, root, authority):
    network = Network(root)
    web = os.path.join(root, "web")
    os.mkdir(web)
    url, digest = serve_file(web)
    path = "/the-path-of-a-bridge"
    bridge, client = network.node("Bridge"), network.node("Client")
    with NginxFront(authority, {path: (HOST, bridge.pt_port)}, forwarded_for=CLAIMED) as front:
        try:
            network.start_core()
            options = f"ServerTransportOptions webtunnel url={front.url(path)} servername={NAME}\n"
            network.start_bridge(bridge, f"{program} pt", NO_NEW_PRIVILEGES, "webtunnel", options)
            wait_for("the transport's port", lambda: "Registered server transport 'webtunnel'" in bridge.log(), 20,
                     network.check)
            line = f"{bridge_line(bridge)} servername={NAME} ca={authority.path}"
            network.start_client(client, f"{program} pt --log-level debug", line, NO_NEW_PRIVILEGES)
            wait_for("the client comes up", lambda: client.bootstrapped() == 100, 60, network.check)
            download(client, url, digest)
            told = re.findall(r"Received USERADDR.*to '(\S+)'", bridge.log("debug.log"))
            assert f"{CLAIMED}:60000" in told, f"tor was told of {told}"
        except BaseException:
            for node in network.nodes:
                print(f"---- {node.name}\n{node.log()[-3000:]}", file=sys.stderr)
            raise
        finally:
            network.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="rozaneh-tor-") as scratch, Authority() as made:
        run(os.path.abspath(sys.argv[1]), scratch, made)
