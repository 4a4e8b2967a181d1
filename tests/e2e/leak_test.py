"""The client fails closed: what applications ask for leaves it only inside the tunnel, and no name is looked up here.

    curl ---- client ---- 10.9.0.1 ========== 10.9.0.2 ---- bridge        each in a network of its own
                 |                                   |
           default route to nowhere          knows the web server's name

Everything that is sent on any interface is captured. The default route leads to an interface on which nobody answers,
and the name server stands behind it, so that whatever tried to go out directly is seen. Interfaces are those of
/dev/net/tun, which needs no more than the kernel that any VPN needs.
"""

import contextlib
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from harness import Bridge, Client, Service, enter_own_network, main, receive_all, rozaneh
from tun import TUN, make_interface, run

NAME = "hidden-name.example"
NEAR, FAR = "10.9.0.1", "10.9.0.2"  # the two ends of the path to the bridge
NOBODY = "203.0.113.7"  # behind the default route
NAME_SERVER = "203.0.113.53"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\npage\n"


def make_network():
    """Answers the descriptor that keeps the way to nowhere up."""
    tun = make_interface("out0", "198.51.100.2/24")
    run("ip", "route", "add", "default", "dev", "out0")
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as names:
        names.write(f"nameserver {NAME_SERVER}\noptions timeout:1 attempts:1\n")
        names.flush()
        run("mount", "--bind", names.name, "/etc/resolv.conf")
    return tun


def be_far_side(hosts, channel, *command):
    """In a network of its own: makes its interface, gives the descriptor away, and becomes the bridge."""
    tun = make_interface("far0", f"{FAR}/24")
    run("mount", "--bind", hosts, "/etc/hosts")
    with socket.socket(fileno=int(channel)) as giver:
        socket.send_fds(giver, [b"x"], [tun])
    os.execv(command[0], command)


def pump(source, sink):
    with contextlib.suppress(OSError):
        while packet := os.read(source, 1 << 16):
            os.write(sink, packet)


class Packet:
    def __init__(self, interface, data):
        self.interface = interface
        self.data = data
        self.version = data[0] >> 4
        if self.version == 4:
            self.protocol, rest = data[9], data[(data[0] & 15) * 4 :]
            self.source, self.target = socket.inet_ntoa(data[12:16]), socket.inet_ntoa(data[16:20])
        else:
            self.protocol, rest = data[6], data[40:]
            self.source, self.target = (socket.inet_ntop(socket.AF_INET6, data[at : at + 16]) for at in (8, 24))
        self.ports = struct.unpack(">HH", rest[:4]) if self.protocol in (6, 17) else (0, 0)

    def __repr__(self):
        kind = {6: "TCP", 17: "UDP"}.get(self.protocol, f"protocol {self.protocol}")
        return f"{self.interface}: {kind} {self.source}:{self.ports[0]} > {self.target}:{self.ports[1]}"


class Capture:
    """All packets that this network sends, while the block runs."""

    def __enter__(self):
        self.packets = []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.settimeout(0.2)
        self.over = False
        self.thread = threading.Thread(target=self._read)
        self.thread.start()
        return self

    def _read(self):
        while not self.over:
            with contextlib.suppress(TimeoutError):
                data, (interface, protocol, *_) = self.socket.recvfrom(1 << 16)
                if protocol in (0x0800, 0x86DD):
                    self.packets.append(Packet(interface, data))

    def __exit__(self, *failure):
        time.sleep(0.3)  # what is still on its way
        self.over = True
        self.thread.join()
        self.socket.close()

    def outside(self):
        """All but what stays on loopback, and what the kernel says to its neighbours."""
        return [packet for packet in self.packets if packet.interface != "lo" and packet.protocol in (6, 17)]

    def questions(self):
        return [packet for packet in self.packets if 53 in packet.ports or 853 in packet.ports]


def ask_all(client, limit=3):
    """An application's ways to ask for a page; answers what each got."""
    proxy = f"127.0.0.1:{client.address[1]}"
    ways = [
        ["--socks5-hostname", proxy],
        ["--socks5-hostname", proxy, "--ipv6"],
        ["--proxy", f"http://{proxy}", "--proxytunnel"],
        ["--proxy", f"http://{proxy}"],
    ]

    def ask(url, way):
        words = ["curl", "-q", "-s", "--max-time", str(limit), *way, url]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    # By address too, as programs do that look names up by themselves.
    asked = [ask(url, way) for url in (f"http://{NAME}/", f"https://{NAME}/", f"http://{NOBODY}/") for way in ways]
    return [each.communicate()[0] for each in asked]


@unittest.skipUnless(os.path.exists(TUN) and enter_own_network(), "no network of our own here")
class Leaks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.nowhere = make_network()
        with Bridge() as bridge:
            cls.link = bridge.link

    @classmethod
    def tearDownClass(cls):
        os.close(cls.nowhere)

    def link_to(self, host, port):
        """A proper link that leads to another place."""
        return f"rozaneh://{host}:{port}/" + self.link.split("/", 3)[3]

    def stays_silent(self, host, port, *words):
        with Capture() as capture, Client("--log-level", "debug", *words, self.link_to(host, port)) as client:
            # A request that is no CONNECT is refused in words.
            self.assertEqual([each for each in ask_all(client) if each and b"This port is a proxy" not in each], [])
            client.stop()
        strange = [each for each in capture.outside() if (each.target, each.ports[1]) != (host, port)]
        self.assertEqual((strange, capture.questions()), ([], []))
        self.assertEqual([each for each in capture.outside() if NAME.encode() in each.data], [])
        self.assertFalse(client.heard(NAME), "the log names where the user goes")
        return capture

    def test_would_be_seen(self):
        with Capture() as capture:
            with contextlib.suppress(OSError):
                socket.getaddrinfo(NAME, 80)
            with contextlib.suppress(OSError):
                socket.create_connection((NOBODY, 80), 0.5)
        self.assertTrue(any(NAME_SERVER == each.target for each in capture.questions()), capture.packets)
        self.assertTrue(any(NOBODY == each.target for each in capture.outside()), capture.packets)

    def test_there_are_none_when_the_bridge_does_not_answer(self):
        capture = self.stays_silent("203.0.113.99", 4433)
        self.assertTrue(capture.outside(), "it did not even try")

    def test_there_are_none_when_the_bridge_is_down(self):
        self.stays_silent("127.0.0.1", 1)

    def test_there_are_none_when_the_bridge_is_another(self):
        """Somebody accepts, and does not know the secret."""
        with Service(receive_all) as stranger:
            self.stays_silent(*stranger.address)

    def test_there_are_none_when_the_upstream_proxy_is_down(self):
        self.stays_silent("203.0.113.99", 4433, "--upstream-proxy", "socks5://127.0.0.1:1")

    def test_there_are_none_when_it_only_checks(self):
        with Capture() as capture:
            code, said = rozaneh("client", "--check", "--no-state", self.link_to("127.0.0.1", 1))
        self.assertEqual((code, capture.outside(), capture.questions()), (3, [], []), said)

    def test_there_are_none_when_the_bridge_works(self):
        """Its side of the path may look up names and fetch pages; ours shows one connection to it, and no name."""
        with contextlib.ExitStack() as stack:
            web = stack.enter_context(Service(self.serve_page, ("0.0.0.0", 0)))
            bridge = stack.enter_context(self.far_bridge())
            client = stack.enter_context(Client("--log-level", "debug", self.far_link(bridge)))
            client.event("connected")
            proxy = f"127.0.0.1:{client.address[1]}"
            url = f"http://{NAME}:{web.address[1]}/"
            with Capture() as capture:
                for way in (["--socks5-hostname", proxy], ["--proxy", f"http://{proxy}", "--proxytunnel"]):
                    page = subprocess.run(["curl", "-q", "-s", "--max-time", "10", *way, url], capture_output=True)
                    self.assertEqual(page.stdout, b"page\n", way)
                # And one that does not exist.
                gone = ["curl", "-q", "-s", "--max-time", "10", "--socks5-hostname", proxy, f"http://not.{NAME}/"]
                self.assertEqual(subprocess.run(gone, capture_output=True).stdout, b"")
            ours = [each for each in capture.outside() if web.address[1] not in each.ports]
            port = bridge.address[1]
            self.assertTrue(ours)
            self.assertEqual([each for each in ours if port not in each.ports], [])
            self.assertEqual([each for each in ours if NAME.encode() in each.data or b"page" in each.data], [])
            self.assertEqual(capture.questions(), [])
            self.assertFalse(client.heard(NAME), "the log names where the user goes")

    @staticmethod
    def serve_page(connection):
        if connection.recv(1 << 16):
            connection.sendall(PAGE)

    @contextlib.contextmanager
    def far_bridge(self):
        """A bridge in the network at the other end, with a name that only it knows."""
        ours, its = socket.socketpair()
        with tempfile.NamedTemporaryFile("w", prefix="rozaneh-e2e-") as hosts, ours, its:
            hosts.write(f"{NEAR} {NAME}\n")
            hosts.flush()
            script = [sys.executable, os.path.abspath(__file__), "far", hosts.name, str(its.fileno())]
            with Bridge(
                listen=["obfs4=0.0.0.0:4433"], wrapper=["unshare", "-nm", *script], pass_fds=[its.fileno()]
            ) as bridge:
                near = make_interface("near0", f"{NEAR}/24")
                far = socket.recv_fds(ours, 1, 1)[1][0]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()
                yield bridge

    def far_link(self, bridge):
        return f"rozaneh://{FAR}:{bridge.address[1]}/" + bridge.link.split("/", 3)[3]


if __name__ == "__main__":
    if sys.argv[1:2] == ["far"]:
        be_far_side(*sys.argv[2:])
    main()
